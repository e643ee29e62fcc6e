"""A text made readable, and cut into blocks."""
