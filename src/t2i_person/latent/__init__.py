"""Everything that moves a latent: the search for the person that fits, and StyleCLIP's two edits."""

from .edits.directions import ORIGINAL_CHANNELS, TEMPLATES, apply, global_direction
from .edits.optimize import PRESETS, Optimized, Preset, clip_loss, optimize, score_loss
from .search.crossover import search

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
