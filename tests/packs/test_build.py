import pytest
import torch
from torch.nn.functional import normalize

from t2i_person.packs.build import channel_directions, stylespace_statistics

from .tiny import TinyEncoder, tiny_generator


def test_statistics_are_those_of_the_samples():
    generator = tiny_generator()
    found = stylespace_statistics(generator, 50, seed=3, batch=20)
    random = torch.Generator().manual_seed(3)
    z = torch.cat([torch.randn(n, 8, generator=random) for n in (20, 20, 10)])
    styles = generator.styles(generator.w_plus(z))
    for style, mean, std in zip(styles, found.mean, found.std, strict=True):
        assert torch.allclose(style.mean(0), mean, atol=1e-5)
        assert torch.allclose(style.std(0, correction=0), std, atol=1e-5)


def test_directions_are_those_written_out():
    """Each channel on its own, through the whole network: the slow way gives the same."""
    generator, encoder = tiny_generator(), TinyEncoder()
    statistics = stylespace_statistics(generator, 200)
    done = []
    directions = channel_directions(
        generator,
        encoder,
        statistics,
        images=5,
        alpha=2,
        resolution=16,
        batch=4,
        progress=lambda i, n: done.append((i, n)),
    )
    base = generator.styles(
        generator.w_plus(torch.randn(5, 8, generator=torch.Generator().manual_seed(0)), 0.7)
    )
    row = 0
    for layer, style in enumerate(base):
        for channel in range(style.shape[1]):
            pushed = []
            for sign in (-2, 2):
                moved = [s.clone() for s in base]
                moved[layer][:, channel] += sign * statistics.std[layer][channel]
                pushed.append(encoder.encode_image(generator.render(moved, resolution=16).clamp(-1, 1)))
            change = pushed[1] - pushed[0]
            if layer < 8 and layer % 3 != 1:
                wanted = normalize(normalize(change).mean(0), dim=0)
                assert torch.allclose(directions[row], wanted, atol=1e-3)
            else:
                assert not directions[row].any()
            row += 1
    assert row == len(directions)
    assert done[-1][0] == done[-1][1] == sum(base[i].shape[1] for i in (0, 2, 3, 5, 6))


@pytest.mark.parametrize(("save_every", "kept"), [(3600.0, 16), (0.0, 20)])
def test_a_stopped_run_goes_on(tmp_path, save_every, kept):
    """After the layers that were finished, or after the last save within a layer."""
    generator, encoder = tiny_generator(), TinyEncoder()
    statistics = stylespace_statistics(generator, 100)
    options = {"images": 2, "resolution": 8, "batch": 8, "resume": tmp_path / "half.safetensors"}
    options |= {"save_every": save_every}

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > 20:
            raise Stop

    with pytest.raises(Stop):
        channel_directions(generator, encoder, statistics, progress=stop, **options)
    first = []
    found = channel_directions(
        generator, encoder, statistics, progress=lambda i, n: first.append(i), **options
    )
    assert kept < first[0] <= kept + 2 * 2, "what was kept was computed again"
    fresh = channel_directions(generator, encoder, statistics, images=2, resolution=8, batch=8)
    assert torch.equal(found, fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["half.safetensors"], "the caller's to delete"
