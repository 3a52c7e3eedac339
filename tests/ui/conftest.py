"""Homes for the console to look at: empty, filled by the real pipeline, and broken; no Prefect anywhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import PROJECT_ROOT, Settings
from lakeside.sources.probe import SourceName
from ui.app_pages.pages import PAGES, find_path

SAMPLE_ROWS = 1500
OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """Streamlit's caches live as long as the process: one test must not see another's lake."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published months and one that is only in the lake, ingested from the sample source."""
    home = tmp_path_factory.mktemp("filled")
    services = open_services(Settings(home=home, sources={"sample_rows": SAMPLE_ROWS}))
    for dataset, month, load in (
        ("green", Month(2024, 1), True),
        ("green", Month(2024, 2), True),
        ("green", Month(2024, 3), False),
        ("yellow", Month(2024, 1), True),
    ):
        run_month(MonthRequest(dataset, month, SourceName.SAMPLE, load=load), services)
    return home


@pytest.fixture
def broken_home(home: Path) -> Path:
    """A lake whose only object is not parquet."""
    target = home / "lake" / data_key("green", Month(2020, 10))
    target.parent.mkdir(parents=True)
    target.write_bytes(b"PAR1 this is no parquet file")
    return home


@pytest.fixture
def unusable_home(home: Path) -> Path:
    """A lake that is a file, where a folder should be."""
    home.mkdir(parents=True)
    (home / "lake").write_text("not a folder")
    return home


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> OpenPage:
    """open_page(home, "lake", object="…"): the page as a browser would get it, run once."""

    def run(home: Path, url_path: str = "", **params: str) -> AppTest:
        monkeypatch.setenv("LAKESIDE_HOME", str(home))
        if "LAKESIDE_READERS__PROCESSES" not in os.environ:  # each test opens services of its own
            monkeypatch.setenv("LAKESIDE_READERS__PROCESSES", "0")
        monkeypatch.setenv("LAKESIDE_PREFECT__PORT", str(closed_port))
        monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", str(SAMPLE_ROWS))
        app = AppTest.from_file(str(PROJECT_ROOT / "ui" / "app.py"), default_timeout=60)
        if url_path:  # the pages are known after the first run only
            app.run().switch_page(find_path(url_path))
        for name, value in params.items():
            app.query_params[name] = value
        return app.run()

    return run


def html_of(app: AppTest) -> str:
    """Everything the page drew as HTML."""
    return "\n".join(str(element.proto.body) for element in app.get("html"))


URL_PATHS = [page.url_path for page in PAGES]
