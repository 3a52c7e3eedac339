"""What comes from a process that has read a stranger's file: a value of ours, or no message."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

import lakeside.lake.lake
from lakeside.apart.codec import Unreadable, pack, unpack
from lakeside.apart.frames import Message, PipeClosed, receive
from lakeside.lake.objects import Format, RowsWanted
from tests.fuzz.target import Target

_TAGS = [
    "float",
    "decimal",
    "datetime",
    "date",
    "time",
    "bytes",
    "timedelta",
    "tuple",
    "dict",
    "schema",
    "type",
    "field",
    "table",
    "record",
    "enum",
    "model",
    "x",
]
_CLASSES = [
    "lakeside.lake.objects:RowsWanted", "lakeside.lake.objects:Format", "lakeside.lake.provenance:Provenance", "lakeside.lake.lake:Lake", "builtins:eval",
    "lakeside.lake.lake:time.sleep", "lakeside.lake.keys:check_key", "lakeside:__name__", "lakeside.lake.writing:os", "subprocess:Popen", "lakeside.lake.storage:Path",
]  # fmt: skip
_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=10),
    st.sampled_from(["nan", "1e5", "2024-01-01", "x" * 1_000, -1, 0, 1, 10**30]),
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries(
            {"t": st.sampled_from(_TAGS), "v": inner},
            optional={"c": st.sampled_from(_CLASSES), "rows": inner},
        ),
        st.fixed_dictionaries(
            {
                "t": st.just("record"),
                "v": st.dictionaries(st.sampled_from(["columns", "offset", "where"]), inner),
                "c": st.sampled_from(_CLASSES),
            }
        ),
        st.dictionaries(st.text(max_size=4), inner, max_size=2),
    ),
    max_leaves=6,
)
_PARTS = [
    pa.schema([("a", pa.int64())]).serialize().to_pybytes(),
    bytes(pack(pa.table({"a": [1, 2]})).parts[0]),
    b"",
    b"\0" * 40,
]
_FRAMES = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda size, tail: size.to_bytes(8, "big") + tail, st.integers(0, 2**64 - 1), st.binary(max_size=40)),
    st.builds(
        lambda body, sizes, tail: len(text := json.dumps({"body": body, "parts": sizes}).encode()).to_bytes(8, "big") + text + tail,
        _VALUES, st.lists(st.one_of(st.integers(-3, 80), st.sampled_from([2**40, 2**70])), max_size=3), st.binary(max_size=80),
    ),
)  # fmt: skip
_ALLOWED = (
    bool,
    int,
    str,
    float,
    list,
    tuple,
    dict,
    bytes,
    type(None),
    pa.Table,
    pa.Schema,
    pa.DataType,
    pa.Field,
)
messages = st.tuples(_FRAMES, _VALUES, st.lists(st.sampled_from(_PARTS) | st.binary(max_size=60), max_size=3))


@contextmanager
def open_world(_: Path) -> Iterator[Callable[[tuple[bytes, Any, list[bytes]]], None]]:
    """Reads each frame from a pipe, and makes a value of each document."""
    assert RowsWanted.__module__ == Format.__module__  # imported, so that their names can be asked for

    def attempt(example: tuple[bytes, Any, list[bytes]]) -> None:
        frame, body, parts = example
        _receive(frame)
        try:
            value = unpack(Message(body, parts))
        except Unreadable:
            return
        kind = type(value)
        assert isinstance(value, _ALLOWED) or kind.__module__.startswith(
            ("lakeside.", "datetime", "decimal")
        ), kind
        assert not isinstance(value, lakeside.lake.lake.Lake)

    yield attempt


def _receive(frame: bytes) -> None:
    reading, writing = os.pipe()
    try:
        sender = threading.Thread(target=_send, args=(writing, frame))
        sender.start()
        try:
            receive(reading, time.monotonic() + 60)
        except PipeClosed:
            pass
        finally:
            sender.join()
    finally:
        os.close(reading)


def _send(descriptor: int, frame: bytes) -> None:
    try:
        os.write(descriptor, frame)  # less than a pipe holds
    finally:
        os.close(descriptor)


MESSAGES = Target("messages", messages, open_world, suite_examples=200)
