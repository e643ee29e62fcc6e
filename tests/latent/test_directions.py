from dataclasses import replace
from typing import ClassVar

import pytest
import torch
from packs.tiny import TinyEncoder, tiny_pack
from torch.nn.functional import normalize

from t2i_person.errors import T2IError
from t2i_person.latent import apply, global_direction
from t2i_person.latent.edits.directions import TEMPLATES


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


def test_it_is_the_paper_s_formula(pack):
    to, start = pack.encoder.encode_text(["рыжие волосы", "человек"])
    delta = (to - start) / (to - start).norm()
    relevance = torch.stack([direction @ delta for direction in pack.directions])
    kept = torch.where(relevance.abs() >= 0.2, relevance, 0) * torch.cat(pack.statistics.std)
    found = global_direction(pack, "рыжие волосы", beta=0.2)
    assert torch.allclose(torch.cat(found), kept / relevance.abs().max(), atol=1e-6)
    assert [len(part) for part in found] == [len(std) for std in pack.statistics.std]


def test_it_keeps_as_many_channels_as_asked(pack):
    for count in (1, 7, 30):
        assert torch.cat(global_direction(pack, "очки", channels=count)).count_nonzero() == count


def test_it_moves_the_picture_towards_the_text(pack):
    styles = pack.generator.styles(
        pack.generator.w_plus(torch.randn(6, 8, generator=torch.Generator().manual_seed(5)))
    )
    direction = global_direction(pack, "рыжие волосы", channels=40)
    target = pack.text(["рыжие волосы"])[0]

    def likeness(alpha):
        return (
            pack.encoder.encode_image(pack.generator.render(apply(styles, direction, alpha))) @ target
        ).mean()

    assert likeness(-1) < likeness(0) < likeness(1)


def test_one_person_in_several_strengths(pack):
    styles = pack.generator.styles(pack.generator.w_plus(torch.ones(1, 8)))
    direction = global_direction(pack, "шапка")
    many = apply(styles, direction, torch.tensor([0.0, 2.0, -3.0]))
    assert all(len(style) == 3 for style in many)
    for row, alpha in enumerate((0.0, 2.0, -3.0)):
        for a, b in zip(many, apply(styles, direction, alpha), strict=True):
            assert torch.allclose(a[row], b[0])


def test_texts_are_encoded_once(pack):
    class Counting(TinyEncoder):
        seen: ClassVar[list[str]] = []

        def encode_text(self, texts):
            self.seen.extend(texts)
            return super().encode_text(texts)

    fresh = replace(pack, encoder=Counting(), _texts={})
    one, two = (torch.cat(global_direction(fresh, "борода")) for _ in range(2))
    assert torch.equal(one, two) and "борода" in Counting.seen
    assert len(Counting.seen) == len(set(Counting.seen))


def test_what_cannot_be_says_why(pack):
    with pytest.raises(T2IError, match="not both"):
        global_direction(pack, "борода", beta=0.1, channels=3)
    with pytest.raises(T2IError, match=r"Lower beta"):
        global_direction(pack, "борода", beta=1.1)
    with pytest.raises(T2IError, match=r"from 0 to 1, not -0\.1"):
        global_direction(pack, "борода", beta=-0.1)
    with pytest.raises(T2IError, match=r"at least 1, not 0"):
        global_direction(pack, "борода", channels=0)
    with pytest.raises(T2IError, match="человек"):
        global_direction(pack, "человек")


def test_a_range_of_channels_is_found_by_bisection(pack):
    for least, most in ((5, 9), (20, 20), (1, 3)):
        count = torch.cat(global_direction(pack, "очки", channels=(least, most))).count_nonzero()
        assert least <= count <= most
    for least, most in ((0, 4), (9, 5), (10_000, 20_000)):
        with pytest.raises(T2IError, match="least"):
            global_direction(pack, "очки", channels=(least, most))


def test_english_is_the_mean_over_templates(pack):
    class English(TinyEncoder):
        language = "en"

    assert len(set(TEMPLATES)) == 46
    pack = replace(pack, encoder=English(), _texts={})

    def said(text):
        rows = pack.encoder.encode_text([template.format(text) for template in TEMPLATES])
        return normalize(rows.mean(0), dim=0)

    delta = normalize(said("red hair") - said("a person"), dim=0)
    relevance = pack.directions @ delta
    found = torch.cat(global_direction(pack, "red hair", channels=10))
    kept = torch.zeros_like(relevance)
    best = relevance.abs().topk(10).indices
    kept[best] = (relevance / relevance.abs().max())[best]
    assert torch.allclose(found, kept * torch.cat(pack.statistics.std), atol=1e-6)
