"""What cannot be is refused with exit code 2, in words or as one JSON document."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Lakeside

MISUSES = [
    (["ingest", "green", "2020-13"], "Month 13"),
    (["ingest", "green", "October"], "October"),
    (["ingest", "green", "2020-1"], "2020-1"),
    (["ingest", "green", "2020-12..2020-01"], "backwards"),
    (["ingest", "green"], "No month"),
    (["ingest", "purple", "2020-01"], "purple"),
    (["ingest", "green", "2020-01", "--source", "nowhere"], "nowhere"),
    (["ingest", "zones", "2020-01"], "no months"),
    (["load", "purple", "2020-01"], "purple"),
    (["status", "--dataset", "purple"], "purple"),
    (["status", "--year", "1999"], "1999"),
    (["status", "--yaer", "2020"], "--yaer"),
    (["remove", "green", "2020-01"], "--from"),
    (["remove", "green", "2020-01", "--from", "lake"], "asks first"),
    (["sql"], "SQL"),
    (["sql", "DROP TABLE green"], "DROP"),
    (["sql", "SELECT 1; SELECT 2"], "2 statements"),
    (["sql", "SELECT * FROM read_csv('/etc/passwd')"], "READ_CSV"),
    (["sql", "SELECT * FROM read_csv('/etc/passwd')", "--on", "lake"], "READ_CSV"),
    (["launch"], "launch"),
]


@pytest.mark.parametrize(
    ("arguments", "word"), MISUSES, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_misuse_is_exit_code_2_and_one_document(lakeside: Lakeside, arguments: list[str], word: str) -> None:
    answer = lakeside(*arguments, "--json")
    assert answer.code == 2
    error = answer.document["error"]
    assert set(error) == {"kind", "message", "hint"}
    assert word.casefold() in error["message"].casefold()
    assert answer.stderr == ""


def test_for_people_the_error_is_on_stderr(lakeside: Lakeside) -> None:
    answer = lakeside("ingest", "purple", "2020-01")
    assert (answer.code, answer.stdout) == (2, "")
    assert "There is no dataset 'purple'." in answer.stderr
    assert "yellow, green, fhv, fhvhv" in answer.stderr


def test_a_setting_that_cannot_be_is_misuse(lakeside: Lakeside, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", "many")
    answer = lakeside("status", "--json")
    assert answer.code == 2
    assert "LAKESIDE_SOURCES__SAMPLE_ROWS" in answer.document["error"]["message"]


@pytest.mark.parametrize(("value", "word"), [("freeze", "is not JSON"), ('{"gren": "freeze"}', "'gren'")])
def test_a_policy_that_cannot_be_is_misuse(
    lakeside: Lakeside, environment: pytest.MonkeyPatch, value: str, word: str
) -> None:
    environment.setenv("LAKESIDE_INGEST__COLUMN_POLICY", value)
    answer = lakeside("ingest", "green", "2020-10", "--source", "sample", "--json")
    error = answer.document["error"]
    assert (answer.code, error["kind"]) == (2, "SettingsError")
    assert "LAKESIDE_INGEST__COLUMN_POLICY" in error["message"] and word in error["message"]


def test_without_a_verb_the_help_is_shown(lakeside: Lakeside) -> None:
    answer = lakeside()
    assert answer.code == 2
    assert "ingest" in answer.stdout
    assert lakeside("--help").code == 0
    assert lakeside("--version").stdout.startswith("lakeside ")
