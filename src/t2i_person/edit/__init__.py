"""The search for the person that fits, and StyleCLIP's two edits: global directions and optimization."""

from .directions import ORIGINAL_CHANNELS, TEMPLATES, apply, global_direction
from .optimize import PRESETS, Optimized, Preset, clip_loss, optimize, score_loss
from .search import search

__all__ = [
    "ORIGINAL_CHANNELS",
    "PRESETS",
    "TEMPLATES",
    "Optimized",
    "Preset",
    "apply",
    "clip_loss",
    "global_direction",
    "optimize",
    "score_loss",
    "search",
]
