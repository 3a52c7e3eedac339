"""`lakeside chart` and `lakeside ingest zones`: groups of an object's rows, and shapes to place them on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.cli.conftest import Lakeside

KEY = "other/fares.parquet"


@pytest.fixture
def fares(home: Path) -> Path:
    path = home / "lake" / KEY
    path.parent.mkdir(parents=True)
    rows = {"kind": ["a", "b", "a", None], "fare": [1.0, 2.0, 3.0, 4.0]}
    pq.write_table(pa.table(rows), path)
    return path


def test_groups_of_rows(lakeside: Lakeside, fares: Path) -> None:
    options = ("--along", "kind", "--of", "fare", "--show", "sum")
    found = lakeside("chart", KEY, *options, "--json").document
    assert [(m["x"], m["value"], m["rows"]) for m in found["marks"]] == [("a", 4.0, 2), ("b", 2.0, 1)]
    assert (found["basis"], found["rows_drawn"], found["rows_null"], found["by"]) == ("exact", 3, 1, "values")
    shown = lakeside("chart", str(fares), *options).stdout
    assert "sum of fare" in shown and "█" * 30 in shown and "1 rows null" in shown


def test_without_options_a_first_look(lakeside: Lakeside, fares: Path) -> None:
    found = lakeside("chart", KEY, "--where", "fare < 3", "--json").document
    assert (found["along"], found["by"], found["where"]) == ("kind", "values", "fare < 3")
    assert found["rows_drawn"] == 2


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--by", "century"), 2, "--by takes"),
        (("--along", "nowhere"), 1, "no column nowhere"),
        (("--along", "kind", "--of", "kind", "--show", "mean"), 2, "has no mean"),
        (("--where", "nowhere = 1"), 2, "no column nowhere"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    lakeside: Lakeside, fares: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    answer = lakeside("chart", KEY, *options)
    assert answer.code == code
    assert words in answer.stderr


def test_zones_fail_one_by_one(lakeside: Lakeside, tmp_path: Path, environment: pytest.MonkeyPatch) -> None:
    lookup = tmp_path / "lookup.csv"
    lookup.write_text("LocationID,Borough,Zone,service_zone\n1,EWR,Newark Airport,EWR\n")
    environment.setenv("LAKESIDE_SOURCES__ZONE_LOOKUP_URL", lookup.as_uri())
    answer = lakeside("ingest", "zones", "--no-load", "--json")
    lookup_entry, shapes_entry = answer.document
    assert (answer.code, lookup_entry["rows_read"], lookup_entry["error"]) == (1, 1, None)
    assert (shapes_entry["dataset"], shapes_entry["state"]) == ("zone_shapes", "failed")
    assert "zones.zip" in shapes_entry["error"]["message"]
    assert "zone_shapes failed" in lakeside("ingest", "zones", "--no-load").stdout
