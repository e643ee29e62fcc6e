"""Who is who in a longer text: people described before they are named, names in other cases, pronouns."""

import pytest

from t2i_person import cast

RAIN = "Дождь шёл до самого вечера, и река поднялась до мостков.\n\n"

# text -> the named, each with the looks that are theirs
CASES = {
    # a name known in one case is known in the others
    "Гордеев молчал. Гордеева никто не слушал. Увидели Гордеева в красной рубахе.": {
        "Гордеев": ["красная рубаха"]
    },
    "Дуняшка спала. На Дуняшке был синий сарафан.": {"Дуняшка": ["синий сарафан"]},
    "Арина Савишна ушла. Вошла Арина Власьевна в белом чепце.": {
        "Арина Савишна": [],
        "Арина Власьевна": ["белый чепец"],
    },
    # a family shares a name
    "Анна Громова вошла в синем платье. За ней шёл Громов в шляпе.\n\n" + RAIN * 20 + "Громов был сед.": {
        "Анна Громова": ["синее платье"],
        "Громов": ["шляпа", "седой"],
    },
    # the name comes after the looks
    "Вошёл человек среднего роста, в сером сюртуке и лаковых сапогах, Павел Петрович Громов.": {
        "Павел Петрович Громов": ["средний рост", "серый сюртук", "лаковые сапоги"]
    },
    "Вошёл высокий господин в сером плаще. Все замолчали. Громов поклонился.\n\n"
    + "Громов сел. Громов закурил.\n\n"
    + RAIN * 20: {"Громов": ["высокий", "серый плащ"]},
    "— Вот и Кузьмин.\n\nВошёл старик с бородой. Он поклонился.\n\n"
    + RAIN * 20
    + "Кузьмин молчал. Кузьмин ушёл.": {"Кузьмин": ["борода"]},
    # somebody new, though another was called a man
    "Иван Белов был молодой человек. Вошёл человек лет сорока, лысый и худой.": {"Иван Белов": ["молодой"]},
    # looks after a comma are those of the name before, not of another who was called a man
    "Иван Белов был молодой человек. Иван увидел Сомова, лысого человека.": {
        "Иван Белов": ["молодой"],
        "Сомов": ["лысый"],
    },
    # a title is as good as the name in every chapter
    "Приехал доктор фон Штольц. Он ел.\n\n" + RAIN * 20 + "Доктор был в синем плаще.": {
        "доктор Штольц": ["синий плащ"]
    },
    # the name that comes after the noun was heard last
    "В бричке сидел господин в синем плаще. Вещи внёс кучер Демид. Господин уснул. Утром Громов вышел.\n\n"
    + "Громов поехал. Громов был весел.\n\n"
    + RAIN * 20: {"кучер Демид": [], "Громов": ["синий плащ", "весёлый"]},
    # whose verb it is says "свой"
    "Иван Громов ждал. Подошёл Пётр Сомов. Иван, глядя на его бледное лицо, молчал.": {
        "Иван Громов": [],
        "Пётр Сомов": ["бледное лицо"],
    },
    # who is noticed is spoken of next
    "Иван увидел Петра. Он был в сером пиджаке.": {"Иван": [], "Пётр": ["серый пиджак"]},
    # who speaks is no narrator, and who is spoken to is "он" as well
    "Иван вошёл.\n\n— Ты, Иван, опоздал. Я ждал тебя.\n\nИван сел. На нём был серый плащ.": {
        "Иван": ["серый плащ"]
    },
}


@pytest.mark.parametrize("text", CASES)
def test_who_has_the_looks(text: str) -> None:
    assert {c.full_name: [f.normalized for f in c.features] for c in cast(text)} == CASES[text]


def test_no_name_by_its_form() -> None:
    assert {c.lemma for c in cast("Гм! Иван молчал. Гм! Всё молчало.")} == {"Иван"}
    assert {c.lemma for c in cast("Поровнявшись с домом, Иван остановился.")} == {"Иван"}


def test_a_word_for_a_thing_as_a_name() -> None:
    (woman,) = cast("На диване сидела в голубой кофте молодая женщина, Фенечка, и шила.")
    assert woman.full_name == "Фенечка"
    assert [f.normalized for f in woman.features] == ["голубая кофта", "молодой"]
