"""slovnet's networks as they are computed here, against slovnet itself."""

from slovnet import Morph, Syntax

from t2i_person.text.grammar.parser import grammar
from t2i_person.text.grammar.tokens import Readings, Token, readings
from t2i_person.text.lexicon.morph import embeddings, model_file

SENTENCES = [
    "Вошла старуха в чёрном платье , села у окна и стала вязать .".split(),
    "Седой доктор Иванов-Петров , 1972 года рождения , улыбнулся ей : « Qwerty ? »".split(),
    ["Тишина"],
    "— Кто там ?! — спросил бррхнатый великан .".split(),
]


def test_it_says_what_slovnet_says() -> None:
    morph = Morph.load(model_file("model/slovnet_morph_news_v1.tar")).navec(embeddings())
    syntax = Syntax.load(model_file("model/slovnet_syntax_news_v1.tar")).navec(embeddings())
    mine = grammar()(SENTENCES)
    for parsed, m, s in zip(mine, morph.map(SENTENCES), syntax.map(SENTENCES), strict=True):
        assert parsed.tags == [(t.pos, t.feats) for t in m.tokens]
        assert parsed.heads == [int(t.head_id) - 1 for t in s.tokens]
        assert parsed.rels == [t.rel for t in s.tokens]


def test_a_sentence_is_parsed_alike_alone_and_among_others() -> None:
    assert [grammar()([words])[0] for words in SENTENCES] == grammar()(SENTENCES)
    assert grammar()([]) == []


def test_keys_are_remembered_and_cannot_be_changed() -> None:
    token = Token(0, "стали", "стали", 0, 5, readings=Readings(readings("стали")))
    keys = token.keys("NOUN", "VERB")
    assert {"сталь", "стать"} <= keys and keys is token.keys("NOUN", "VERB")
    assert isinstance(keys, frozenset)
