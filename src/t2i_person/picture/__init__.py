"""Analysis and processing of pictures: faces, colours, the cut-out, and the PNG file."""
