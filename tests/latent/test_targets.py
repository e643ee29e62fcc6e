"""What nobody asked for."""

from dataclasses import replace

import torch
from packs.tiny import TinyEncoder, tiny_pack

from t2i_person import describe
from t2i_person.latent.judge import probabilities
from t2i_person.latent.targets import DRAWN, PUT, RARE, WHO, Target, implied, sought, targets_of
from t2i_person.packs import load_pack
from t2i_person.packs.russian import vector, words_of


def names(text: str) -> dict[str, str]:
    (person,) = describe(text)
    found = implied(load_pack("embedded", "cpu"), person)
    assert all(wish.negated for wish in found)
    return {wish.category: wish.text for wish in found}


def test_hats_and_glasses_are_not_wanted_unless_they_are_asked_for():
    everything = load_pack("embedded", "cpu").card["unasked"]
    assert set(everything) == {"accessory", "headwear"}
    assert names("Блондинка в голубой кофте шла по улице.") == everything
    assert set(names("Старик в очках молчал.")) == {"headwear"}
    assert set(names("Парень в шляпе и тёмных очках смеялся.")) == set()


def wishes(unasked: dict[str, str], text: str) -> list[tuple[str, str, bool]]:
    """What nobody says of the person, and a recipe with `unasked` wants: name, text, negated."""
    pack = tiny_pack()
    (person,) = describe(text)
    found = implied(replace(pack, recipe=replace(pack.recipe, unasked=unasked)), person)
    return [(wish.name, wish.text, wish.negated) for wish in found]


def test_who_is_of_no_age_is_grown_up():
    """A recipe names what is usual, too: with «не» among what is not."""
    ages = {"age": "ребёнок; не взрослый"}
    grown_up = [("не ребёнок", "ребёнок", True), ("взрослый", "взрослый", False)]
    assert wishes(ages, "Женщина молчала.") == grown_up
    assert wishes(ages, "Пожилая женщина молчала.") == []


def test_a_necklace_asks_for_no_glasses():
    unasked = {"accessory очки пенсне": "тёмные очки"}
    for text in ("Женщина в жемчужном ожерелье молчала.", "Женщина молчала."):
        assert wishes(unasked, text) == [("не тёмные очки", "тёмные очки", True)]
    for text in ("Женщина в ожерелье и в очках молчала.", "Мужчина в пенсне молчал."):
        assert wishes(unasked, text) == []


def test_what_was_denied_is_not_asked_twice():
    assert "accessory" not in names("Девушка без очков улыбнулась.")


def test_a_rare_russian_word_is_tried_in_english():
    pack = load_pack("embedded", "cpu")
    (person,) = describe("Старикан в пенсне.")
    able, _ = targets_of(pack, person)
    assert pack.encoder.unknown("пенсне")
    assert ("пенсне", "glasses") in [(target.name, target.text) for target in able]
    (person,) = describe("Девушка с косматыми волосами.")
    able, unable = targets_of(pack, person)
    assert "hair" not in [wish.text for wish in (*able, *unable)]  # English lost the adjective


def test_of_what_contradicts_the_first_said_is_drawn():
    (person,) = describe("Рыжая женщина. Её чёрные волосы блестели.")
    able, unable = targets_of(load_pack("embedded", "cpu"), person)
    assert "чёрные волосы" not in {wish.name for wish in able}
    assert {wish.name: wish.obstacle for wish in unable}["чёрные волосы"].startswith("contradicts рыжий")


def test_a_word_that_navec_lacks_has_a_vector_of_its_own():
    pack = load_pack("embedded", "cpu")
    assert vector("каштановый") is None and vector("белокурый") is None
    assert all(word in pack.encoder.own or vector(word) is not None for word in pack.encoder.words)
    seen = pack.text(["каштановые волосы", "белокурые волосы", "салатовые волосы", "волосы"])
    assert (seen @ seen.T).triu(1).max() < 0.95


def test_what_a_word_means_on_a_pack():
    """«Очки» are clear ones where the pack says so, and then not dark ones; «тёмные очки» stay dark."""
    pack = tiny_pack()
    recipe = replace(
        pack.recipe,
        means={
            "очки": "прозрачные очки; не тёмные очки",
            "тёмные очки": "тёмные очки",
            "не очки": "очки; не тёмные очки",
        },
    )
    pack = replace(pack, recipe=recipe, draws=frozenset(["accessory", "gender"]))

    def of(text):
        (person,) = describe(text)
        able, _ = targets_of(pack, person)
        wishes = [wish for wish in able if wish.category == "accessory"]
        return {wish.name: (wish.text, [(no.text, no.negated) for no in wish.also]) for wish in wishes}

    assert of("Женщина в очках.") == {"очки": ("прозрачные очки", [("тёмные очки", True)])}
    assert of("Женщина в тёмных очках.") == {"тёмные очки": ("тёмные очки", [])}
    assert of("Женщина в круглых очках.")["круглые очки"][1] == [("тёмные очки", True)]
    # without any is without dark ones, too, and without dark ones without any
    assert of("Женщина без очков.") == {"не очки": ("очки", [("тёмные очки", True)])}
    assert of("Женщина без тёмных очков.") == {"не тёмные очки": ("очки", [("тёмные очки", True)])}


def test_what_a_pack_takes_for_drawn_too_early_counts_later():
    """By the whole phrase, its last word, its English, its category, in this order; by the usual one else."""
    pack = tiny_pack()
    called = {"лысый": 0.9, "усы": 0.8, "не борода": 0.7, "stubble": 0.85, "facial_hair": 0.6, "colour": 0.65}
    recipe = replace(pack.recipe, called=called)
    pack = replace(pack, recipe=recipe, draws=frozenset(["facial_hair", "hair_style", "headwear", "clothes"]))
    (man,) = describe("Лысый мужчина с густыми усами, со щетиной, без бороды, в шляпе, в синей куртке.")
    wanted, _ = targets_of(pack, man)
    found = {target.name: target.called for target in wanted if target.category != "gender"}
    assert found == {
        "лысый": 0.9,
        "густые усы": 0.8,
        "щетина": 0.85,
        "не борода": 0.7,
        "шляпа": DRAWN,
        "синяя куртка": 0.65,
    }


def test_what_a_pack_takes_for_something_else_is_told_by_any_of_its_words():
    pack = tiny_pack()
    recipe = replace(pack.recipe, mistaken=("галстук", "pale skin"))
    pack = replace(pack, recipe=recipe, draws=frozenset(["accessory", "skin", "age"]))
    (man,) = describe("Старый мертвенно-бледный мужчина в галстуке.")
    told = {target.name: target.obstacle for target in targets_of(pack, man)[0]}
    tells = "the pack tiny cannot tell {} from other things"
    assert told == {
        "мужчина": "",
        "старый": "",
        "мертвенно-бледный": tells.format("мертвенно-бледный"),
        "галстук": tells.format("галстук"),
    }


def test_a_word_written_with_a_wrong_yo_is_known():
    """«Тёмноволосая» is written so by many, and by no dictionary."""
    assert words_of("тёмноволосая") == words_of("темноволосая") == ["темноволосый"]
    assert words_of("чёрные, зелёные, светлёнький") == ["чёрный", "зелёный", "светленький"]


def test_what_a_word_means_holds_with_words_before_it_and_not_against_what_is_said():
    pack = tiny_pack()
    recipe = replace(pack.recipe, means={"усы": "усы; не борода"})
    pack = replace(pack, recipe=recipe, draws=frozenset(["facial_hair", "gender"]))

    def beside(text):
        (person,) = describe(text)
        return {wish.text: [no.text for no in wish.also] for wish in targets_of(pack, person)[0]}

    assert beside("Мужчина с седыми усами.")["седые усы"] == ["борода"]
    assert beside("Мужчина с усами и бородой.")["усы"] == []


def test_long_hair_of_a_colour_has_to_be_long_when_the_colour_is_painted():
    pack = tiny_pack()
    (person,) = describe("Юноша с длинными чёрными волосами, в длинном синем пальто.")
    plain = targets_of(pack, person)[0]
    painting = replace(pack, recipe=replace(pack.recipe, edits=("recolour",)))
    found = {wish.name: [no.text for no in wish.also] for wish in targets_of(painting, person)[0]}
    assert found["длинные чёрные волосы"] == ["длинные волосы"] and not found["длинное синее пальто"]
    assert not any(wish.also for wish in plain), "the encoder judges both where nothing is painted"


def test_a_target_holds_as_little_as_the_least_of_what_it_means():
    pack = tiny_pack()
    seen = torch.nn.functional.normalize(torch.randn(3, pack.text(["очки"]).shape[1]), dim=1)
    alone = [Target("", "очки", ""), Target("", "шляпа", "", negated=True)]
    both = replace(alone[0], also=(alone[1],))
    each = probabilities(pack, seen, alone)
    assert torch.equal(
        probabilities(pack, seen, [both, alone[1]]), torch.stack([each.amin(1), each[:, 1]], 1)
    )


def test_a_colour_that_can_be_put_counts_less_when_people_are_chosen():
    pack = tiny_pack()
    (person,) = describe("Рыжая женщина в зелёном платье.")
    plain = {wish.name: wish.weight for wish in targets_of(pack, person)[0]}
    assert plain.pop("женщина") == WHO and plain == {"рыжий": RARE, "зелёное платье": 1.0}
    able, _ = targets_of(replace(pack, recipe=replace(pack.recipe, edits=("recolour",))), person)
    # hair as it grows is found, not painted
    assert {wish.name: wish.weight for wish in able} == plain | {"женщина": WHO, "зелёное платье": PUT}


def test_a_pack_says_what_weighs_most_when_people_are_chosen():
    """By the whole phrase, its last word, its category; a hat that edits put on well hardly counts."""
    pack = tiny_pack()
    weights = {"gender": 4, "age": 3, "headwear": 0.5, "платок": 2, "рыжий": 5}
    recipe = replace(pack.recipe, weights=weights, edits=("recolour",))
    pack = replace(pack, recipe=recipe, draws=pack.draws | {"headwear", "age"})

    def found(text):
        (person,) = describe(text)
        both = [*targets_of(pack, person)[0], *implied(pack, person)]
        return {wish.name: wish.weight for wish in both if not wish.negated}

    assert found("Рыжая старуха в шляпе.") == {"женщина": 4, "старый": 3, "рыжий": 5, "шляпа": 0.5}
    assert found("Женщина в чёрном платке.")["платок"] == 2
    assert found("Женщина в чёрной шляпе.")["шляпа"] == 0.5


def test_years_moods_and_origins_are_said_in_words_that_the_encoder_knows():
    pack = tiny_pack()
    recipe = replace(
        pack.recipe,
        means={"frowning": "злой; не улыбка", "улыбаться": "улыбка"},
        years={"0": "младенец", "3": "ребёнок; не младенец", "18": "молодой", "50": "пожилой"},
        ages={"студент": "молодой; не ребёнок"},
        origins=("японец",),
    )
    draws = frozenset(["age", "expression", "face", "gender"])
    pack = replace(pack, recipe=recipe, draws=draws)

    def of(text):
        (person,) = describe(text)
        able, _ = targets_of(pack, person)
        return {t.name: (t.text, *(no.name for no in t.also)) for t in able if t.category != "gender"}

    assert of("Мальчику 7 лет.") == {"7 лет": ("ребёнок", "не младенец")}
    assert of("Мужчина тридцати пяти лет.") == {"тридцать пять лет": ("молодой",)}
    assert of("Женщина семидесяти лет.") == {"семьдесят лет": ("пожилой",)}
    frowning = {"насупиться": ("злой", "не улыбка")}
    assert of("Студент насупился.") == {"студент": ("молодой", "не ребёнок")} | frowning
    assert of("Японец-студент стоял.") == {
        "студент": ("молодой", "не ребёнок"),
        "японец": ("японец",),
    }, "each part of the noun says what it says"
    assert of("Японец улыбался.") == {"японец": ("японец",), "улыбаться": ("улыбка",)}
    student = {"студент": ("молодой", "не ребёнок")}
    assert of("Её брат, студент с усами, молчал.").items() >= student.items(), "told in apposition"
    assert of("Студент Петров молчал.") == of("Аркадий, студент, молчал.") == student, "told beside a name"


def test_what_is_judged_roughly_is_for_the_search_alone():
    pack = tiny_pack()
    years = {"0": "ребёнок", "7": "ребёнок; не младенец; ~школьных лет", "12": "подросток"}
    ages = {"школьник": "мальчик; ~школьных лет"}
    recipe = replace(pack.recipe, years=years, ages=ages)
    pack = replace(pack, recipe=recipe, draws=frozenset(["age", "gender"]))
    for text, beside in {
        "Мальчику 8 лет.": ["не младенец"],
        "Школьник молчал.": [],
        "Мальчику 5 лет.": None,
        "Школьник пятнадцати лет молчал.": None,
    }.items():
        (person,) = describe(text)
        (age,) = (target for target in targets_of(pack, person)[0] if target.category == "age")
        roughly = [wish.text for wish in implied(pack, person)]
        if beside is None:
            assert roughly == []
        else:
            assert roughly == ["школьных лет"] and [also.name for also in age.also] == beside


def test_the_glasses_of_who_has_dark_hair_are_clear():
    pack = tiny_pack()
    recipe = replace(pack.recipe, means={"очки": "прозрачные очки; не тёмные очки"})
    pack = replace(pack, recipe=recipe, draws=frozenset(["accessory", "hair_color", "gender"]))
    (person,) = describe("Студент в круглых очках, с тёмными кудрями.")
    glasses = next(target for target in targets_of(pack, person)[0] if target.category == "accessory")
    assert [also.name for also in glasses.also] == ["не тёмные очки"]


def test_a_colour_of_eyes_is_put_on_and_need_not_be_known():
    class Ignorant(TinyEncoder):
        def unknown(self, text):
            return text.split()

    pack = replace(tiny_pack(), draws=frozenset(["eyes", "gender"]), encoder=Ignorant())
    (person,) = describe("Девушка с карими глазами.")

    def eyes(pack):
        able, unable = targets_of(pack, person)
        return next(target for target in (*able, *unable) if target.category == "eyes")

    assert "does not know" in eyes(pack).obstacle
    painted = eyes(replace(pack, recipe=replace(pack.recipe, edits=("recolour",))))
    assert (painted.text, painted.obstacle, painted.weight) == ("карие глаза", "", 0)


def test_what_edits_bring_better_is_not_sought():
    """A shaven man gets a moustache more easily than a bearded one loses his beard."""
    pack = tiny_pack()
    recipe = replace(
        pack.recipe,
        means={"усы": "усы; не борода", "чёрные усы": "усы; не борода; чёрные волосы"},
        sought={"усы": "не борода; не щетина"},
    )
    pack = replace(pack, recipe=recipe, draws=frozenset(["facial_hair", "gender"]))

    def of(text):
        (person,) = describe(text)
        able, _ = targets_of(pack, person)
        return able, [t.name for t in sought(pack, able) if t.category != "gender"]

    able, goal = of("Мужчина с пышными усами.")
    assert goal == ["не борода", "не щетина"]
    assert [t.text for t in able if t.name == "пышные усы"] == ["усы"], (
        "its adjective says nothing to the encoder"
    )
    assert of("Мужчина с чёрными усами.")[1] == ["не борода", "не щетина", "чёрные волосы"]
    assert of("Мужчина без усов.")[1] == ["не усы"]
    assert of("Мужчина с усами и бородой.")[1] == ["усы", "борода"]


def test_what_a_pack_cannot_show_is_told_and_not_sought():
    """Of a hat that it lacks nothing is drawn; clothes that it lacks are clothes, and take a colour."""
    pack = tiny_pack()
    shows = {"headwear": "шапка шляпа", "clothes": "куртка"}
    recipe = replace(pack.recipe, shows=shows, edits=("recolour",))
    pack = replace(pack, draws=pack.draws | {"headwear"}, recipe=recipe)

    def told(text: str) -> tuple[dict[str, str], dict[str, str], list[str]]:
        (person,) = describe(text)
        able, unable = ({t.name: t.obstacle for t in some} for some in targets_of(pack, person))
        return able, unable, [wish.text for wish in implied(pack, person)]

    lacks = "the pack tiny can show no such thing, but шапка, шляпа"
    assert told("Мужик в белом колпаке.") == ({"мужчина": ""}, {"белый колпак": lacks}, [])
    assert told("Мужик в белой шляпе.") == ({"мужчина": "", "белая шляпа": ""}, {}, ["шляпа"])
    assert told("Мужик в шубе.")[0] == {
        "мужчина": "",
        "шуба": "the pack tiny can show no such thing, but куртка",
    }
    assert told("Мужик без короны.")[:2] == ({"мужчина": "", "не корона": ""}, {})
