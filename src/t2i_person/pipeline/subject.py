"""Whom the portraits show, and what they should show of them: made once, before anything is drawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..latent.sample import Sample
from ..latent.targets import DRAWN, NAMED, Target, named_target, targets_of, targets_of_phrase
from ..packs import Pack
from ..text import Character
from .read import Phrases, no_looks


@dataclass(frozen=True)
class Subject:
    """One person of the text, or of an earlier portrait or a photo."""

    index: int  # among the text's people
    character: Character  # as they are to be
    wanted: Sequence[Target]  # what to steer by
    unable: Sequence[Target]  # what the pack cannot draw
    strengths: Sequence[tuple[Target, float]] = ()  # those that were asked for; the others are 1
    asked: frozenset[str] | None = None  # names of what an edit was asked for; None: all, as of a drawing
    first: Sample | None = None  # an existing person, before the edit
    scored: Mapping[str, float] = field(default_factory=dict)  # how their portrait was scored then

    @property
    def edited(self) -> frozenset[str]:
        """Names of targets with edits from an earlier request; they are not tried again."""
        edits = self.first.edits if self.first else ()
        return frozenset(str(edit.json().get("text", "")) for edit in edits)

    @property
    def own(self) -> set[str]:
        """Names of the targets of this person."""
        return {target.name for target in self.wanted}

    @property
    def told(self) -> set[str]:
        """Names of what is said of this person, also of what the pack cannot draw."""
        return {target.name for target in (*self.wanted, *self.unable)}

    @property
    def again(self) -> bool:
        """Whether an existing person is changed."""
        return self.first is not None


def as_asked(subject: Subject) -> Subject:
    """The subject of an edit, where what was not asked for is done again only when it is clearly gone.

    Hair under a new hat is the same hair, however it scores: what is painted stays when the hat comes off.
    """
    asked = subject.asked or frozenset()
    hat = any(t.hat and t.name in asked for t in subject.wanted)
    wanted = []
    for target in subject.wanted:
        if target.name not in asked:
            hidden = hat and target.category in ("hair_color", "hair_style")
            target = replace(target, called=0.0 if hidden else min(target.called, DRAWN))
        wanted.append(target)
    return replace(subject, wanted=wanted)


@dataclass(frozen=True)
class Unfinished:
    """One portrait of a subject, before it is drawn."""

    subject: Subject
    portrait: int  # among those of the subject
    person: int  # which of the character's `count` people
    sample: Sample


def subject_of(
    pack: Pack,
    character: Character,
    index: int = 0,
    asked: Collection[str] | None = None,  # names of what an edit says; None: all, as of a drawing
) -> Subject:
    """A person with the targets that the pack has for them."""
    wanted, unable = targets_of(pack, character)
    return Subject(index, character, wanted, unable, asked=None if asked is None else frozenset(asked))


def with_strengths(
    pack: Pack,
    subject: Subject,
    strengths: Mapping[str, float],
    phrases: Phrases,  # what the strengths are of
    others: Collection[str] = (),  # names of the targets of all people: a strength may be another person's
) -> Subject:
    """The person with the targets that strengths were asked for; of an edit they are asked for, too.

    Raises
    ------
    T2IError : a strength is of what the pack cannot draw.
    """
    own = {target.name: target for target in subject.wanted}
    found: dict[str, tuple[Target, float]] = {}
    for name, value in strengths.items():
        if name in own:
            targets = [own[name]]
        elif name in NAMED:
            targets = [named_target(pack, name)]
        elif name in others:
            continue
        elif name in phrases:
            targets = targets_of_phrase(pack, name, phrases[name])
        else:
            raise no_looks(name)
        for target in targets:
            found[target.name] = (own.get(target.name, target), float(value))
    asked = None if subject.asked is None else subject.asked.union(found)
    return replace(subject, strengths=list(found.values()), asked=asked)
