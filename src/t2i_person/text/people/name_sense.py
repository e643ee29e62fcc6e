"""Whether a word is a name: "Лев увидел", but "Лев рычал"; "Вера вошла", but "Вера в людей"."""

from collections.abc import Callable
from dataclasses import dataclass

from ..grammar.agreement import agrees
from ..grammar.marks import DASH, HARD
from ..grammar.phrases import look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import base_of, fold, names, things, verbs, word_set
from ..model import WORN
from .found import capital, lookup
from .name_fit import called
from .name_words import NAMED, SUBJECT, surname_words

DEPENDENT = ("nmod", "obj", "obl", "iobj")
NEVER = ("ADP", "PRON", "DET", "CCONJ", "SCONJ", "PART", "ADV", "VERB", "AUX", "NUM", "INTJ")
NO_NAME_BEFORE = {"слава": ("богу", "тебе", "господу", "аллаху", "создателю")}
WORDS_TOO = word_set("reference.txt", "word too")
WEARS = word_set("verbs.txt", "of people")
PEOPLE_DO = ("of people", "of people mostly", "speech", "expression", "looking", "wear", "dress", "notice")
PROPER = NAMED | {"Geox", "Orgn"}
ADJECTIVE = ("ий", "ый", "ой", "ая", "яя", "ое", "ее", "ие", "ые")
ABSTRACT = ("-ка", "-то", "-с", "-таки", "-о", "ость", "ение", "ание", "ство", "изм")


@dataclass(slots=True)
class _Word:
    """A word with a capital and what is known of it."""

    tokens: list[Token]
    i: int
    listed: bool  # among the short given names
    named: bool  # the dictionary has it as a name
    opens: bool  # stands where every word has a capital
    alive: bool  # the tagger says so

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    @property
    def best(self) -> Reading:
        return self.tokens[self.i].best

    @property
    def subject(self) -> bool:
        return self.tokens[self.i].rel in SUBJECT


def is_name(tokens: list[Token], i: int, lower_text: bool) -> bool:
    """Whether the word at place `i` is a name rather than a word with a capital."""
    token = tokens[i]
    if not capital(token):
        return lower_text and _lower_name(token)
    if called(tokens, i):
        return True
    if token.pos in NEVER or token.low.endswith(ABSTRACT):
        return False
    nouns = [r for r in token.readings if r.pos == "NOUN"]
    word = _Word(
        tokens,
        i,
        listed=any(r.key in names() for r in nouns),
        named=any(r.grams & NAMED for r in nouns),
        opens=i == 0 or tokens[i - 1].low in HARD or tokens[i - 1].low in DASH,
        alive=token.feats.get("Animacy") == "Anim",
    )
    for judge in JUDGES:
        verdict = judge(word)
        if verdict is not None:
            return verdict
    return False


def _beast(word: _Word) -> bool | None:
    """ "Лев увидел", "Бегемот был в галстуке": a beast's word names somebody who does as people do."""
    token = word.token
    if token.best.pos != "NOUN" or token.best.key not in word_set("absent.txt", "animal"):
        return None
    given = token.pos == "PROPN" and any("Name" in r.grams for r in token.readings)
    if given and (word.subject or word.i > 0 or _dressed(word.tokens, word.i)):
        return True
    return _acts(word.tokens, word.i)


def _dressed(tokens: list[Token], i: int) -> bool:
    """ "Лев в очках": clothes follow at once."""
    if i + 2 >= len(tokens) or tokens[i + 1].low not in ("в", "во"):
        return False
    worn = next((t for t in tokens[i + 2 : i + 5] if t.best.pos == "NOUN"), None)
    keys = worn.keys("NOUN") & things().keys() if worn is not None else set()
    return any(things()[key].category in WORN for key in keys)


def _before_patronymic(word: _Word) -> bool | None:
    """ "Роза Марковна": no flower."""
    tokens, i = word.tokens, word.i
    if not word.named or i + 1 == len(tokens) or not capital(tokens[i + 1]):
        return None
    return True if any("Patr" in r.grams for r in tokens[i + 1].readings) else None


def _street(word: _Word) -> bool | None:
    """ "на Малой Бронной"."""
    tokens, i = word.tokens, word.i
    after = i > 1 and tokens[i - 2].low in ("на", "в", "по") and capital(tokens[i - 1])
    return False if after and tokens[i].has("ADJF") else None


def _adjective_of_name(word: _Word) -> bool | None:
    """ "Рыжий Арно"."""
    tokens, i = word.tokens, word.i
    if i + 1 == len(tokens) or not capital(tokens[i + 1]) or not tokens[i].has("ADJF"):
        return None
    return False if look_of(tokens[i]) is not None else None


def _common_noun(word: _Word) -> bool | None:
    """ "Старик вошёл"."""
    best = word.best
    if not best.grams & NAMED and not word.listed and lookup(best.key):
        return False
    if word.named or best.known:
        return None
    return False if any(lookup(r.key) for r in word.token.readings if r.pos == "NOUN") else None


def _no_nominative(word: _Word) -> bool | None:
    """ "Лемм прожил", "Сомов молчал": no form in which a word of the dictionary is a subject."""
    token = word.token
    feats = token.feats.get("Case"), token.feats.get("Number")
    if not (word.alive and word.subject and token.pos == "PROPN") or feats != ("Nom", "Sing"):
        return None
    nouns = [r for r in token.readings if r.pos == "NOUN"]
    other = word.best.known and nouns and not any(r.case == "nom" or lookup(r.key) for r in nouns)
    return True if other else None


def _adjective_of_thing(word: _Word) -> bool | None:
    """ "Матросский костюмчик": the adjective of something worn, though a surname may end so."""
    if not word.opens or word.i + 1 == len(word.tokens) or not word.token.low.endswith(ADJECTIVE):
        return None
    thing = word.tokens[word.i + 1]
    if thing.best.pos != "NOUN" or not (thing.keys("NOUN") & things().keys() or base_of(thing.best.key)):
        return None
    named = word.named and not _modifies(word.tokens, word.i)
    return None if capital(thing) or named else False


def _living_surname(word: _Word) -> bool | None:
    """ "Громов вошёл", "увидела Царёву": but a thing's word only as a subject."""
    token = word.token
    if not word.alive or token.pos != "PROPN":
        return None
    telling = word.subject or not token.best.known or (not word.opens and token.rel in DEPENDENT)
    if not telling or not surname_words(token):
        return None
    return word.subject or not any(r.key in things() for r in token.readings)


def _adjective_of_noun(word: _Word) -> bool | None:
    """ "Курносая девчонка"."""
    return False if not word.named and _modifies(word.tokens, word.i) else None


def _town(word: _Word) -> bool | None:
    """ "Владимир на Клязьме": a place, unless it lives and does something."""
    if word.listed or (word.alive and (word.named or word.subject)):
        return None
    return False if any("Geox" in r.grams for r in word.token.readings) else None


def _known_name(word: _Word) -> bool | None:
    """ "Вера вошла", but "Вера в людей"; "на Розу", but "Пионы и Розы"."""
    if not word.listed and not word.named:
        return None
    token = word.token
    plain = [r for r in token.readings if not r.grams & PROPER]
    usual = bool(plain) and plain[0].score > 0.4 and plain[0] is token.best
    if word.opens and usual and token.pos != "PROPN":
        return _acts(word.tokens, word.i)
    unknown = not token.best.known and not word.opens  # "Фенечка" is an ornament, too
    return token.best.key not in things() or word.listed or word.subject or unknown


def _nickname(word: _Word) -> bool | None:
    """ "Шарик надел ушанку"."""
    tokens, i = word.tokens, word.i
    if not word.opens or not word.subject or i + 1 == len(tokens):
        return None
    if word.best.pos != "NOUN" or word.best.key in things():
        return None
    return True if tokens[i + 1].keys("VERB") & WEARS else None


def _unknown_subject(word: _Word) -> bool | None:
    """ "Марфинька стояла у клироса": no dictionary has it, and it does what people do."""
    token, head = word.token, word.token.head
    if word.best.known or not word.subject or not 0 <= head < len(word.tokens) or token.pos != "PROPN":
        return None
    does = word.tokens[head].keys("VERB")
    return True if any(does & verbs(section).keys() for section in PEOPLE_DO) else None


def _no_proper_noun(word: _Word) -> bool | None:
    """The tagger takes it for a common word, or neither it nor the ending says that it lives."""
    token = word.token
    return False if token.pos != "PROPN" or not (word.alive or surname_words(token)) else None


def _usual_word(word: _Word) -> bool | None:
    """A word of the dictionary has a capital because it opens the sentence, or is the name of a thing."""
    best = word.best
    if not best.known:
        return None
    if best.pos != "NOUN":
        return False if word.opens else None
    if not word.opens and best.animacy != "inan":
        return None
    inside = not word.opens and word.token.rel in (*SUBJECT, "flat:name", "obj")
    return None if inside or _acts(word.tokens, word.i) else False


def _not_a_place(word: _Word) -> bool:
    """ "в Загорье": where something happens."""
    before = word.tokens[word.i - 1].low if word.i > 0 else ""
    return before not in ("в", "во", "на", "из") or word.token.feats.get("Case") == "Acc"


# The first that knows decides; None is "cannot tell".
JUDGES: tuple[Callable[[_Word], bool | None], ...] = (
    _before_patronymic,
    _no_nominative,
    _beast,
    _street,
    _adjective_of_name,
    _common_noun,
    _adjective_of_thing,
    _living_surname,
    _adjective_of_noun,
    _town,
    _known_name,
    _nickname,
    _unknown_subject,
    _no_proper_noun,
    _usual_word,
    _not_a_place,
)


def _modifies(tokens: list[Token], i: int) -> bool:
    """The word is the adjective of a noun soon after it."""
    options = [r for r in tokens[i].readings if r.pos in ("ADJF", "PRTF")]
    return any(
        agrees(a, r)
        for t in tokens[i + 1 : i + 4]
        if t.best.pos == "NOUN" and not capital(t)
        for r in t.readings
        if r.pos == "NOUN"
        for a in options
    )


def _lower_name(token: Token) -> bool:
    """A name in a text without capitals."""
    if token.pos not in ("NOUN", "PROPN", "X") or token.low in WORDS_TOO:
        return False
    found = any(r.grams & {"Name", "Patr"} and r.pos == "NOUN" for r in token.readings) and token.best.known
    listed = any(r.key in names() and r.pos == "NOUN" for r in token.readings)
    others = [r for r in token.readings if not r.grams & NAMED and r.score > 0.2]
    return (found or listed) and not others


def _acts(tokens: list[Token], i: int) -> bool:
    """ "Любовь была в синем платье", "Бегемот надел галстук": only somebody does so."""
    if tokens[i].rel not in SUBJECT:
        return False
    alive = tokens[i].best.animacy == "anim" or not tokens[i].best.known
    alive = alive or any("Name" in r.grams or r.key in names() for r in tokens[i].readings)
    does = verbs("wear").keys() | verbs("expression").keys() | verbs("speech").keys()
    for t in tokens[i + 1 : i + 8]:
        if t.low in HARD or t.low in DASH:
            return False
        if t.keys("VERB", "GRND") & does:
            return True
        if alive and t.best.case in ("loc", "acc") and _is_clothes(t):
            return True
    return False


def _is_clothes(token: Token) -> bool:
    thing = next((things()[r.key] for r in token.readings if r.pos == "NOUN" and r.key in things()), None)
    return thing is not None and thing.category in WORN and not thing.carried


def is_no_name(tokens: list[Token], i: int) -> bool:
    """Whether a word that looks like a name is something else after all."""
    return any(holds(tokens, i) for holds in NO_NAMES)


def _oath(tokens: list[Token], i: int) -> bool:
    """ "Господи!"."""
    return bool(tokens[i].keys() & word_set("absent.txt", "oath"))


def _letter(tokens: list[Token], i: int) -> bool:
    """ "М-да", "8К"."""
    return len(tokens[i].low.split("-")[0]) == 1 or not tokens[i].low[0].isalpha()


def _no_noun(tokens: list[Token], i: int) -> bool:
    """ "Поравнявшись с домом", "Гм!": unknown to the tagger, but no noun by its form."""
    token = tokens[i]
    return token.low.endswith(("вшись", "вши")) or (token.has("INTJ") and not token.keys() & names().keys())


def _picture(tokens: list[Token], i: int) -> bool:
    """ "Аватарка для игры", "арт, девушка", and "платье в пол"."""
    if fold(tokens[i].low) in word_set("absent.txt", "picture") and i == 0:
        return True
    return tokens[i].low == "пол" and i > 0 and tokens[i - 1].low == "в"


def _ago(tokens: list[Token], i: int) -> bool:
    """ "Тому лет десять"."""
    return tokens[i].low == "тому" and _after(tokens, i) in ("лет", "года", "год", "назад")


def _form_key(tokens: list[Token], i: int) -> bool:
    """ "Раса: эльф"."""
    return i == 0 and _after(tokens, i) == ":" and tokens[i].low in word_set("reference.txt", "form key")


def _thanks(tokens: list[Token], i: int) -> bool:
    """ "Слава богу"."""
    return _after(tokens, i) in NO_NAME_BEFORE.get(tokens[i].low, ())


def _her_trade(tokens: list[Token], i: int) -> bool:
    """ "Тренерша"."""
    return tokens[i].low.endswith("рша") and lookup(fold(tokens[i].low)) is not None


def _made_up_adjective(tokens: list[Token], i: int) -> bool:
    """ "Синекожий джинн"."""
    token = tokens[i]
    return not token.best.known and token.has("ADJF") and look_of(token) is not None


def _thing_first(tokens: list[Token], i: int) -> bool:
    """ "Усов он не носил", "Плечи её покрывал плащ"."""
    token = tokens[i]
    if i > 0 or not token.keys("NOUN") & things().keys() or token.keys() & names().keys():
        return False
    if token.pos != "PROPN" or any(r.key in things() and r.case == "gen" for r in token.readings):
        return True
    return token.best.key in things() and not token.best.grams & {"Name", "Surn"}


def _work(tokens: list[Token], i: int) -> bool:
    """ "Роман о рыцарях", "Роман Достоевского"."""
    if i > 0 or len(tokens) == 1 or fold(tokens[i].low) not in word_set("absent.txt", "of"):
        return False
    author = capital(tokens[1]) and tokens[1].feats.get("Case") == "Gen"
    return author or tokens[1].low in ("о", "об", "про")


def _after(tokens: list[Token], i: int) -> str:
    return tokens[i + 1].low if i + 1 < len(tokens) else ""


NO_NAMES: tuple[Callable[[list[Token], int], bool], ...] = (
    _oath,
    _letter,
    _no_noun,
    _picture,
    _ago,
    _form_key,
    _thanks,
    _her_trade,
    _made_up_adjective,
    _thing_first,
    _work,
)
