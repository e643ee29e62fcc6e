"""``python -m t2i_person``."""

from .cli import main

main()
