"""Everything that moves a latent: `search` finds the sample that fits, `edits` changes it.

StyleCLIP's two edits can be imported from here.
"""

from .edits.directions import ORIGINAL_CHANNELS, TEMPLATES, apply, global_direction
from .edits.optimize import PRESETS, Optimized, Preset, clip_loss, optimize, score_loss

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
]
