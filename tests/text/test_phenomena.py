"""One test for each way a Russian sentence tells what someone looks like; the real models read them."""

import pytest

from t2i_person.text import Character, describe

# text -> characters as (head, gender, count, features); "!" before a feature is a negation
CASES = {
    "Блондинка в голубой кофте шла по улице.": [("Блондинка", "female", 1, ["голубая кофта"])],
    "Рыжий бородатый мужчина в чёрном костюме.": [
        ("мужчина", "male", 1, ["рыжий", "бородатый", "чёрный костюм"])
    ],
    "Девушка с длинными чёрными волосами в красном платье и старик в очках.": [
        ("Девушка", "female", 1, ["длинные чёрные волосы", "красное платье"]),
        ("старик", "male", 1, ["очки"]),
    ],
    "Лысый мужчина в зелёной футболке улыбался.": [
        ("мужчина", "male", 1, ["лысый", "зелёная футболка", "улыбаться"])
    ],
    "Пожилая женщина с седыми волосами.": [("женщина", "female", 1, ["пожилой", "седые волосы"])],
    "Темнокожий парень в шляпе.": [("парень", "male", 1, ["темнокожий", "шляпа"])],
    "У старика седая борода.": [("старика", "male", 1, ["седая борода"])],
    "Женщина, у которой рыжие волосы, купила билет.": [("Женщина", "female", 1, ["рыжие волосы"])],
    "Глаза у Насти зелёные.": [("Насти", "female", 1, ["зелёные глаза"])],
    "На нём был мятый клетчатый пиджак.": [("нём", "male", 1, ["мятый клетчатый пиджак"])],
    "Катя надела красные туфли.": [("Катя", "female", 1, ["красные туфли"])],
    "Мужчина снял шляпу.": [("Мужчина", "male", 1, [])],
    "Девушка была не в платье, а в джинсах.": [("Девушка", "female", 1, ["!платье", "джинсы"])],
    "У деда нет бороды.": [("деда", "male", 1, ["!борода"])],
    "На ней не было ни пальто, ни шарфа.": [("ней", "female", 1, ["!пальто", "!шарф"])],
    "Мужчина без усов вышел.": [("Мужчина", "male", 1, ["!усы"])],
    "Женщина лет тридцати листала журнал.": [("Женщина", "female", 1, ["тридцать лет"])],
    "Семидесятилетний академик читал лекцию.": [("академик", "male", 1, ["семидесятилетний"])],
    "Зеленоглазая торговка смеялась.": [("торговка", "female", 1, ["зелёные глаза", "смеяться"])],
    "Две девушки в белых халатах вышли.": [("девушки", "female", 2, ["белые халаты"])],
    "Мужчина и женщина в одинаковых жёлтых дождевиках бежали.": [
        ("Мужчина", "male", 1, ["одинаковые жёлтые дождевики"]),
        ("женщина", "female", 1, ["одинаковые жёлтые дождевики"]),
    ],
    "Врач надела очки и раскрыла карту.": [("Врач", "female", 1, ["очки"])],
    "Вошёл студент. Это был румяный юноша с портфелем.": [("студент", "male", 1, ["румяный", "портфель"])],
    "Девушка обернулась. У неё были синие глаза.": [("Девушка", "female", 1, ["синие глаза"])],
    "— Видел женщину в жёлтом плаще? — спросил сержант.": [
        ("женщину", "female", 1, ["жёлтый плащ"]),
        ("сержант", "male", 1, []),
    ],
    "«Какой ты бледный!» — всплеснула руками мать.": [
        ("ты", "male", 1, ["бледный"]),
        ("мать", "female", 1, []),
    ],
    "ПАРЕНЬ В КРАСНОЙ КЕПКЕ УКРАЛ МОЙ ВЕЛИК": [("ПАРЕНЬ", "male", 1, ["красная кепка"])],
    "Девочка в голубм платице кружылась": [("Девочка", "female", 1, ["голубое платьице"])],
    "Дeвушка в крaсном плaтье": [("Дeвушка", "female", 1, ["красное платье"])],  # Latin e and a
    "В красном платье у окна стояла женщина.": [("женщина", "female", 1, ["красное платье"])],
    "Была она мала ростом, борода лопатой.": [("она", "female", 1, ["маленький ростом", "борода лопатой"])],
    "На полке стояла книга Толстого в зелёном переплёте.": [],
    "Рыжий кот с белыми лапами спал на диване.": [],
    "Серая шляпа висела на гвозде.": [],
    "В школу требуется учитель физики.": [],
}


def told(character: Character) -> list[str]:
    return [("!" if f.negated else "") + f.normalized for f in character.features]


@pytest.mark.parametrize("text", CASES)
def test_reads(text: str) -> None:
    assert [(c.head, c.gender, c.count, told(c)) for c in describe(text)] == CASES[text]


def test_offsets_are_those_of_the_text() -> None:
    text = "<b>Ёлка.</b> 😀 Рыжая девочка в синем платье\n\nи старик  в очках."
    people = describe(text)
    assert [c.head for c in people] == ["девочка", "старик"]
    for c in people:
        assert text[c.start : c.end] == c.head
        for f in c.features:
            assert text[f.start : f.end] == f.text
        for m in c.mentions:
            assert text[m.start : m.end] == m.text


def test_the_head_keeps_what_it_says() -> None:
    (woman,) = describe("Блондинка в голубой кофте шла по улице.")
    assert [(a.category, a.prompt_en) for a in woman.attributes] == [("hair_color", "blond hair")]
    assert [f.category for f in woman.described] == ["hair_color", "clothes"]
    (old,) = describe("Старик в очках молчал.")
    assert old.attributes[0].normalized == "старый"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Блондинка в голубой кофте шла по улице.", "a blonde woman wearing light blue cardigan"),
        ("Рыжий бородатый мужчина в чёрном костюме.", "a bearded man with red hair, wearing black suit"),
        ("Лысый мужчина в зелёной футболке улыбался.", "a bald smiling man wearing green t-shirt"),
        ("Темнокожий парень в шляпе.", "a young man with dark skin, wearing hat"),
        ("Девушка с длинными чёрными волосами.", "a young woman with long black hair"),
        ("Пожилая женщина в тёмно-синем плаще.", "an elderly woman wearing dark blue cloak"),
    ],
)
def test_english(text: str, english: str) -> None:
    """Whole, for a word too many misleads as one that is missing does: «with laughing»."""
    (person,) = describe(text)
    assert person.prompt_en == english


def test_a_person_is_one_across_sentences() -> None:
    text = "Старушка вошла первой. Она была в чёрном платке. Потом старушка села и улыбнулась."
    (woman,) = describe(text)
    assert told(woman) == ["чёрный платок", "улыбнуться"]
    assert [m.text for m in woman.mentions] == ["Старушка", "Она", "старушка"]


def test_what_a_picture_is_asked_of() -> None:
    """A noun of no list, after "Портрет:", is somebody once looks are told; the picture itself is nobody."""
    (boss,) = describe("Портрет: криминальный авторитет, золотые зубы, толстая цепь, малиновый пиджак")
    assert boss.lemma == "авторитет"
    assert [f.normalized for f in boss.features] == ["золотые зубы", "толстая цепь", "малиновый пиджак"]
    assert [c.lemma for c in describe("Портрет: девушка, рыжие волосы")] == ["девушка"]
    assert not describe("Арт: закат, море, горы") and not describe("Рисунок: дом, красная крыша")
