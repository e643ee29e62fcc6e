"""Drawings that wait or run: the desk with its threads, jobs, and what happens to them."""
