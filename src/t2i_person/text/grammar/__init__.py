"""Sentences as tokens with their readings, the syntax above them, and noun phrases."""
