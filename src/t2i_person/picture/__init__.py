"""What is done to a drawn picture itself: its regions, and the colours in them."""

from .colours import COLOURS, HAIR, Colour, Kind, colour, said_colour
from .naming import colour_of, probability
from .recolour import recolour
from .regions import REGIONS, full_masks

__all__ = [
    "COLOURS",
    "HAIR",
    "REGIONS",
    "Colour",
    "Kind",
    "colour",
    "colour_of",
    "full_masks",
    "probability",
    "recolour",
    "said_colour",
]
