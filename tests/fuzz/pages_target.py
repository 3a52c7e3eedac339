"""Every parameter of every page with values nobody links to: a page is drawn, and no error is unforeseen."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import streamlit as st_app
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import PROJECT_ROOT, Settings
from lakeside.sources.probe import SourceName
from tests.fuzz.target import Target
from ui.app_pages.pages import PAGES, find_path
from ui.text import UNEXPECTED

KEY = data_key("green", Month(2024, 1))
_NAMED = re.compile(
    r"\b(?:find_param|set_param|follow_\w+|forget_\w+|remember_choice)\(\s*(?:\w+,\s*)?(\"\w+\"|[A-Z_]+\b)"
)


def find_parameters() -> list[str]:
    """Every name that the console reads from or writes into its URL, as the source has it."""
    sources = "\n".join(file.read_text(encoding="utf-8") for file in (PROJECT_ROOT / "ui").rglob("*.py"))
    found: set[str] = set()
    for name in _NAMED.findall(sources):
        if name.startswith('"'):
            found.add(name.strip('"'))
        else:  # a constant
            found |= set(re.findall(rf"\b{name}(?:, \w+)* = \"(\w+)\"", sources))
    return sorted(found)


def _list_tabs() -> list[str]:
    """The names of every tab of an object and of a table."""
    source = (PROJECT_ROOT / "ui/components/object_tabs/tabs.py").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"\"([a-z]+)\"", source)))


# What makes pages show their parts, so that hostile values reach them.
_SENSIBLE: dict[str, list[str]] = {
    "object": [KEY], "tab": _list_tabs(), "dataset": ["green", "yellow", "data/green/"], "month": ["2024-01"], "months": ["2024-01,2024-02"],
    "columns": ["fare_amount,extra"], "column": ["fare_amount", "VendorID"], "where": ["fare_amount > 10"], "sort": ["fare_amount", "-modified", "rows"],
    "page": ["2"], "row": ["3"], "rows": ["1"], "view": ["all", "totals"], "sql": ["SELECT 1 AS n FROM green"], "table": ["green", "trips"],
    "source": ["sample", "tlc"], "mode": ["all", "repair"], "by": ["rows", "lag"], "check": ["rows_equal"], "x": ["fare_amount", "lpep_pickup_datetime"],
    "of": ["extra"], "grain": ["bins", "day"], "prefix": ["data/"], "match": ["*.parquet", "green"], "old": ["1", "live"], "new": ["live"],
}  # fmt: skip
_HOSTILE = st.one_of(
    st.sampled_from(
        [
            "../../etc/passwd",
            "/etc/passwd",
            "%2e%2e/",
            "\0",
            "'",
            '"',
            "`",
            "<script>alert(1)</script>",
            "\u202e",
            "{}",
            "[]",
            "null",
            "NaN",
            "-1",
            "0",
            "1e309",
            "9" * 5_000,
            "٣",
            "²",
            "1.5",
            "True",
            "2024-13",
            "0000-00",
            "9999-12,2024-01,",
            ",,,",
            "x" * 20_000,
            "SELECT",
            "; DROP TABLE green",
            "*" * 300,
            "[",
            "(((",
            "a=b&c=d",
            "javascript:alert(1)",
            "gs://other/x",
            "\ud7ff",
            "🚕" * 50,
            " ",
            "\n",
            "live",
            "1-1",
            "green,",
            "--",
            "**/**/**/x",
            "fare_amount.x",
            "data/green",
            "00000000-0000-0000-0000-000000000000",
            "-" * 36,
            "NOT " * 500,
            "2024-01" * 100,
            "%s",
            "{0}",
            "$x$",
            "\\",
        ]
    ),
    st.text(max_size=20),
    st.integers(-5, 10**20).map(str),
)
_NAMES = sorted({*find_parameters(), "page", "unknown"})


def _value(name: str) -> st.SearchStrategy[str]:
    """A hostile value as often as a sensible one."""
    sensible = st.sampled_from(_SENSIBLE.get(name, ["x"]))
    return _HOSTILE | sensible


@st.composite
def visits(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A page and some parameters, sensible ones among them, so that the rest of the page is there."""
    page = draw(st.sampled_from([page.url_path for page in PAGES]))
    names = draw(st.lists(st.sampled_from(_NAMES), max_size=6, unique=True))
    if page == "lake" and draw(st.booleans()):
        return page, {name: draw(_value(name)) for name in names} | {
            "object": KEY,
            "tab": draw(st.sampled_from(_SENSIBLE["tab"])),
        }
    return page, {name: draw(_value(name)) for name in names}


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[tuple[str, dict[str, str]]], None]]:
    """A month in lake and warehouse, no Prefect, and a console that is asked for pages in this process."""
    home = folder / "home"
    services = open_services(Settings(home=home, sources={"sample_rows": 200}))
    run_month(MonthRequest("green", Month(2024, 1), SourceName.SAMPLE), services)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there
        variables = {
            "LAKESIDE_HOME": str(home),
            "LAKESIDE_READERS__PROCESSES": "0",
            "LAKESIDE_PREFECT__PORT": str(closed.getsockname()[1]),
        }
        with mock.patch.dict(os.environ, variables):
            st_app.cache_data.clear()
            st_app.cache_resource.clear()
            try:
                yield _visit
            finally:
                st_app.cache_data.clear()
                st_app.cache_resource.clear()


def _visit(example: tuple[str, dict[str, str]]) -> None:
    url_path, parameters = example
    app = AppTest.from_file(str(PROJECT_ROOT / "ui" / "app.py"), default_timeout=120)
    if url_path:  # the pages are known after the first run only
        app.run().switch_page(find_path(url_path))
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    drawn = "\n".join(str(element.proto.body) for element in app.get("html"))
    assert not app.exception, app.exception[0].message
    assert UNEXPECTED not in drawn, drawn[drawn.index(UNEXPECTED) - 200 :][:600]
    assert "Traceback" not in drawn


PAGES_TARGET = Target("pages", visits(), open_world, suite_examples=8)
