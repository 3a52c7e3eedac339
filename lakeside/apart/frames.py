"""Messages between the two ends of a pipe: a JSON document and raw parts, each with its length before it.

    8 bytes   length of the document
    document  UTF-8 JSON: {"body": ..., "parts": [length, ...]}
    parts     bytes, one after the other

Nothing here runs what it reads: no pickle, and no length is believed beyond its bound.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAXIMUM_DOCUMENT_BYTES = 256 << 20
MAXIMUM_PARTS_BYTES = 4 << 30
_LENGTH_BYTES = 8
_PIECE_BYTES = 1 << 20


class PipeClosed(Exception):
    """The other end is gone, or wrote what is no message."""


class Overdue(Exception):
    """The other end did not answer in time."""


@dataclass(frozen=True, slots=True)
class Message:
    """A JSON document and the bytes it refers to by their number."""

    body: Any
    parts: Sequence[Any]  # bytes, or anything with a buffer


def send(descriptor: int, message: Message) -> None:
    """Write a whole message; PipeClosed when nobody reads any more."""
    views = [memoryview(part).cast("B") for part in message.parts]
    document = json.dumps({"body": message.body, "parts": [len(view) for view in views]}).encode()
    try:
        _write(descriptor, memoryview(len(document).to_bytes(_LENGTH_BYTES, "big") + document))
        for view in views:
            _write(descriptor, view)
    except OSError as error:
        raise PipeClosed(str(error)) from error


def receive(
    descriptor: int, deadline: float | None = None, maximum_bytes: int = MAXIMUM_PARTS_BYTES
) -> Message:
    """Read a whole message with parts of at most `maximum_bytes`, until `deadline` by the monotonic clock.

    Raises:
        PipeClosed: the other end closed the pipe, or a length is beyond its bound.
        Overdue: the deadline passed.
    """
    length = int.from_bytes(_read(descriptor, _LENGTH_BYTES, deadline), "big")
    if length > MAXIMUM_DOCUMENT_BYTES:
        raise PipeClosed(f"a document of {length:,} bytes was announced")
    try:
        document = json.loads(_read(descriptor, length, deadline))
        body, lengths = document["body"], [int(size) for size in document["parts"]]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise PipeClosed(f"not a message: {error}") from error
    if sum(lengths) > maximum_bytes or any(size < 0 for size in lengths):
        raise PipeClosed(f"parts of {sum(lengths):,} bytes were announced")
    return Message(body, [_read(descriptor, size, deadline) for size in lengths])


def _write(descriptor: int, view: memoryview) -> None:
    while view:
        view = view[os.write(descriptor, view[:_PIECE_BYTES]) :]


def _read(descriptor: int, size: int, deadline: float | None) -> bytes:
    """Exactly so many bytes; the memory for them is taken as they arrive, not as they are announced."""
    content = bytearray()
    while len(content) < size:
        _wait(descriptor, deadline)
        piece = os.read(descriptor, min(_PIECE_BYTES, size - len(content)))
        if not piece:
            raise PipeClosed("the other end is gone")
        content += piece
    return bytes(content)


def _wait(descriptor: int, deadline: float | None) -> None:
    if deadline is None:
        return
    poll = select.poll()  # unlike select(), without a bound on the descriptor's number
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise Overdue
