"""What the reader's rules propose is weighed by small models: this is how they are trained."""
