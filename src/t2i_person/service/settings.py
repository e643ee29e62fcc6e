"""What a server can be told."""

from dataclasses import dataclass

EXAMPLE = '{"text": "Блондинка в голубой кофте шла по улице."}'


@dataclass(frozen=True)
class Settings:
    pack: str = "embedded"
    device: str = "auto"
    seed: int | None = None  # of each request; None: a new one for each
    per_character: int = 1  # portraits of each person
    steps: int | None = None  # of optimization; None: the pipeline's own default
    drawing: int = 1  # at once: one drawing keeps all cores busy
    waiting: int = 16  # that may wait for their turn; the next gets 429
    body_limit: int = 1 << 20  # bytes
