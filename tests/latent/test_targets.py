"""What nobody asked for."""

from dataclasses import replace

from packs.tiny import tiny_pack

from t2i_person import describe
from t2i_person.latent.targets import PUT, UNASKED, WHO, implied, targets_of
from t2i_person.packs import load_pack
from t2i_person.packs.encoder import vector


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
    recipe = replace(pack.recipe, means={"очки": "прозрачные очки; не тёмные очки"})
    pack = replace(pack, recipe=recipe, draws=frozenset(["accessory", "gender"]))

    def of(text):
        (person,) = describe(text)
        able, _ = targets_of(pack, person)
        beside = [(wish.text, wish.negated, wish.weight) for wish in implied(pack, person)]
        return {wish.name: wish.text for wish in able if wish.category == "accessory"}, beside

    assert of("Женщина в очках.") == ({"очки": "прозрачные очки"}, [("тёмные очки", True, UNASKED)])
    assert of("Женщина в тёмных очках.") == ({"тёмные очки": "тёмные очки"}, [])
    assert of("Женщина без очков.") == ({"не очки": "очки"}, [])


def test_a_colour_that_can_be_put_counts_less_when_people_are_chosen():
    pack = tiny_pack()
    (person,) = describe("Рыжая женщина в зелёном платье.")
    plain = {wish.name: wish.weight for wish in targets_of(pack, person)[0]}
    assert plain.pop("женщина") == WHO and set(plain.values()) == {1.0}
    able, _ = targets_of(replace(pack, recipe=replace(pack.recipe, edits=("recolour",))), person)
    # hair as it grows is found, not painted
    assert {wish.name: wish.weight for wish in able} == plain | {"женщина": WHO, "зелёное платье": PUT}
