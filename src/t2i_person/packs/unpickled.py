"""What a pickle says, read without doing any of it.

A pickle is a program for a small stack machine, and two of its instructions import and call whatever it
names. This reader runs the stack and nothing else: a name stays a `Name`, a call becomes a `Made` that
records what would have been called with what. Nothing is ever imported, called or looked up, so the worst a
hostile file can do is to be refused. Names are refused too unless the caller knows them, so that a file that
is no checkpoint is reported by what is strange in it.

Source: the instructions are those that CPython's ``pickletools`` documents, up to protocol 5.
"""

import pickletools
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

MOST = 1_000_000  # instructions; NVIDIA's largest published network has some 50,000
MAPPINGS = ("collections.OrderedDict", "dnnlib.util.EasyDict")

_PLAIN = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
_FIXED: dict[str, Callable[[], Any]] = {
    **{"NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False},
    **{"EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_DICT": dict, "EMPTY_SET": set},
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
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

    name: str  # of what it would have called; "persistent" for a reference out of the pickle
    args: tuple[Any, ...]
    state: Any = None  # what it would have been set up with afterwards
    items: dict[Any, Any] = field(default_factory=dict)  # of a mapping


def read(source: Source, known: Callable[[str], bool], *, persistent: bool = False) -> Any:
    """The object that one pickle describes, of plain values, `Name` and `Made`.

    Parameters
    ----------
    source : at the pickle's first byte.
    known : whether a dotted name may stand in it.
    persistent : whether references out of the pickle (torch's storages) may.

    Raises
    ------
    Refused : an unknown name, an instruction that weights never need, or a damaged file.
    """
    try:
        return _run(source, known, persistent)
    except Refused:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error) as error:
        raise Refused(f"it is damaged or cut short ({error})") from error


def _run(source: Source, known: Callable[[str], bool], persistent: bool) -> Any:
    stack: list[Any] = []
    memo: dict[int, Any] = {}

    def marked() -> list[Any]:
        place = len(stack) - 1
        while stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("no mark on the stack")
        values = stack[place + 1 :]
        del stack[place:]
        return values

    def named(module: Any, attribute: Any) -> Name:
        text = f"{module}.{attribute}"
        if not (isinstance(module, str) and isinstance(attribute, str)) or not known(text):
            raise Refused(f"it wants to import {text[:200]}, which weights have no need of")
        return Name(text)

    for count, (code, found, _) in enumerate(pickletools.genops(source)):  # type: ignore[arg-type]
        arg: Any = found
        if count >= MOST:
            raise Refused(f"it has more than {MOST} instructions")
        op = code.name
        if op in _PLAIN:
            stack.append(bytes(arg) if isinstance(arg, bytearray) else arg)
        elif op in _FIXED:
            stack.append(_FIXED[op]())
        elif op in ("PROTO", "FRAME"):
            pass
        elif op == "STOP":
            return _own(stack.pop())
        elif op == "MARK":
            stack.append(_MARK)
        elif op == "POP":
            stack.pop()
        elif op == "POP_MARK":
            marked()
        elif op == "DUP":
            stack.append(_own(stack[-1]))
        elif op in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[arg] = _own(stack[-1])
        elif op == "MEMOIZE":
            memo[len(memo)] = _own(stack[-1])
        elif op in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[arg])
        elif op in _TUPLES:
            n = _TUPLES[op]
            if len(stack) < n:
                raise ValueError("the stack is empty")
            stack[-n:] = [tuple(map(_own, stack[-n:]))]
        elif op == "TUPLE":
            stack.append(tuple(marked()))
        elif op == "LIST":
            stack.append(marked())
        elif op == "DICT":
            stack.append(_into({}, marked()))
        elif op == "FROZENSET":
            stack.append(frozenset(map(_key, marked())))
        elif op == "APPEND":
            value = _own(stack.pop())
            _a(list, stack[-1]).append(value)
        elif op == "APPENDS":
            values = marked()
            _a(list, stack[-1]).extend(values)
        elif op == "ADDITEMS":
            values = marked()
            _a(set, stack[-1]).update(map(_key, values))
        elif op == "SETITEM":
            value, key = _own(stack.pop()), stack.pop()
            _into(stack[-1], [key, value])
        elif op == "SETITEMS":
            values = marked()
            _into(stack[-1], values)
        elif op == "GLOBAL":
            stack.append(named(*arg.split(" ", 1)))
        elif op == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(named(module, attribute))
        elif op in ("REDUCE", "NEWOBJ"):
            args, maker = _a(tuple, stack.pop()), _a(Name, stack.pop())
            stack.append(Made(maker.text, args))
        elif op == "BUILD":
            state = _own(stack.pop())
            _a(Made, stack[-1]).state = state
        elif op == "BINPERSID" and persistent:
            stack.append(Made("persistent", _a(tuple, stack.pop())))
        elif op == "INST":
            raise Refused(f"it wants to make a {'.'.join(arg.split())[:200]} (INST)")
        else:  # OBJ, NEWOBJ_EX, EXT1-4, PERSID, buffers out of band
            raise Refused(f"it has the instruction {op}, which no checkpoint has")
    raise ValueError("no end")  # genops itself complains before


def _own(value: Any) -> Any:
    if value is _MARK:
        raise ValueError("a mark where a value should be")
    return value


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise Refused(f"it is damaged: a {type(value).__name__} where a {kind.__name__.lower()} should be")
    return value


def _key(value: Any) -> Any:
    """Only plain keys: to hash a tuple of tuples of tuples could take for ever, or all of the C stack."""
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
