"""Rules of the room that a linter does not know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lakeside import pipeline
from lakeside.checks import store
from lakeside.checks.run import Checking
from lakeside.lake.lake import Lake
from lakeside.warehouse.protocol import Warehouse
from ui.app_pages.pages import PAGES, find_path
from ui.components.markup import el, prose

ROOM = Path(__file__).parents[2] / "ui"
PAGE_FILES = sorted((ROOM / "app_pages").glob("*_page.py"))


def test_every_page_file_is_registered_and_found() -> None:
    assert {p.name for p in PAGE_FILES} == {page.file for page in PAGES}
    assert all((ROOM / find_path(page.url_path)).is_file() for page in PAGES)
    assert PAGES[0].url_path == ""


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda p: p.stem)
def test_a_page_is_short_and_neither_catches_nor_caches(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert len(source.splitlines()) <= 60
    assert not any(isinstance(node, ast.Try) for node in ast.walk(tree))
    assert "cache_data" not in source
    assert "SELECT" not in source
    assert "error_boundary(" in source


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda p: p.stem)
def test_only_access_has_caches(path: Path) -> None:
    if path.parent.name != "access":
        assert "st.cache_" not in path.read_text()


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda p: p.stem)
def test_charts_come_late_and_with_words(path: Path) -> None:
    """Altair is imported where a chart is drawn, not with the page; every chart has a text beside it."""
    tree = ast.parse(path.read_text())
    assert not any(isinstance(n, ast.Import) and n.names[0].name == "altair" for n in tree.body)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr.endswith("_chart"):
            assert any(keyword.arg == "alt" for keyword in call.keywords), ast.unparse(call)


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda p: p.stem)
def test_tables_have_words_and_code_is_drawn_in_one_place(path: Path) -> None:
    """A grid is a canvas, so it has a text beside it; a block of code shows nothing that nobody sees."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in ("dataframe", "data_editor"):
            assert any(keyword.arg == "alt" for keyword in call.keywords), ast.unparse(call)
        assert name != "code" or path.name == "code.py", ast.unparse(call)


def test_text_from_data_cannot_become_markup() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    drawn = el("p", hostile, title=hostile)
    assert "<img" not in drawn
    assert el("b", "x", class_="a", aria_label="l", href=None) == '<b class="a" aria-label="l">x</b>'
    assert prose("Start `lakeside <up>`.") == "Start <code>lakeside &lt;up&gt;</code>."


def test_pages_change_nothing_but_by_what_a_gate_guards() -> None:
    """What changes a lake or a warehouse by itself has no gate: pages use the marked functions above it."""
    changing = {
        Lake: ("open_writer", "remove_object", "set_metadata", "restore_version", "prune", "sweep_temporary"),
        Warehouse: ("publish_object", "remove_month", "replace_derived"),
        pipeline: ("run_month", "load_month"),
        store: ("record_results",),
        Checking: ("check_and_keep",),
    }
    assert all(hasattr(owner, name) for owner, names in changing.items() for name in names)
    forbidden = {name for names in changing.values() for name in names}
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            assert name not in forbidden, f"{path.name} uses {name}"
