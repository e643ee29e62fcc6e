"""What is put on and taken off in other words than those of wearing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.phrases import Phrase
from ...lexicon.lists import things, verbs
from ...model import WORN
from .rule import rule

if TYPE_CHECKING:
    from ..finder import SentenceLooks


@rule("Девушка сменила юбку на джинсы.", "джинсы")
def changed_clothes(looks: SentenceLooks) -> None:
    """What one changes into is worn, what one changes out of is not; denied, it is the other way round."""
    for new in list(looks.phrases.values()):
        verb = looks._clause_verb(new.noun)
        if new.prep != "на" or new.case != "acc" or not _worn(new) or verb is None:
            continue
        if not looks.tokens[verb].keys("VERB", "GRND", "INFN") & verbs("change").keys():
            continue
        old = next((p for p in looks.phrases.values() if verb < p.noun < new.start and not p.prep), None)
        if old is None or not _worn(old):
            continue
        on, off = (old, new) if looks.verb_denied(verb) else (new, old)
        entry = things()[on.reading.key]
        end = looks.extend(off, things()[off.reading.key])  # "туфли на шпильке"
        looks.barred |= set(range(off.whole, end))
        looks.emit(looks.subject(verb), on, entry, on.start, looks.extend(on, entry), False)


def _worn(phrase: Phrase) -> bool:
    thing = things().get(phrase.reading.key)
    return thing is not None and thing.category in WORN and not thing.carried
