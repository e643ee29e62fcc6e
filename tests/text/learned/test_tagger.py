"""The network and the weights that weigh what the rules propose."""

from importlib.resources import files

import numpy as np
import pytest

from t2i_person.text import describe
from t2i_person.text.grammar.tokens import sentences
from t2i_person.text.learned import scorer, tagger
from t2i_person.text.people.mentions import find


def read(text: str) -> list:
    tokens = next(iter(sentences([(range(len(text) + 1), text)])))
    tagger.tag([(tokens, find(tokens))])
    return tokens


def test_words_of_looks_and_people_stand_out() -> None:
    tokens = {t.low: t for t in read("Вошла старуха в чёрном платье и села у окна на лавку.")}
    assert min(tokens["чёрном"].look, tokens["платье"].look) > 0.8
    assert max(tokens["окна"].look, tokens["лавку"].look, tokens["села"].look) < 0.2
    assert tokens["старуха"].person > 0.8 > 0.2 > tokens["окна"].person


def test_the_network_is_computed_as_it_was_trained() -> None:
    """The arithmetic of numpy against torch's layers with the same weights."""
    torch = pytest.importorskip("torch")
    text = "Седой доктор в очках, который вошёл первым, улыбнулся ей."
    tokens = next(iter(sentences([(range(len(text) + 1), text)])))
    found = find(tokens)
    tagger.tag([(tokens, found)])
    w = {k: torch.from_numpy(v) for k, v in tagger._weights().items()}
    tags, above = torch.from_numpy(tagger.described(tokens, found)), torch.from_numpy(tagger.heads(tokens))
    embedded = [torch.nn.functional.embedding(tags[:, k], w[f"tags.{k}"]) for k in range(tags.shape[1])]
    seen = torch.from_numpy(np.stack([t.seen for t in tokens])) @ w["seen"]
    h = torch.cat([torch.from_numpy(tagger.vectors(tokens)) @ w["words"], *embedded, seen], 1)
    h = torch.relu(torch.nn.functional.linear(h, w["in.w"].T, w["in.b"]))
    h = torch.relu(torch.nn.functional.linear(torch.cat([h, h[above]], 1), w["tree.w"].T, w["tree.b"]))
    for k, apart in enumerate(tagger.APART):
        kernel = w[f"around.{k}.w"].reshape(3, h.shape[1], -1).permute(2, 1, 0)  # [out, in, 3]
        wide = torch.nn.functional.conv1d(
            h.T[None], kernel, w[f"around.{k}.b"], dilation=apart, padding=apart
        )
        h = h + torch.relu(wide[0].T)
    right = torch.sigmoid(torch.nn.functional.linear(h, w["out.w"].T, w["out.b"])).numpy()
    got = np.array([[t.look, t.begins, t.person] for t in tokens])
    np.testing.assert_allclose(got, right, atol=1e-5)


def test_it_is_small() -> None:
    text = files("t2i_person.text.learned")
    size = sum(len(text.joinpath(name).read_bytes()) for name in ("tagger.npz", "senses.npz", "scorer.json"))
    assert size < 10 << 20


def test_a_task_that_was_never_trained_is_not_weighed() -> None:
    assert scorer.probability("no such task", ["kind=noun"]) is None
    assert 0 < scorer.probability("present", ["a fact nobody saw"]) < 1


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("В комнату вошёл лакей и подал письмо.", ["лакей"]),
        ("Он вспоминал покойницу мать и свою молодость.", []),
    ],
)
def test_who_is_there(text: str, there: list[str]) -> None:
    assert [c.lemma for c in describe(text)] == there


def test_what_the_rules_find_in_part_is_read_whole() -> None:
    (old,) = describe("На старике были сапоги со скрипом.")
    assert [f.text for f in old.features] == ["сапоги со скрипом"]


def test_looks_that_are_told_first_wait_for_their_person() -> None:
    text = "Правильные черты лица, тонкий, прямой нос и толстые губы сулили доброту. "
    (young,) = describe(text + "Этот молодой человек глядел равнодушно на проходившие пары.")
    assert "толстые губы" in [f.text for f in young.features]


def test_what_stands_at_the_head_of_a_line_is_read_from_there() -> None:
    (oleg,) = describe("Имя: Олег\nВолосы: русые\nГлаза: серые")
    assert [f.normalized for f in oleg.features] == ["русые волосы", "серые глаза"]
