"""Whatever bytes lie in the lake: an answer or a BadFile that names the object, never a crash."""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lakeside.errors import BadFile, LimitExceeded
from lakeside.lake.lake import Lake
from lakeside.settings import LimitSettings, Settings

TABLE = pa.table(
    {
        "number": pa.array(range(400), pa.int32()),
        "text": [None if n % 7 == 0 else f"text {n % 13}" for n in range(400)],
        "time": pa.array(range(400), pa.timestamp("us")),
        "list": [[n, n + 1] for n in range(400)],
    }
).replace_schema_metadata({"lakeside.provenance": '{"dataset": "green"}'})


def make_file() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(TABLE, sink, row_group_size=150, compression="zstd")
    return bytes(sink.getvalue())


FILE = make_file()
LAKE = Lake.open(Settings(lake_url="memory://damage", limits=LimitSettings(preview_megabytes=1)))


def look_at(content: bytes) -> None:
    with LAKE.open_writer("object") as file:
        file.write(content)
    for look in (LAKE.read_footer, LAKE.preview_object):
        with suppress(LimitExceeded):
            try:
                look("object")
            except BadFile as error:
                assert "memory://damage/object" in error.message


@example([(7207, 128)])  # the writer's name is no text
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    content = bytearray(FILE)
    for position, byte in changes:
        content[position] = byte
    look_at(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(FILE)), st.integers(0, len(FILE)))
def test_missing_bytes(start: int, end: int) -> None:
    look_at(FILE[: min(start, end)] + FILE[max(start, end) :])


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_with_a_magic_word(content: bytes) -> None:
    look_at(content + len(content).to_bytes(4, "little") + b"PAR1")
