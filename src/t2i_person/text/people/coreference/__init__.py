"""Which mentions are one person, across sentences."""
