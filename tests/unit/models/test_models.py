"""Model files: what a header may say, what is read, in which order they are applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import run
from lakeside.errors import NotFound, QueryRejected, SettingsError
from lakeside.models.model import CheckForm, parse_model
from lakeside.models.registry import choose_models, list_models

WHOLE = """-- title: Trips of a day
-- partition: day
-- column day: The day.
-- check counted: trips > 0
-- equal once: SELECT 1 AS found, 1 AS expected
WITH green AS (SELECT * FROM yellow)
SELECT day, COUNT(*) AS trips FROM green JOIN trips.zones USING (id) GROUP BY day;
"""


def test_a_file_is_read_with_its_header() -> None:
    model = parse_model("daily", WHOLE)
    assert (model.title, model.partition, dict(model.columns)) == (
        "Trips of a day",
        "day",
        {"day": "The day."},
    )
    assert [(c.name, c.form) for c in model.checks] == [
        ("counted", CheckForm.EVERY_ROW),
        ("once", CheckForm.EQUAL),
    ]
    assert sorted(model.reads) == ["yellow", "zones"]  # what WITH defines is no table
    assert model.sql.startswith("WITH green") and not model.sql.endswith(";")


def test_the_stamp_changes_with_what_would_be_made() -> None:
    stamp = parse_model("daily", WHOLE).stamp
    assert parse_model("daily", WHOLE).stamp == stamp
    assert parse_model("daily", WHOLE.replace("COUNT(*)", "COUNT(day)")).stamp != stamp
    assert parse_model("daily", WHOLE.replace("The day.", "Day.")).stamp != stamp


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Daily", WHOLE, "'Daily' cannot be a table's name"),
        ("daily", "SELECT 1", "has no title"),
        ("daily", "-- title: x\n", "has no SELECT"),
        ("daily", "-- title: x\n-- tests one: y\nSELECT 1", "line 2"),
        ("daily", "-- title: x\n-- check: y\nSELECT 1", "line 2"),
        ("daily", "-- title: x\n-- check a: y\n-- check a: z\nSELECT 1", "line 3: check a is there twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(name: str, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as error:
        parse_model(name, text)
    assert f"{name}.sql" in error.value.message


def test_models_come_after_what_they_read(tmp_path: Path) -> None:
    write(tmp_path, a="SELECT * FROM c", b="SELECT * FROM green", c="SELECT * FROM b")
    models = list_models(tmp_path)
    assert [m.name for m in models] == ["b", "c", "a"]
    assert [m.name for m in choose_models(models, ["c"])] == ["b", "c"]
    assert [m.name for m in choose_models(models, [])] == ["b", "c", "a"]
    with pytest.raises(NotFound, match="no model d"):
        choose_models(models, ["d"])


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a": "SELECT * FROM a"}, "a → a"),
        ({"a": "SELECT * FROM b", "b": "SELECT * FROM c", "c": "SELECT * FROM b"}, "b → c → b"),
    ],
)
def test_circles_are_refused_and_named(tmp_path: Path, files: dict[str, str], circle: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(SettingsError, match=circle):
        list_models(tmp_path)


@pytest.mark.parametrize(
    "sql", ["DROP TABLE green", "SELECT 1; SELECT 2", "SELECT FROM", "CREATE VIEW x AS SELECT 1"]
)
def test_only_one_select_is_a_model(tmp_path: Path, sql: str) -> None:
    write(tmp_path, a=sql)
    with pytest.raises(QueryRejected):
        list_models(tmp_path)


def test_our_own_models_can_be_ordered_and_are_checked() -> None:
    models = list_models()
    assert [m.name for m in models] == ["trips", "daily_revenue_per_zone", "hourly_demand"]
    assert all(m.checks and m.title and m.columns for m in models)


def test_the_command_applies_lists_and_checks(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAKESIDE_HOME", str(home))

    def ask(*words: str) -> tuple[int, object]:
        capsys.readouterr()
        code = run(["models", *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    assert [m["state"] for m in ask("list")[1]] == ["missing"] * 3  # type: ignore[attr-defined]
    code, document = ask("apply", "hourly_demand", "--as", "table")
    assert code == 0
    assert [(m["model"], m["as"]) for m in document["models"]] == [  # type: ignore[index]
        ("trips", "view"),
        ("hourly_demand", "table"),
    ]
    assert {c["state"] for c in document["checks"]} == {"passed"}  # type: ignore[index]
    code, results = ask("check", "daily_revenue_per_zone")
    assert code == 1
    assert {r["state"] for r in results} == {"error"}  # type: ignore[attr-defined]
    assert ask("apply", "purple")[0] == 1


def write(folder: Path, **selects: str) -> None:
    for name, sql in selects.items():
        (folder / f"{name}.sql").write_text(f"-- title: {name}\n{sql}\n")
