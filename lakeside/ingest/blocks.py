"""Cutting a stream of text into blocks at line ends, the same blocks however the bytes arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lakeside.errors import FileTooLarge

BLOCK_BYTES = 2 << 20
LONGEST_LINE_BYTES = 16_000_000
_BOM = b"\xef\xbb\xbf"


def cut_blocks(
    pieces: Iterable[bytes | memoryview],
    file: str,
    block_bytes: int = BLOCK_BYTES,
    line_bytes: int = LONGEST_LINE_BYTES,
) -> Iterator[bytes]:
    """Whole lines in blocks of at most `block_bytes` (longer only where one line is), in order.

    The blocks joined are the stream. Where they are cut depends on the bytes alone, never on the pieces,
    so that figures added up block by block come out the same each time. A byte order mark at the
    start is left out; the last line may lack its line end.

    Raises:
        FileTooLarge: a line is longer than `line_bytes`: this is no text with lines.
    """
    buffer = bytearray()
    start = True
    for piece in pieces:
        buffer += piece
        if start and len(buffer) >= len(_BOM):
            start = False
            if buffer.startswith(_BOM):
                del buffer[: len(_BOM)]
        while len(buffer) > block_bytes:
            end = buffer.rfind(b"\n", 0, block_bytes) + 1 or buffer.find(b"\n", block_bytes) + 1
            if not end:
                break
            yield bytes(memoryview(buffer)[:end])
            del buffer[:end]
        if len(buffer) > max(line_bytes, 2 * block_bytes):
            raise FileTooLarge(
                f"{file} is not a CSV file: it has a line of more than {line_bytes / 1e6:,.1f} MB.",
                "Check the URL template.",
                limit="ingest.line_megabytes",
            )
    if buffer and not (start and buffer == _BOM):
        yield bytes(buffer)
