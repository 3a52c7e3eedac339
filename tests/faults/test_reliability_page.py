"""docs/reliability.md stays true: every row says all four things and names a test that exists."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from lakeside.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "reliability.md"
SECTIONS = ["Source", "Lake", "Warehouse", "Runs and consoles"]
COLUMNS = ["Fault", "How injected", "What the user sees", "End state", "Shown by"]
_NODE = re.compile(r"`(tests/[\w/]+)\.py((?:::\w+)+)`")


def read_rows() -> dict[str, list[list[str]]]:
    """Section -> its table's rows, the heading's among them, each a list of cells."""
    rows: dict[str, list[list[str]]] = {}
    section = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("|") and not line.startswith("|---"):
            rows.setdefault(section, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def find_test(module: str, names: str) -> Any:
    """The function or method a node id stands for, also where a class inherits it."""
    found: Any = importlib.import_module(module.replace("/", "."))
    for name in names.strip(":").split("::"):
        found = getattr(found, name)
    return found


ROWS = read_rows()
NODES = sorted({node for rows in ROWS.values() for row in rows for node in _NODE.findall(row[-1])})


def test_every_section_has_its_table() -> None:
    assert [section for section in ROWS if section in SECTIONS] == SECTIONS
    for section in SECTIONS:
        heading, *rows = ROWS[section]
        assert heading == COLUMNS
        assert rows, section


def test_every_row_says_everything_and_names_a_test() -> None:
    for rows in ROWS.values():
        for row in rows[1:]:
            assert len(row) == len(COLUMNS), row
            assert all(row), row
            assert _NODE.search(row[-1]), row


def is_on_request(module: str) -> bool:
    """Whether the tests of a module are left out of an ordinary run."""
    marks = getattr(importlib.import_module(module.replace("/", ".")), "pytestmark", [])
    return "exhaustive" in {mark.name for mark in (marks if isinstance(marks, list) else [marks])}


def test_a_row_says_where_its_test_is_run_on_request_alone() -> None:
    for row in [row for rows in ROWS.values() for row in rows[1:]]:
        named = any(is_on_request(module) for module, _ in _NODE.findall(row[-1]))
        assert row[-1].endswith(", on request") is named, row


@pytest.mark.parametrize(("module", "names"), NODES, ids=[f"{m}.py{n}" for m, n in NODES])
def test_a_test_that_is_named_exists(module: str, names: str) -> None:
    assert names.rpartition("::")[2].startswith("test_")
    assert callable(find_test(module, names))
