"""The sizes of a StyleGAN2 generator."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class GeneratorConfig:
    """Sizes of a generator. Block ``i`` works at ``base * 2**i`` and has ``channels[i]`` features.

    ``resolution`` is the final size: ``(height, width)``, or its longer side. Left empty, ``channels`` are
    those of the paper's config-f (512 up to 64 pixels, then halved at each doubling).
    """

    z_dim: int = 512
    w_dim: int = 512
    mapping_layers: int = 8
    resolution: int | tuple[int, int] = 1024
    channels: tuple[int, ...] = ()  # lowest resolution first
    base: tuple[int, int] = (4, 4)  # height, width of the learned constant

    def __post_init__(self) -> None:
        goal = self.resolution if isinstance(self.resolution, int) else max(self.resolution)
        doublings = math.log2(goal / max(self.base))
        if doublings < 0 or doublings != int(doublings):
            raise ValueError(
                f"resolution {self.resolution} is not base {self.base} doubled a whole number of times"
            )
        count = int(doublings) + 1
        if not self.channels:
            sides = [max(self.base) * 2**i for i in range(count)]
            object.__setattr__(self, "channels", tuple(min(512, 32768 // side) for side in sides))
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "base", tuple(self.base))
        if len(self.channels) != count:
            raise ValueError(
                f"{self.resolution} from base {self.base} takes {count} blocks, channels are {self.channels}"
            )
        if not isinstance(self.resolution, int) and tuple(self.resolution) != self.resolutions[-1]:
            raise ValueError(
                f"resolution {self.resolution}: base {self.base} grows to {self.resolutions[-1]}"
            )

    @property
    def resolutions(self) -> tuple[tuple[int, int], ...]:
        """``(height, width)`` of each block, lowest first."""
        return tuple((self.base[0] * 2**i, self.base[1] * 2**i) for i in range(len(self.channels)))

    @property
    def num_ws(self) -> int:
        """Rows of W+: each block reads two, the first conv and torgb included."""
        return 2 * len(self.channels)
