"""Readers of other people's weight files: tensors come out, nothing in the files is ever run."""
