"""The only place that knows all stages; the doors import this and nothing behind it."""

from .cast import plain
from .changing import change, sketch
from .drawing import CROWD, STAGES, draw, load
from .photo import edit_photo
from .recreating import recreate

__all__ = ["CROWD", "STAGES", "change", "draw", "edit_photo", "load", "plain", "recreate", "sketch"]
