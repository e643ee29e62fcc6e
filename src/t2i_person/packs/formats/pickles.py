"""Read a pickle without executing it.

A pickle is a program for a small stack machine. Some of its instructions import a name and call it. This
reader only moves values on the stack: an imported name becomes a `Name`, a call becomes a `Made` that records
the name and the arguments. Nothing is imported or called, so a hostile file can do no more than be refused.
A name that the caller does not know is refused, too; the message quotes it.

Source: the instructions are those that CPython's ``pickletools`` documents, up to protocol 5.
"""

import pickletools
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

MOST = 1_000_000  # instructions: limit; NVIDIA's largest published network has about 50,000
MAPPINGS = ("collections.OrderedDict", "dnnlib.util.EasyDict")

_MARK = object()


class Refused(ValueError):
    """The pickle holds something that weights have no need of, or is damaged; the message says what."""


class Source(Protocol):
    """A file open for reading bytes, better an ``mmap`` of one: it never reads past the end."""

    def read(self, n: int = ..., /) -> bytes: ...
    def readline(self) -> bytes: ...
    def tell(self) -> int: ...


@dataclass(frozen=True)
class Name:
    """Something the pickle would have imported: ``module.attribute``."""

    text: str


@dataclass(eq=False)
class Made:
    """Something the pickle would have made by a call."""

    name: str  # of what it would have called; "persistent" for a reference to outside the pickle
    args: tuple[Any, ...]
    state: Any = None  # what it would have been set up with afterwards
    items: dict[Any, Any] = field(default_factory=dict)  # of a mapping


def read(source: Source, known: Callable[[str], bool], *, persistent: bool = False, most: int = MOST) -> Any:
    """The object that one pickle describes, of plain values, `Name` and `Made`.

    Parameters
    ----------
    source : at the pickle's first byte.
    known : whether a dotted name may stand in it.
    persistent : whether references out of the pickle (torch's storages) may.
    most : instructions it may have.

    Raises
    ------
    Refused : an unknown name, an instruction that weights never need, or a damaged file.
    """
    try:
        return _run(source, known, persistent, most)
    except Refused:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error) as error:
        raise Refused(f"it is damaged or cut short ({error})") from error


def _run(source: Source, known: Callable[[str], bool], persistent: bool, most: int) -> Any:
    machine = _Machine(known, persistent)
    for count, (code, arg, _) in enumerate(pickletools.genops(source)):  # type: ignore[arg-type]
        if count >= most:
            raise Refused(f"it has more than {most} instructions")
        if code.name == "STOP":
            return _own(machine.stack.pop())
        step = _STEPS.get(code.name)
        if step is None:  # OBJ, NEWOBJ_EX, EXT1-4, PERSID, buffers out of band
            raise Refused(f"it has the instruction {code.name}, which no checkpoint has")
        step(machine, arg)
    raise ValueError("no end")  # genops itself complains before


class _Machine:
    """The stack and the memo of a pickle. Each method does one instruction, given its argument."""

    def __init__(self, known: Callable[[str], bool], persistent: bool) -> None:
        self.known, self.persistent = known, persistent
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def marked(self) -> list[Any]:
        """Take the values above the topmost mark off the stack, and the mark."""
        stack = self.stack
        place = len(stack) - 1
        while stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("no mark on the stack")
        values = stack[place + 1 :]
        del stack[place:]
        return values

    def plain(self, arg: Any) -> None:
        self.stack.append(bytes(arg) if isinstance(arg, bytearray) else arg)

    def nothing(self, _: Any) -> None:
        """PROTO and FRAME say nothing about the values."""

    def mark(self, _: Any) -> None:
        self.stack.append(_MARK)

    def pop(self, _: Any) -> None:
        self.stack.pop()

    def pop_mark(self, _: Any) -> None:
        self.marked()

    def dup(self, _: Any) -> None:
        self.stack.append(_own(self.stack[-1]))

    def put(self, arg: Any) -> None:
        self.memo[arg] = _own(self.stack[-1])

    def memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = _own(self.stack[-1])

    def get(self, arg: Any) -> None:
        self.stack.append(self.memo[arg])

    def short_tuple(self, n: int) -> None:
        if len(self.stack) < n:
            raise ValueError("the stack is empty")
        self.stack[-n:] = [tuple(map(_own, self.stack[-n:]))]

    def tuple_(self, _: Any) -> None:
        self.stack.append(tuple(self.marked()))

    def list_(self, _: Any) -> None:
        self.stack.append(self.marked())

    def dict_(self, _: Any) -> None:
        self.stack.append(_into({}, self.marked()))

    def frozenset_(self, _: Any) -> None:
        self.stack.append(frozenset(map(_key, self.marked())))

    def append(self, _: Any) -> None:
        value = _own(self.stack.pop())
        _a(list, self.stack[-1]).append(value)

    def appends(self, _: Any) -> None:
        values = self.marked()
        _a(list, self.stack[-1]).extend(values)

    def add_items(self, _: Any) -> None:
        values = self.marked()
        _a(set, self.stack[-1]).update(map(_key, values))

    def set_item(self, _: Any) -> None:
        value, key = _own(self.stack.pop()), self.stack.pop()
        _into(self.stack[-1], [key, value])

    def set_items(self, _: Any) -> None:
        values = self.marked()
        _into(self.stack[-1], values)

    def global_(self, arg: Any) -> None:
        self.push_name(*arg.split(" ", 1))

    def stack_global(self, _: Any) -> None:
        attribute, module = self.stack.pop(), self.stack.pop()
        self.push_name(module, attribute)

    def push_name(self, module: Any, attribute: Any) -> None:
        text = f"{module}.{attribute}"
        if not (isinstance(module, str) and isinstance(attribute, str)) or not self.known(text):
            raise Refused(f"it wants to import {text[:200]}, which weights have no need of")
        self.stack.append(Name(text))

    def make(self, _: Any) -> None:
        args, maker = _a(tuple, self.stack.pop()), _a(Name, self.stack.pop())
        self.stack.append(Made(maker.text, args))

    def build(self, _: Any) -> None:
        state = _own(self.stack.pop())
        _a(Made, self.stack[-1]).state = state

    def persistent_id(self, _: Any) -> None:
        if not self.persistent:
            raise Refused("it has the instruction BINPERSID, which no checkpoint has")
        self.stack.append(Made("persistent", _a(tuple, self.stack.pop())))

    def inst(self, arg: Any) -> None:
        raise Refused(f"it wants to make a {'.'.join(arg.split())[:200]} (INST)")


_Step = Callable[[_Machine, Any], None]


def _fixed(make: Callable[[], Any]) -> _Step:
    """An instruction that pushes the same new value each time."""
    return lambda machine, _: machine.stack.append(make())


def _tuple_of(n: int) -> _Step:
    return lambda machine, _: machine.short_tuple(n)


_STEPS: dict[str, _Step] = {  # name of the instruction in `pickletools` -> what it does; STOP ends the run
    **dict.fromkeys(("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"), _Machine.plain),
    **dict.fromkeys(("FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING"), _Machine.plain),
    **dict.fromkeys(("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"), _Machine.plain),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"), _Machine.plain),
    **{"NONE": _fixed(lambda: None), "NEWTRUE": _fixed(lambda: True), "NEWFALSE": _fixed(lambda: False)},
    **{"EMPTY_LIST": _fixed(list), "EMPTY_TUPLE": _fixed(tuple)},
    **{"EMPTY_DICT": _fixed(dict), "EMPTY_SET": _fixed(set)},
    **dict.fromkeys(("PROTO", "FRAME"), _Machine.nothing),
    **{"MARK": _Machine.mark, "POP": _Machine.pop, "POP_MARK": _Machine.pop_mark, "DUP": _Machine.dup},
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    **{"MEMOIZE": _Machine.memoize, "BINPERSID": _Machine.persistent_id, "INST": _Machine.inst},
    **{"TUPLE1": _tuple_of(1), "TUPLE2": _tuple_of(2), "TUPLE3": _tuple_of(3), "TUPLE": _Machine.tuple_},
    **{"LIST": _Machine.list_, "DICT": _Machine.dict_, "FROZENSET": _Machine.frozenset_},
    **{"APPEND": _Machine.append, "APPENDS": _Machine.appends, "ADDITEMS": _Machine.add_items},
    **{"SETITEM": _Machine.set_item, "SETITEMS": _Machine.set_items},
    **{"GLOBAL": _Machine.global_, "STACK_GLOBAL": _Machine.stack_global},
    **{"REDUCE": _Machine.make, "NEWOBJ": _Machine.make, "BUILD": _Machine.build},
}


def _own(value: Any) -> Any:
    if value is _MARK:
        raise ValueError("a mark where a value should be")
    return value


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise Refused(f"it is damaged: a {type(value).__name__} where a {kind.__name__.lower()} should be")
    return value


def _key(value: Any) -> Any:
    """Only plain keys: hashing deeply nested tuples could take forever, or overflow the C stack."""
    if not isinstance(value, (str, int, float, bytes, type(None))):
        raise Refused(f"it has a {type(value).__name__} as a key")
    return value


def _into(target: Any, values: list[Any]) -> Any:
    """Put ``key, value, key, value ...`` into a mapping."""
    if isinstance(target, Made) and target.name in MAPPINGS:
        target = target.items
    if len(values) % 2:
        raise ValueError("a key without a value")
    _a(dict, target).update(zip(map(_key, values[::2]), map(_own, values[1::2]), strict=True))
    return target
