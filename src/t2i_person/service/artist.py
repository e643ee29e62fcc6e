"""The artist reads, draws and changes for the doors: in this process, unless `create_app` gets another."""

from typing import Any

from .. import pipeline


class Artist:
    """The pipeline in this process. Other artists have the same methods with the same arguments."""

    def load(self, pack: str, device: str) -> None:
        """Get ready; blocks."""
        pipeline.load(pack, device)

    def describe(self, *args: Any, **options: Any) -> Any:
        return pipeline.describe(*args, **options)

    def draw(self, *args: Any, **options: Any) -> Any:
        return pipeline.draw(*args, **options)

    def change(self, *args: Any, **options: Any) -> Any:
        return pipeline.change(*args, **options)

    def sketch(self, *args: Any, **options: Any) -> Any:
        return pipeline.sketch(*args, **options)
