"""All words the reader knows: lists, the dictionary, word vectors, and how words are made of words."""
