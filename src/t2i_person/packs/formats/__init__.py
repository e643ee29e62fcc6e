"""Readers of weight files in other formats. They return tensors and run nothing from the files."""
