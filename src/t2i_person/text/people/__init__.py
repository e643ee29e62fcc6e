"""Which words of a sentence name people."""
