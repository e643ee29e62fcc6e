"""What is seen in a picture, and what is done to it: faces, regions, colours, the cut-out, the file."""
