"""Objects whose provenance is not what we write: a fault that is said, or figures that pages can show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from lakeside.coverage import compute_coverage
from lakeside.datasets import get_dataset
from lakeside.lake.browse import browse, describe_object
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.lights.board import compute_lights
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from tests.fuzz.target import Target
from ui.presenters.object_presenter import present_object

KEY = data_key("green", Month(2024, 1))
PLAIN = Provenance(
    dataset="green",
    month="2024-01",
    source="sample",
    source_url="sample://green",
    source_bytes=1,
    source_sha256="0" * 64,
    rows_read=3,
    rows_written=2,
    rows_rejected=1,
    contract_version=1,
    content_id="0" * 64,
    program_version="0",
    columns=[ColumnStats(name="VendorID", kind="integer", count=2, nulls=0, sum="3", min="1", max="2")],
).model_dump(mode="json")

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        [2**63, -(2**63) - 1, 10**400, -1, 1e308, "1e999", "NaN", "inf", "-0", "", " ", "\0", "9" * 5_000]
    ),
    st.floats(allow_nan=False),
    st.text(max_size=30),
    st.sampled_from(
        [
            "<b>x</b>",
            "\u202e",
            "2024-13",
            "0001-01-01",
            "9999-12-31T23:59:59+14:00",
            "0001-01-01T00:00:00-14:00",
            "money",
            "timestamp",
        ]
    ),
)
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_DEEP = st.sampled_from(
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        "[" * 2_000 + "]" * 2_000,
        '{"columns":' + "[" * 5_000 + "]" * 5_000 + "}",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Our document with some fields of another type, or text that is no such document at all."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(
            st.one_of(_DEEP.map(str.encode), st.binary(max_size=50), st.text(max_size=50).map(str.encode))
        )
    changed: dict[str, Any] = json.loads(json.dumps(PLAIN))
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 2)):
            changed[draw(st.sampled_from([*PLAIN, "other"]))] = draw(_ANYTHING)
        else:
            column = (
                changed["columns"][0]
                if isinstance(changed.get("columns"), list) and changed["columns"]
                else {}
            )
            if isinstance(column, dict):
                column[draw(st.sampled_from([*PLAIN["columns"][0], "other"]))] = draw(_ANYTHING)
    text = json.dumps(changed)
    if kind == 1:
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from(["", "\ud800", "\\ud800", ",", "}", "\0", "1e", "Infinity"]))
            + text[at + draw(st.integers(0, 3)) :]
        )
    return text.encode(errors="surrogatepass")


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[bytes], None]]:
    """Puts each document into a month's object and looks at it as pages and plans do."""
    services = open_services(
        Settings(home=folder / "home", readers={"processes": 0}, retention={"versions": 0})
    )
    green = get_dataset("green")

    def attempt(document: bytes) -> None:
        table = pa.table({"VendorID": [1, 2]}).replace_schema_metadata({"lakeside.provenance": document})
        with services.lake.open_writer(KEY) as file:
            pq.write_table(table, file)
        facts = describe_object(services.lake, KEY)
        assert facts.footer is not None
        assert (facts.footer.provenance is None) == (facts.footer.provenance_fault is not None)
        view = present_object(facts.object, facts.footer, datetime.now(UTC))
        str(view).encode()
        browse(services.lake, "", 10)
        str(compute_coverage(services, [green], 2024))
        str(compute_lights(services, [green], 2024))

    yield attempt


PROVENANCE = Target("provenance", documents(), open_world, suite_examples=50)
