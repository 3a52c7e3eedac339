"""Conditions on rows and globs on names, as people mistype them: an answer or a refusal, soon."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from lakeside.errors import LimitExceeded, QueryRejected
from lakeside.lake.lake import Lake
from lakeside.lake.name_pattern import compile_words
from lakeside.settings import LimitSettings, Settings
from tests.fuzz.parquet_target import FILES, KEY
from tests.fuzz.target import Target

_VALUES = st.sampled_from(
    [
        "number",
        "text",
        "time",
        "list",
        "nested",
        "decimal",
        "floating",
        "flag",
        "`text`",
        "nested.a",
        "missing",
        "1",
        "-1",
        "1.5",
        "1e400",
        "'text 1'",
        "NULL",
        "TRUE",
        "DATE '2024-01-01'",
        "TIMESTAMP '1970-01-01 00:00:00'",
        "DATE '2024-99-99'",
        "'%'",
        "'_\\\\'",
        "9" * 50,
        "DECIMAL '1.23'",
        "TIME '25:00'",
        "?",
        "@x",
        "(SELECT 1)",
        "abs(1)",
        "'\x00'",
        '"text"',
        "x'00'",
        "CAST(1 AS INT64)",
        "ARRAY[1]",
    ]
)


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(
        [
            "=",
            "<>",
            "<",
            "<=",
            ">",
            ">=",
            "LIKE",
            "NOT LIKE",
            "IS",
            "IS NOT",
            "AND",
            "OR",
            "IN",
            "+",
            "||",
            "==",
            "!=",
            "<=>",
            "is distinct from",
        ]
    )
    return st.one_of(
        st.builds("{} {} {}".format, inner, signs, inner),
        st.builds("({})".format, inner),
        st.builds("NOT {}".format, inner),
        st.builds("{} IN ({}, {})".format, inner, inner, inner),
        st.builds("{} BETWEEN {} AND {}".format, inner, inner, inner),
        st.builds("{} IS NOT NULL".format, inner),
    )


conditions = st.one_of(
    st.recursive(_VALUES, _extend, max_leaves=8),
    st.text(max_size=40),
    st.sampled_from(
        [
            "(" * 3_000 + "1" + ")" * 3_000,
            "NOT " * 4_000 + "flag",
            "flag AND " * 2_000 + "flag",
            "number IN (" + "1," * 600 + "1)",
            "x" * 20_000,
        ]
    ),
)
globs = st.lists(
    st.sampled_from(
        ["*", "**", "?", "[", "]", "[!", "a", "-", "/", ".", "(", "\\", "**/", "[a-", "{", "|", "+"]
    ),
    max_size=40,
).map("".join)


@contextmanager
def open_world(_: Path) -> Iterator[Callable[[str], None]]:
    """A page of an object in memory under each condition, and each glob on a long name."""
    limits = LimitSettings(preview_seconds=20)
    lake = Lake.open(Settings(lake_url=f"memory://{uuid.uuid4().hex}", limits=limits))
    with lake.open_writer(KEY) as file:
        file.write(FILES[0])
    whole = pq.read_table(pa.BufferReader(FILES[0])).num_rows

    def attempt(text: str) -> None:
        compile_words(text)("data/" + "a/" * 100 + "a" * 200 + ".parquet")
        try:
            found = lake.preview_object(KEY, where=text, limit=500)
        except (QueryRejected, LimitExceeded) as error:
            assert error.message
            return
        assert found.rows.num_rows <= whole

    yield attempt


CONDITIONS = Target("conditions", conditions | globs, open_world, suite_examples=150)
