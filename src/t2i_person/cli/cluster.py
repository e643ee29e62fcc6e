"""`draw-all` over Ray Data: a text is a row, each worker an actor that has loaded its models once.

The rows hold what is asked for, and come back with the files, which the command itself saves: the machines of
a cluster need no folder in common.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from ..errors import T2IError
from .many import DIED, Files, Item, asked_of, cannot_be, drawn, processes, put

LOCAL = "local"  # a Ray of the command's own
Drawn = Callable[[Mapping[str, Any]], tuple[Files, str]]  # as `drawn`


class Drawer:
    """An actor: one text at a time, on one core (Ray sets OMP_NUM_THREADS) or one GPU.

    It draws in a process of its own, over which a text may die; Ray would try such a text for ever. A machine
    that is lost takes the actor with it, and there another one drawing the same is right.
    """

    def __init__(self, draw: Drawn) -> None:
        self._draw, self._pool = draw, processes(1)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        files: Files = {}
        try:
            files, error = self._pool.submit(self._draw, json.loads(row["asked"])).result()
        except BrokenProcessPool:
            self._pool, error = processes(1), DIED
        return {"name": row["name"], "error": error, "files": [*files], "data": [*files.values()]}


def work(
    items: list[Item],
    folder: Path,
    workers: int,
    settings: Mapping[str, Any],
    address: str,
    draw: Drawn = drawn,
) -> Iterator[tuple[str, str]]:
    """Name and error of each as it ends.

    Raises
    ------
    T2IError : Ray is not installed, or does not answer at that address.
    """
    waiting = []
    for item in items:
        if error := cannot_be(item, folder):
            yield item.name, error
        else:
            waiting.append({"name": item.name, "asked": json.dumps(asked_of(item, settings))})
    for row in _rows(waiting, workers, str(settings.get("device", "")), address, draw) if waiting else ():
        files = dict(zip(row["files"], row["data"], strict=True))
        yield row["name"], row["error"] or put(files, folder / row["name"])


def _rows(
    waiting: list[dict[str, str]], workers: int, device: str, address: str, draw: Drawn
) -> Iterator[dict[str, Any]]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before the import, else Ray tells its maker how it is used
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise T2IError("--ray needs Ray Data: pip install 't2i-person[ray]'.") from error
    own = not ray.is_initialized()
    if own:
        os.environ.setdefault("RAY_worker_niceness", "0")  # of a Ray that is started here; else it is 15
        more: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
        try:
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **more)
        except (ConnectionError, ValueError, RuntimeError) as error:
            why = f"No Ray answers at {address!r} ({error}): give --ray {LOCAL} to start one"
            raise T2IError(f"{why}, or auto on a machine of a cluster.") from error
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False  # the command has its own
        logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)  # which Ray would tell
        room: dict[str, Any] = {"num_gpus" if device.startswith("cuda") else "num_cpus": 1}
        rows = ray.data.from_items(waiting, override_num_blocks=len(waiting)).map(
            Drawer,  # type: ignore[arg-type]
            fn_constructor_args=(draw,),
            compute=ray.data.ActorPoolStrategy(size=workers),
            **room,
        )
        yield from rows.iter_rows()
    finally:
        if own:
            ray.shutdown()
