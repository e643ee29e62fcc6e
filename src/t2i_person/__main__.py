"""``python -m t2i_person``."""

from .cli.main import main

main()
