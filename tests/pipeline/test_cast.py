"""Who was kept by name."""

from t2i_person.pipeline.cast import kept
from t2i_person.text import describe


def test_a_character_is_known_by_its_name():
    people = describe("Алёна Петрова в красном платье вышла. Две девушки и старик ждали.")
    names = {"алена петрова": 1, "девушка": 2}
    assert [kept(person, names) for person in people] == [("алена петрова", 1), None, None]
