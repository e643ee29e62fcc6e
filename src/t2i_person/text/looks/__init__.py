"""What a sentence says of the looks of its people."""
