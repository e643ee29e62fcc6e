"""The marks that end a phrase, and those that do not."""

HARD = frozenset('. ! ? ; : ( ) « » “ ” " … „'.split())
DASH = frozenset("— – - --".split())
QUOTES = frozenset('« » “ ” " „'.split())
