"""English of what misled the drawing: held word by word."""

import pytest

from t2i_person.text import describe

TABLE = {
    "Моряк в тельняшке.": "sailor",
    "Боцман с бородой.": "boatswain",
    "Байкер в косухе.": "biker",
    "Пожарный в каске.": "firefighter",
    "Балерина в пачке.": "ballet dancer wearing tutu",
    "Пионерка с косичками.": "pioneer girl with a red neckerchief",
    "Директор в очках.": "headmaster",
    "Индеец с косами.": "Native American man",
    "Повар в колпаке.": "wearing chef's hat",
    "Клоун в колпаке.": "pointed hat",
    "Девушка с перьями в волосах.": "feathers in the hair",
    "Старик в тоге.": "toga",
    "Парень с афро.": "afro hair",
    "Женщина в парике.": "wig",
    "Девушка с накачанными губами.": "plump lips",
    "Мужчина кавказской внешности.": "from the Caucasus",
    "Девушка славянской внешности.": "Slavic looks",
    "Старик с обветренным лицом.": "weather-beaten face",
    "Мужчина в тёмном плаще.": "wearing dark cloak",
    "Аккуратный мужчина.": "a neat man",
    "Старик с косым глазом.": "squinting eye",
    "Лида была брюнетка с большими глазами.": "big eyes",
    "Мужчина. Рост 175 см.": "175 cm tall",
    "Парень в AR-очках.": "AR glasses",
    "Парень в найках.": "sneakers",
    "Девушка смеётся.": "a laughing young woman",
    "Тёмно-рыжая девушка.": "hair",
    "Женщина средних лет.": "a middle-aged woman",
    "Ей шёл восемнадцатый год.": "an 18 year old woman",
    "Ему пошёл сорок пятый год.": "a 45 year old man",
    "Мужчина 40-45 лет.": "a 42 year old man",
    "Мальчик слушал, надув губы.": "pouting lips",
    "Старик прищурил глаза.": "narrowed eyes",
    "Мужчина в плаще цвета морской волны.": "sea green cloak",
    "Женщина в длинном свитере цвета вина.": "long wine red sweater",
    "Девушка с глазами цвета стали.": "steel grey eyes",
    "Старик со светлыми глазами.": "light eyes",
    "Эльфийка с янтарными глазами.": "amber eyes",
}
NEVER = {
    "Девушка смеётся, в одежде.": "clothes",
    "Мужчина в тёмном плаще.": "brown",
    "Лида была брюнетка с большими глазами.": "an eyes",
    "Девушка с накачанными губами.": "muscular",
}


@pytest.mark.parametrize("text", TABLE)
def test_means(text: str) -> None:
    assert TABLE[text] in describe(text)[0].prompt_en


@pytest.mark.parametrize("text", NEVER)
def test_never_means(text: str) -> None:
    assert NEVER[text] not in describe(text)[0].prompt_en
