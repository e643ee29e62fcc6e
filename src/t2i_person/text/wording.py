"""How much text a feature takes, and its predicates: "волосы были рыжими", "собраны в пучок"."""

import re

from .agreement import is_pointing
from .analysis import Reading
from .compounds import is_colour
from .lexicon import Thing, fold, things, verbs, word_set
from .neighbours import kind_of
from .owners import Owners
from .phrases import (
    DEGREE,
    MODIFIERS,
    Phrase,
    agrees,
    is_modifier,
    masculine,
    nominative,
    normalize,
    noun_readings,
    plain_readings,
)
from .scene import Entity
from .sentence import WORN_PLACES

QUANTITY = frozenset(
    "множество копна шапка грива прядь облако водопад щетка россыпь пара ряд волна каскад охапка пучок "
    "сеть сетка клок "
    "остаток масса кольцо море шлем тень след подобие венчик клочок хвост кисть кисточка узел слой "
    "пышность обилие нитка низка связка".split()
)
FURS = frozenset("соболь норка песец бобр бобер куница горностай шиншилла чернобурка мех белка".split())
CARRIED_AT = frozenset("мышка спина зуб бок рука плечо грудь шея пояс колено локоть ладонь".split())
SHAPES = frozenset(
    "клинышком клином лопатой лопаткой щеткой щеточкой кольцом колечками кольцами картошкой пуговкой "
    "пуговицей крючком уточкой бантиком сердечком домиком ежиком бобриком дугой колесом торчком метлой "
    "веником веером стрелками ниточкой подковой пирожком калачиком корзинкой корзиночкой горшком скобкой "
    "скобкою кренделем колбаской колбасками венцом венком лопухами нашлепкой башней волнами волной вразлет "
    "вразлёт враскос мочалкой паклей козлиной копной шапкой грушей луковкой исподлобья".split()
)
LATIN = re.compile(r"[a-z][a-z&'-]*")
STYLES = frozenset(
    "карандаш миди мини макси лодочки лодочках лодочками клёш клеш бананы трубы оверсайз скинни бойфренды "
    "кежуал хаки футляр колокол солнце солнце-клёш трапеция пачка плиссе гофре милитари унисекс".split()
)
WAYS = frozenset("нараспашку наизнанку набекрень навыпуск внакидку набок внапуск навырост враспашку".split())
JEWELLERY = ("ring", "earrings", "necklace", "bracelet", "brooch")
NOT_PREDICATE = frozenset(
    "видный видимый нужный должный похожий готовый рад согласный полный известный прочий один весь "
    "такой".split()
)


class Wording(Owners):
    """Extent, normal form and category of a feature."""

    def thing(self, phrase: Phrase) -> Thing | None:
        """Lexicon entry of the phrase's noun, a guess from its neighbours when no list has it."""
        token = self.tokens[phrase.noun]
        if fold(token.low) in things() and phrase.reading.key not in things():
            return things()[fold(token.low)]  # "худи" and other words the dictionary does not know
        options = [phrase.reading, *[r for r in token.readings if r.pos == "NOUN" and r.case == phrase.case]]
        if phrase.reading.key not in things():
            options += [r for r in token.readings if r.pos == "NOUN"]
        for r in options:
            entry = things().get(r.key)
            if entry is None and "-" in r.key:
                entry = things().get(r.key.split("-")[0]) or things().get(r.key.split("-")[-1])
            if entry is not None:
                if r is not phrase.reading and (not phrase.prep or r.case == phrase.case):
                    if r.case and (
                        not phrase.mod_readings
                        or any(agrees(a, r) for m in phrase.mod_readings for a in self.tokens[m].readings)
                    ):
                        phrase.reading = r
                return entry
        if phrase.reading.key in QUANTITY:
            inner = next((p for p in self.phrases.values() if p.start == phrase.noun + 1), None)
            genitive = inner is not None and any(
                r.case == "gen" for r in noun_readings(self.tokens[inner.noun])
            )
            if inner is not None and genitive and inner.reading.key in things():
                part = things()[inner.reading.key]
                return Thing(part.word, part.category, False, part.carried, part.english)
        if phrase.prep in ("в", "во") and phrase.reading.key in FURS and phrase.reading.number == "plur":
            return Thing("меха", "clothes", False, False, "furs")
        if self._worn_in_hair(phrase):
            return Thing(phrase.reading.lemma, "accessory", False, False, "")
        animal = phrase.reading.key in word_set("absent.txt", "animal")
        if (
            phrase.prep in ("с", "со")
            and phrase.case == "ins"
            and (phrase.reading.animacy == "inan" or animal)
        ):
            place = next((p for p in self.phrases.values() if p.prep_at == phrase.noun + 1), None)
            worn = place is not None and self.tokens[place.noun].keys("NOUN") & (WORN_PLACES | CARRIED_AT)
            if worn or (not animal and kind_of(phrase.reading.key) == "thing:accessory:0"):
                return Thing(phrase.reading.lemma, "accessory", False, True, "", held=not worn)
        if phrase.prep in ("в", "во") and phrase.case == "loc" and phrase.reading.animacy == "inan":
            kind = kind_of(phrase.reading.key)
            if kind.startswith("thing:clothes") or kind.startswith("thing:headwear"):
                return Thing(phrase.reading.lemma, kind.split(":")[1], False, False, "")
        return None

    def extend(self, phrase: Phrase, entry: Thing) -> int:
        """One past the last token of the complements: "в две косы", "цвета морской волны", "на щеке"."""
        end = phrase.noun + 1
        tokens = self.tokens
        worn = entry.category in ("clothes", "headwear", "accessory")
        while end < len(tokens):
            low = fold(tokens[end].low)
            nxt = next((p for p in self.phrases.values() if p.prep_at == end and p.start == end + 1), None)
            if nxt is not None and nxt.noun not in self.used:
                keys = tokens[nxt.noun].keys("NOUN")
                part = bool(keys & word_set("things.txt", "part"))
                place = bool(keys & word_set("things.txt", "place"))
                pattern = bool(keys & word_set("things.txt", "pattern"))
                if any(tokens[m].low in ("его", "её", "ее", "их") for m in nxt.mods):
                    break  # "кольца на её пальце не было"
                if (
                    low == "из"
                    and (worn or entry.category in ("other", "hair"))
                    and nxt.reading.animacy != "anim"
                ):
                    end = nxt.noun + 1
                    continue
                if low in ("в", "во") and (
                    pattern
                    or (place and not worn)
                    or ((place or "оправа" in keys) and entry.category == "accessory")
                    or (
                        entry.category in ("facial_hair", "hair")
                        and keys & {"коса", "косичка", "хвост", "пучок", "узел", "кольцо", "беспорядок"}
                    )
                ):
                    end = nxt.noun + 1
                    continue
                picture = entry.category in ("clothes", "headwear") and not keys & things().keys()
                picture = picture and nxt.noun not in self.at and nxt.case == "ins"
                if low == "без" and worn and part:
                    end = nxt.noun + 1  # "в куртке без капюшона"
                    continue
                if low in ("с", "со") and worn and (part or (picture and self._decorates(nxt))):
                    end = nxt.noun + 1
                    continue
                bend = entry.category == "face" and bool(keys & {"горбинка", "горбина", "ямочка", "веснушка"})
                if low in ("с", "со") and bend:
                    end = nxt.noun + 1  # "нос с горбинкой"
                    continue
                jewel = entry.english in JEWELLERY and not keys & things().keys()
                if low in ("с", "со") and (jewel or "печатка" in keys) and entry.category == "accessory":
                    end = nxt.noun + 1  # "перстень с рубином"
                    continue
                every = low == "на" and any(tokens[m].keys() & {"весь"} for m in nxt.mods)
                if every:
                    break  # "застегнул китель на все пуговицы"
                if low in ("поперек", "ниже", "выше", "вдоль", "от") and place and not worn:
                    end = nxt.noun + 1
                    continue
                if low in ("на", "под", "через", "до", "за", "над", "по", "вокруг") and (place or part):
                    end = nxt.noun + 1
                    continue
            if low == "в" and end + 1 < len(tokens) and tokens[end + 1].low in ("виде", "форме"):
                shape = next((p for p in self.phrases.values() if p.start == end + 2), None)
                if shape is not None:
                    end = shape.noun + 1  # "татуировка в виде змеи"
                    continue
            if low == "цвета" and entry.category in (
                "clothes",
                "headwear",
                "accessory",
                "hair",
                "eyes",
                "facial_hair",
                "skin",
            ):
                k = end + 1
                while (
                    k < len(tokens)
                    and (is_modifier(tokens[k]) or tokens[k].has("NOUN"))
                    and tokens[k].low[0].isalpha()
                ):
                    done = tokens[k].best.pos == "NOUN" and tokens[k].has("NOUN")
                    k += 1
                    if done and not (
                        k < len(tokens) and tokens[k].best.pos == "NOUN" and tokens[k].best.case == "gen"
                    ):
                        break
                end = k
                continue
            if tokens[end].best.pos == "PREP" or tokens[end].best.pos == "VERB":
                break
            postposed = phrase.prep in ("с", "со") and tokens[end].best.pos == "ADJF" and not phrase.mods
            if postposed and self.mod_of.get(end, -1) < end:
                shown = [r for r in tokens[end].readings if r.pos == "ADJF" and agrees(r, phrase.reading)]
                if shown:  # "с улыбкой робкою и счастливою"
                    end = self._joined_adjectives(end + 1, phrase)
                    continue
            behind = [r for r in tokens[end].readings if r.pos == "PRTF" and agrees(r, phrase.reading)]
            if behind and tokens[end].best.pos == "PRTF" and self.mod_of.get(end, -1) < end and phrase.prep:
                end = self._participle_tail(end + 1, behind[0])  # "с бородой, заплетённой в косичку"
                continue
            if worn and not tokens[end].low[0].isdigit() and (LATIN.fullmatch(low) or low in STYLES):
                end += 1  # "в футболке Nike", "в юбке карандаш"
                continue
            if low in WAYS and entry.category in ("clothes", "headwear"):
                end += 1  # "в халате нараспашку"
                continue
            if low in SHAPES and entry.category in ("hair", "facial_hair", "face", "build", "expression"):
                end += 1  # "с бородкой клинышком"
                continue
            # genitive right after: "осанка балерины", "копна рыжих волос"
            inner = next((p for p in self.phrases.values() if p.start == end and not p.prep), None)
            living = (
                inner is not None
                and inner.reading.animacy == "anim"
                and not (entry.carried or entry.category == "other")
                and inner.reading.key not in word_set("absent.txt", "animal")
            )
            genitive = inner is not None and any(
                r.case == "gen" and (inner.case in ("gen", "acc") or phrase.reading.key in QUANTITY)
                for r in noun_readings(tokens[inner.noun])
            )
            if inner is not None and genitive and not living and inner.noun not in self.at:
                if tokens[inner.noun].has("NOUN") and inner.noun != phrase.noun:
                    end = inner.noun + 1
                    continue
            f = self.at.get(end)
            if f is not None and f.kind == "noun" and f.absent and f.case == "gen" and phrase.prep:
                end = f.end
                continue
            if low == "не" and end + 2 < len(tokens) and tokens[end + 1].low == "по":
                end += 3
                continue
            break
        return end

    def _joined_adjectives(self, end: int, phrase: Phrase) -> int:
        """One past further adjectives joined by "и" or a comma."""
        while end + 1 < len(self.tokens) and self.tokens[end].low in ("и", ","):
            t = self.tokens[end + 1]
            fits = any(r.pos == "ADJF" and agrees(r, phrase.reading) for r in t.readings)
            if not fits or t.best.pos != "ADJF" or self.mod_of.get(end + 1, -1) > end:
                break
            end += 2
        return end

    def _decorates(self, phrase: Phrase) -> bool:
        """ "свитер с оленями", "шляпка с вишнями": no bag, no manner, nothing that is held."""
        key = phrase.reading.key
        if key in word_set("absent.txt", "animal"):
            return phrase.reading.number == "plur"
        many = phrase.reading.number == "plur" and phrase.reading.animacy == "inan"
        return many and not kind_of(key).startswith("thing:accessory")

    def _worn_in_hair(self, phrase: Phrase) -> bool:
        """ "с розой в волосах": whatever it is, it is worn."""
        following = next((p for p in self.phrases.values() if p.prep_at == phrase.noun + 1), None)
        return (
            following is not None
            and following.prep in ("в", "во", "за")
            and phrase.case == "ins"
            and bool(
                self.tokens[following.noun].keys("NOUN") & {"волос", "волосы", "коса", "прическа", "ухо"}
            )
        )

    def _describing(self, phrase: Phrase) -> list[int]:
        return [m for m in phrase.mods if not is_pointing(self.tokens[m]) and self.tokens[m].has(*MODIFIERS)]

    def _category(self, entry: Thing, adjectives: list[str]) -> str:
        if entry.category == "hair":
            colour = any(is_colour(a) for a in adjectives) or fold(entry.word) in ("седина", "проседь")
            return "hair_color" if colour else "hair_style"
        return entry.category

    def emit(
        self,
        owner: Entity | None,
        phrase: Phrase,
        entry: Thing,
        first: int,
        end: int,
        negated: bool,
        normalized: str = "",
    ) -> bool:
        if owner is None:
            return False
        adjectives = [masculine(self.tokens[m], phrase.mod_readings.get(m)) for m in self._describing(phrase)]
        tail = self.tokens[phrase.noun + 1 : end]
        adjectives += [masculine(t) for t in tail if t.best.pos in MODIFIERS]
        if first == phrase.start:
            while (
                first < phrase.noun and is_pointing(self.tokens[first]) and first not in phrase.mod_readings
            ):
                first += 1
            while first < phrase.noun and (is_pointing(self.tokens[first]) or self.tokens[first].low == "же"):
                first += 1
        self.add(
            owner,
            first,
            end,
            self._category(entry, adjectives),
            normalized or normalize(self.tokens, phrase, end),
            negated,
            tuple(adjectives),
            phrase.reading.lemma,
            prep=phrase.prep,
            case=phrase.case,
        )
        return True

    def _as_locative(self, phrase: Phrase) -> None:
        """Read "в платье" as wearing where the form allows it."""
        for r in noun_readings(self.tokens[phrase.noun]):
            if (
                r.case == "loc"
                and r.key == phrase.reading.key
                and all(any(agrees(a, r) for a in self.tokens[m].readings) for m in phrase.mod_readings)
            ):
                phrase.reading = r
                for m in phrase.mod_readings:
                    phrase.mod_readings[m] = next(a for a in self.tokens[m].readings if agrees(a, r))
                return

    def _predicate(self, phrase: Phrase, entry: Thing) -> tuple[int, str, bool] | None:
        """ "волосы были рыжими", "лицо некрасивое, скуластое", "борода лопатой"."""
        tokens, n = self.tokens, phrase.noun
        nouns = [r for r in noun_readings(tokens[n]) if r.case == "nom"]
        if not nouns or phrase.prep:
            return None
        noun = nouns[0]
        k = n + 1
        if k < len(tokens) and tokens[k].low in ("у", "на") and (k + 1) in {g.start for g in self.found}:
            k += 1
        f = next((g for g in self.found if g.start == k), None)
        on = tokens[k - 1].low == "на"
        if f is not None and (
            f.case == "gen" or on or f.kind in ("poss", "rel") or fold(f.lemma) in ("он", "она")
        ):
            k = f.end
        negated = False
        copula = False
        while k < len(tokens) and (
            tokens[k].low in ("не", "—", "–", "-", "уже", "всегда", "тоже", "давно")
            or fold(tokens[k].low) in DEGREE
            or (self.is_verb(k) and tokens[k].keys("VERB") & verbs("be").keys())
            or (
                self.at.get(k) is not None
                and self.at[k].kind in ("pron",)
                and copula is False
                and tokens[k - 1].low == "у"
            )
            or tokens[k].low == "у"
        ):
            negated |= tokens[k].low == "не"
            copula |= self.is_verb(k)
            k += 1
        if k < len(tokens) and tokens[k].low == "цвета" and copula:
            shade = next((p for p in self.phrases.values() if p.noun > k and p.start == k + 1), None)
            likened = self.at.get(k + 1)
            if shade is not None:
                told = " ".join(t.low for t in tokens[k : shade.noun + 1])
                return shade.noun + 1, f"{normalize(tokens, phrase, n + 1)} {told}", negated
            if likened is not None and likened.absent:
                k = likened.end + (likened.end < len(tokens) and tokens[likened.end].low == ",")
        first, last, adjectives = k, None, []
        while k < len(tokens):
            t = tokens[k]
            fits = [
                r
                for r in t.readings
                if (
                    r.pos in MODIFIERS
                    and r.case in (("nom", "ins") if copula or True else ("nom",))
                    and r.number == noun.number
                    and (noun.number == "plur" or not r.gender or r.gender == noun.gender)
                )
                or (
                    r.pos in ("ADJS", "PRTS")
                    and r.number == noun.number
                    and (noun.number == "plur" or not r.gender or r.gender == noun.gender)
                )
            ]
            fits = [r for r in fits if r.key not in NOT_PREDICATE and "Apro" not in r.grams]
            if fits and t.best.pos not in ("NOUN", "VERB", "ADVB"):
                if self.mod_of.get(k) is not None and self.mod_of[k] != n and self.mod_of[k] > k:
                    break
                adjectives.append(fits[0])
                last = k + 1
                k += 1
            elif (
                t.low in (",", "и", "а", "но")
                and last is not None
                and k + 1 < len(tokens)
                and tokens[k + 1].has("ADJF", "PRTF", "ADJS", "PRTS")
            ):
                k += 1
            elif fold(t.low) in DEGREE or (
                t.best.pos == "ADVB" and k + 1 < len(tokens) and tokens[k + 1].has("PRTS", "PRTF")
            ):
                k += 1
            else:
                break
        if adjectives and last is not None:
            last = self._participle_tail(last, adjectives[-1])
            words = []
            for r in adjectives:
                full = next(
                    (
                        p
                        for p in r.parse.lexeme
                        if p.tag.POS in ("ADJF", "PRTF")
                        and "nomn" in p.tag
                        and (r.pos != "PRTS" or "pssv" in p.tag)
                        and p.tag.number == noun.number
                        and (noun.number == "plur" or p.tag.gender == noun.gender)
                    ),
                    None,
                )
                words.append(full.word if full else r.lemma)
            base = normalize(tokens, phrase, n + 1) if phrase.mods else nominative(noun, noun.number)
            return last, " ".join([*words, base]), negated
        if (
            first == n + 1
            and first < len(tokens)
            and entry.category in ("hair", "facial_hair", "face", "eyes")
        ):
            p = self.phrases.get(first)
            if (
                p is not None
                and p.start == first
                and any(r.case == "ins" for r in noun_readings(tokens[first]))
            ):
                verb = self._clause_verb(n)  # "промокнул лоб платком" is no look
                acts = verb is not None and not tokens[verb].keys("VERB") & verbs("be").keys()
                shaped = fold(tokens[first].low) in SHAPES or not (acts and verb < n)  # type: ignore[operator]
                if tokens[first].best.case == "ins" and shaped:
                    return first + 1, f"{normalize(tokens, phrase, n + 1)} {tokens[first].low}", False
        return None

    def _predicate_before(self, phrase: Phrase) -> tuple[int, str, bool] | None:
        """ "забинтована рука"."""
        k = phrase.start - 1
        if k < 0 or phrase.prep or k in self.used:
            return None
        while k > 0 and (
            k in self.at
            or self.tokens[k].low in ("у", "не")
            or (self.tokens[k].keys("VERB") & {"быть"} and self.is_verb(k))
        ):
            k -= 1
        if k < phrase.start - 1:
            return self._far_predicate(k, phrase)
        for r in self.tokens[k].readings:
            if r.pos in ("ADJS", "PRTS") and r.key not in NOT_PREDICATE and r.number == phrase.reading.number:
                if self.tokens[k].best.pos not in ("ADJS", "PRTS"):
                    return None
                noun = phrase.reading
                full = next((p for p in plain_readings(r.lemma) if p.pos in MODIFIERS), None)
                if full is None:
                    continue
                word = nominative(full, noun.number, noun.gender if noun.number == "sing" else "")
                return k, f"{word} {normalize(self.tokens, phrase, phrase.noun + 1)}", False
        return None

    def _far_predicate(self, k: int, phrase: Phrase) -> tuple[int, str, bool] | None:
        """ "густые были у парня ресницы", "велик был у него нос" """
        between = self.tokens[k + 1 : phrase.start]
        if k in self.used or k in self.mod_of or not any(t.keys("VERB") & {"быть"} for t in between):
            return None
        noun = phrase.reading
        for r in self.tokens[k].readings:
            same = r.number == noun.number and (noun.number == "plur" or r.gender in ("", noun.gender))
            if r.pos not in ("ADJF", "ADJS") or r.case not in ("", "nom", "ins") or not same:
                continue
            if self.tokens[k].best.pos not in ("ADJF", "ADJS") or r.key in NOT_PREDICATE:
                return None
            full = next((p for p in plain_readings(r.lemma) if p.pos in MODIFIERS), None)
            if full is None:
                return None
            word = nominative(full, noun.number, noun.gender if noun.number == "sing" else "")
            negated = any(t.low == "не" for t in between)
            return k, f"{word} {normalize(self.tokens, phrase, phrase.noun + 1)}", negated
        return None

    def _participle_tail(self, last: int, reading: Reading) -> int:
        """ "собраны в пучок", "покрыто шрамами": what completes a participle."""
        if reading.pos not in ("PRTS", "PRTF") or last >= len(self.tokens):
            return last
        for p in self.phrases.values():
            if (
                p.start == last
                and not p.prep
                and "ins" in {r.case for r in noun_readings(self.tokens[p.noun])}
            ):
                return p.noun + 1
            if p.prep_at == last and p.start == last + 1 and p.prep in ("в", "во", "на", "под"):
                return p.noun + 1
        return last

    def _trailing(self, phrase: Phrase, verb: int) -> tuple[int, str] | None:
        """ "платья носила простые, коричневые": adjectives after the verb."""
        if phrase.mods or not phrase.noun < verb:
            return None
        k, last = verb + 1, None
        words = []
        noun = phrase.reading
        while k < len(self.tokens):
            fits = [r for r in self.tokens[k].readings if r.pos in MODIFIERS and agrees(r, noun)]
            fits = fits or [
                r
                for r in self.tokens[k].readings
                if r.pos in MODIFIERS and r.case in ("acc", "nom") and r.number == noun.number == "plur"
            ]
            if fits and (k not in self.mod_of or self.mod_of[k] < k):
                words.append(nominative(fits[0], noun.number, noun.gender if noun.number == "sing" else ""))
                last = k + 1
            elif self.tokens[k].low not in (",", "и") or last is None:
                break
            k += 1
        return None if last is None else (last, " ".join([*words, nominative(noun, noun.number)]))

    def _coordinated_feature(self, phrase: Phrase) -> tuple[Entity, bool, str, str] | None:
        """Owner and negation of the feature this one is joined to by и or a comma, same case, no verb."""
        k = phrase.start - 1
        while k >= 0 and self.tokens[k].low in (",", "и", "или", "да", "также", "а", "ни"):
            k -= 1
        if k == phrase.start - 1 or phrase.prep:
            return None
        low = [t.low for t in self.tokens[k + 1 : phrase.start]]
        for _, end, owner, negated, prep, case in reversed(self.made):
            if end == k + 1 and prep and "а" not in low:
                if any(r.case == case for r in noun_readings(self.tokens[phrase.noun])):
                    phrase_cases = [r for r in noun_readings(self.tokens[phrase.noun]) if r.case == case]
                    if phrase.case != case and phrase_cases:
                        fits = [
                            r
                            for r in phrase_cases
                            if all(
                                any(agrees(a, r) for a in self.tokens[m].readings)
                                for m in phrase.mod_readings
                            )
                        ]
                        if not fits:
                            continue
                        phrase.reading = fits[0]
                        for m in phrase.mod_readings:
                            phrase.mod_readings[m] = next(
                                a for a in self.tokens[m].readings if agrees(a, fits[0])
                            )
                    # "в платье, волосы распущены": a nominative subject starts its own clause
                    if "," in low and phrase.case != case:
                        continue
                    return owner, negated, prep, case
        return None
