"""A portrait made again from its own PNG file, and whether it came out the same."""

from dataclasses import dataclass

import numpy as np

from ..errors import NobodyFits, WrongPack
from ..packs import Pack, list_packs, load_pack
from ..picture import png
from ..record import VERSION, Record
from ..request import Request
from .drawing import draw
from .finish import render
from .run import IsCancelled, OnEvent


@dataclass(frozen=True, eq=False)
class Recreated:
    """A portrait made again.

    Attributes
    ----------
    data : the new file's bytes.
    same : True when they are the old file's bytes.
    notes : what differs and why, in words; empty when nothing does.
    record : of the old file.
    """

    data: bytes
    same: bool
    notes: tuple[str, ...]
    record: Record


def recreate(
    data: bytes,  # of a PNG that was drawn here
    *,
    pack: str | Pack | None = None,  # None: the one the file names
    device: str = "auto",
    from_text: bool = False,  # run all stages again from the text and the seed; the latent inside is not used
    on_event: OnEvent | None = None,
    cancelled: IsCancelled | None = None,
) -> Recreated:
    """Make a portrait again from what its PNG says.

    If the weights are the same, the latent inside is enough. Other weights have another latent space. Then
    all stages run again from the text and the seed, and the picture is another one.

    Raises
    ------
    T2IError : the file is not ours or damaged, or its record does not lead to a picture.
    PackError : the pack that it names is not here.
    """
    pixels, record = png.decode(data)
    loaded = pack if isinstance(pack, Pack) else load_pack(pack or _named(record.pack), device)
    notes = list(_differences(record, loaded))
    if from_text or record.digest != loaded.digest or record.latent is None:
        image, again = _from_text(record, loaded, on_event, cancelled)
    else:
        image = render(loaded, record)
        again = record
    made = png.encode(image, again)
    if made == data:
        return Recreated(made, True, (), record)
    if image.shape != pixels.shape:
        notes.append(f"The picture is {_size(image)} now and was {_size(pixels)}.")
    elif (image == pixels).all():
        notes.append("Every pixel is the same; what is written beside them in the file differs.")
    else:
        gap = np.abs(image.astype(int) - pixels)
        share, most = (gap.max(2) > 0).mean(), gap.max()
        notes.append(f"{share:.1%} of the pixels differ, by at most {most} of 255.")
    return Recreated(made, False, tuple(notes), record)


def _from_text(
    record: Record, pack: Pack, on_event: OnEvent | None, cancelled: IsCancelled | None
) -> tuple[np.ndarray, Record]:
    result = draw(Request.of_record(record), pack, on_event=on_event, cancelled=cancelled)
    portraits = result.characters[record.character["index"]].portraits
    number = record.character["portrait"]
    if not 0 <= number < len(portraits):
        raise NobodyFits(
            f"Its text and seed give {len(portraits)} portraits now, and this was number {number + 1}."
        )
    return portraits[number].rgba, portraits[number].record


def _named(name: str) -> str:
    """The pack of that name. A file may come from a stranger, so it must not name a folder."""
    known = [info.name for info in list_packs()]
    if name not in known:
        raise WrongPack(
            f"This PNG was drawn with the pack {name!r}, which is not here. Packs here: {', '.join(known)}; "
            "name one of them, or a folder, as the pack (--pack)."
        )
    return name


def _differences(record: Record, pack: Pack) -> list[str]:
    """What differs from the time when the file was drawn."""
    found = []
    if record.digest != pack.digest:
        was, now = (f"{digest[:10] or 'unknown'}" for digest in (record.digest, pack.digest))
        found.append(
            f"The weights differ: it was drawn with {record.pack} ({was}), here is {pack.name} ({now}). "
            "It was drawn again from its text and seed: expect another person."
        )
    if record.version != VERSION:
        found.append(f"It was drawn by t2i-person {record.version}, this is {VERSION}.")
    was = f"{record.settings.get('device', 'unknown')}, {record.settings.get('dtype', 'unknown')}"
    now = f"{pack.device.type}, {str(pack.dtype).removeprefix('torch.')}"
    if was != now:
        found.append(
            f"It was drawn on another device ({was}; here {now}): small differences are to be expected."
        )
    return found


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
