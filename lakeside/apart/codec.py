"""Values as JSON and Arrow buffers, and back. Reading makes plain values, Arrow ones and our frozen records.

What comes back is from a process that has read a stranger's file, so nothing in it is run: a record is
made only of a frozen dataclass, enum or pydantic model of `lakeside` that this process has imported.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from lakeside.apart.frames import Message

Parts = Sequence[Any]  # each with a buffer
_PLAIN = (bool, int, str)
_TEXTS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "float": (float, repr, float),
    "decimal": (Decimal, str, Decimal),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
}


_FAULTS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)


class Unreadable(Exception):
    """The document does not describe a value."""


def pack(value: Any) -> Message:
    """A value as a message; TypeError for what has no form in it."""
    parts: list[Any] = []
    return Message(_pack(value, parts), parts)


def unpack(message: Message) -> Any:
    """The value of a message.

    Raises:
        Unreadable: it is none, or a record is not one of ours.
    """
    try:
        return _unpack(message.body, message.parts)
    except (*_FAULTS, pa.ArrowException, OSError, MemoryError) as error:  # the last two are Arrow's words too
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _pack(value: Any, parts: list[Any]) -> Any:
    if value is None or (isinstance(value, _PLAIN) and not isinstance(value, Enum)):
        return value
    if isinstance(value, list):
        return [_pack(item, parts) for item in value]
    for tag, (kind, write, _) in _TEXTS.items():
        if isinstance(value, kind):
            return {"t": tag, "v": write(value)}
    return _pack_composed(value, parts)


def _pack_composed(value: Any, parts: list[Any]) -> dict[str, Any]:
    if isinstance(value, bytes | bytearray | memoryview):
        return _add_part("bytes", bytes(value), parts)
    if isinstance(value, timedelta):
        return {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Enum):
        return {"t": "enum", "c": _name(type(value)), "v": _pack(value.value, parts)}
    if isinstance(value, BaseModel):
        return {"t": "model", "c": _name(type(value)), "v": value.model_dump_json()}
    if dataclasses.is_dataclass(value):
        fields = {f.name: _pack(getattr(value, f.name), parts) for f in dataclasses.fields(value) if f.init}
        return {"t": "record", "c": _name(type(value)), "v": fields}
    if isinstance(value, Mapping):
        return {"t": "dict", "v": [[_pack(k, parts), _pack(v, parts)] for k, v in value.items()]}
    if isinstance(value, pa.Table):
        return {**_add_part("table", _write_table(value), parts), "rows": value.num_rows}
    if isinstance(value, pa.Schema):
        return _add_part("schema", value.serialize(), parts)
    if isinstance(value, pa.DataType):
        return _add_part("type", pa.schema([pa.field("", value)]).serialize(), parts)
    if isinstance(value, pa.Field):
        return _add_part("field", pa.schema([value]).serialize(), parts)
    if isinstance(value, Sequence):
        return {"t": "tuple", "v": [_pack(item, parts) for item in value]}
    raise TypeError(f"{type(value).__name__} has no form in a message")


def _add_part(tag: str, content: Any, parts: list[Any]) -> dict[str, Any]:
    parts.append(content)
    return {"t": tag, "v": len(parts) - 1}


def _write_table(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _unpack(document: Any, parts: Parts) -> Any:
    if document is None or isinstance(document, _PLAIN):
        return document
    if isinstance(document, list):
        return [_unpack(item, parts) for item in document]
    tag, value = document["t"], document["v"]
    if tag in _TEXTS:
        return _TEXTS[tag][2](value)
    return _READERS[tag](document, value, parts)


def _read_table(document: Any, value: int, parts: Parts) -> pa.Table:
    with pa.ipc.open_stream(pa.BufferReader(parts[value])) as reader:
        table = reader.read_all()
    table.validate()
    return table


def _read_schema(parts: Parts, number: int) -> pa.Schema:
    return pa.ipc.read_schema(pa.BufferReader(parts[number]))


def _read_record(document: Any, value: Any, parts: Parts) -> Any:
    kind = _find_class(document["c"])
    parameters = getattr(kind, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise TypeError(f"{document['c']} is no frozen record")
    return kind(**{str(name): _unpack(item, parts) for name, item in value.items()})


def _read_enum(document: Any, value: Any, parts: Parts) -> Any:
    kind = _find_class(document["c"])
    if not issubclass(kind, Enum):
        raise TypeError(f"{document['c']} is no enum")
    return kind(_unpack(value, parts))


def _read_model(document: Any, value: Any, parts: Parts) -> Any:
    kind = _find_class(document["c"])
    if not issubclass(kind, BaseModel):
        raise TypeError(f"{document['c']} is no model")
    return kind.model_validate_json(value)


_READERS: dict[str, Callable[[Any, Any, Parts], Any]] = {
    "bytes": lambda _, v, parts: bytes(parts[v]),
    "timedelta": lambda _, v, parts: timedelta(*v),
    "tuple": lambda _, v, parts: tuple(_unpack(item, parts) for item in v),
    "dict": lambda _, v, parts: {_unpack(k, parts): _unpack(item, parts) for k, item in v},
    "schema": lambda _, v, parts: _read_schema(parts, v),
    "type": lambda _, v, parts: _read_schema(parts, v).field(0).type,
    "field": lambda _, v, parts: _read_schema(parts, v).field(0),
    "table": _read_table,
    "record": _read_record,
    "enum": _read_enum,
    "model": _read_model,
}


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _find_class(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module.startswith("lakeside.") or "." in path:
        raise TypeError(f"{name} is not ours")
    found = getattr(sys.modules[module], path)
    if not isinstance(found, type):
        raise TypeError(f"{name} is no class")
    return found
