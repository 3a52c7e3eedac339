"""Pages as somebody who logged in: what a viewer sees, and which links and clicks are refused."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flows.console import ScheduleSpec
from lakeside.errors import AccessDenied
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.people.audit_reading import AuditFilter, read_audit
from lakeside.plan import PlanRequest
from lakeside.services import open_services
from lakeside.settings import PROJECT_ROOT, Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.protocol import TableInfo
from tests.ui.conftest import SAMPLE_ROWS, URL_PATHS, html_of
from ui import actions
from ui.access.plans import read_plan
from ui.access.warehouse import load_table_column, load_table_page
from ui.app_pages.pages import find_path
from ui.text import APPLY_MODELS, NOTHING_DONE

CLIENT = {"LAKESIDE_PEOPLE__CLIENT_ID": "console", "LAKESIDE_PEOPLE__CLIENT_SECRET": "hush-hush"}


@pytest.fixture
def as_role(monkeypatch: pytest.MonkeyPatch, filled_home: Path, tmp_path: Path, closed_port: int) -> Any:
    """as_role("viewer", "lake", object="…"): the page of a person who has logged in with that role."""
    for name, value in {
        **CLIENT,
        "LAKESIDE_HOME": str(filled_home),
        "LAKESIDE_AUDIT__FOLDER": str(tmp_path),
        "LAKESIDE_READERS__PROCESSES": "0",
        "LAKESIDE_PREFECT__PORT": str(closed_port),
        "LAKESIDE_SOURCES__SAMPLE_ROWS": str(SAMPLE_ROWS),
        "LAKESIDE_PEOPLE__ROLE_CLAIM": "role",
    }.items():
        monkeypatch.setenv(name, value)

    def run(role: str | None, url_path: str = "", **params: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT_ROOT / "ui" / "app.py"), default_timeout=60)
        if role is not None:
            app.user = {"is_logged_in": True, "sub": role, "iat": int(time.time()), "role": role}
        if url_path and role:
            app.run().switch_page(find_path(url_path))
        for name, value in params.items():
            app.query_params[name] = value
        return app.run()

    return run


def _list_entries(folder: Path) -> list[tuple[str, str, str]]:
    settings = Settings(home=folder, audit={"folder": folder})
    return [(e.what, e.role, e.result) for e in read_audit(open_services(settings), AuditFilter()).entries]


@pytest.mark.parametrize("url_path", ["", "lake", "audit"])
@pytest.mark.parametrize("role", [None, "stranger"])
def test_whoever_has_no_role_sees_nothing(as_role: Any, role: str | None, url_path: str) -> None:
    app = as_role(role, object=data_key("green", Month(2024, 1)))
    assert not app.exception
    assert "green" not in html_of(app)
    assert [button.label for button in app.button] == ["Log in", *(["Log out"] if role else [])]


@pytest.mark.parametrize("url_path", URL_PATHS)
def test_a_viewer_opens_every_page_and_can_press_nothing_that_changes(as_role: Any, url_path: str) -> None:
    app = as_role("viewer", url_path)
    assert not app.exception
    failed = html_of(app).count("ls-failed")
    if url_path == "audit":
        assert failed and "may not read the audit log" in html_of(app)
    for button in app.button:
        if button.label.startswith((APPLY_MODELS, "Launch", "Check ", "Restore", "Delete", "New schedule")):
            assert button.disabled and "that takes the role operator" in str(button.help), button.label


def test_held_clicks_and_forms_of_a_viewer_are_refused_beneath(as_role: Any, tmp_path: Path) -> None:
    """What a hand-made message to the server brings about: a click on a button that is disabled."""
    app = as_role("viewer", "checks", dataset="green", month="2024-01")
    app.session_state["held_check"] = ("green", Month(2024, 1))
    app.run()
    assert "The role viewer may not run the checks of a month" in html_of(app)
    app = as_role("viewer", "warehouse")
    app.session_state["held_models"] = ((), None)
    app.run()
    assert "The role viewer may not apply models" in html_of(app)
    app = as_role("viewer", "runs", run="00000000-0000-0000-0000-000000000000")
    app.session_state["held_retry"] = "00000000-0000-0000-0000-000000000000"
    app.run()
    assert "The role viewer may not retry" in html_of(app)
    assert _list_entries(tmp_path) == [
        ("runs.retry", "viewer", "refused"),
        ("models.apply", "viewer", "refused"),
        ("checks.run", "viewer", "refused"),
    ]


def test_an_operator_may_check_and_may_not_read_the_log(as_role: Any, tmp_path: Path) -> None:
    app = as_role("operator", "checks", dataset="green", month="2024-01")
    app.button(key="check_again").click().run()
    assert not app.exception
    assert _list_entries(tmp_path) == [("checks.run", "operator", "done")]
    assert "may not read the audit log" in html_of(as_role("operator", "audit"))


def test_an_admin_reads_the_log_with_filters_from_the_url(as_role: Any) -> None:
    as_role("viewer", "audit")
    app = as_role("admin", "audit", what="audit.read", result="refused", who="viewer", day="2999-01-01")
    assert NOTHING_DONE in html_of(app)
    app = as_role("admin", "audit", what="audit.read", who="VIEWER", day="nonsense")
    assert "subject viewer (viewer)" in html_of(app)


def test_a_login_that_ends_while_somebody_looks_ends_what_they_see(as_role: Any) -> None:
    app = as_role("admin", "lake")
    assert "green" in html_of(app)
    app.user = {**app.user, "iat": int(time.time()) - 13 * 3600}
    app.run()
    assert "You logged in more than 12 hours ago." in html_of(app)
    assert "tripdata" not in html_of(app)


def test_reading_that_is_billed_is_refused_where_pages_read(
    as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the warehouse is opened: there is no project here that could be asked."""
    monkeypatch.setenv("LAKESIDE_WAREHOUSE__KIND", "bigquery")
    table = TableInfo("trips", None, None, None, "", [("fare", "FLOAT64", "")], is_view=True)
    for read in (lambda: load_table_column(table, "fare"), lambda: load_table_page("trips", True, 0, 10)):
        with pytest.raises(AccessDenied):
            read()


def test_a_part_that_looks_again_by_itself_ends_with_the_login(as_role: Any) -> None:
    """Only the part runs again then, not the router; the boundary around it asks once more."""

    def part() -> None:
        import streamlit as st

        from ui.components.boundary import error_boundary

        if "ran" in st.session_state:
            st.write("the whole page ran again")
            return
        st.session_state["ran"] = True
        with error_boundary():
            st.write("what only people with a role see")

    app = AppTest.from_function(part, default_timeout=60).run()
    assert [words.value for words in app.markdown] == ["the whole page ran again"]


ACTIONS = {
    name: action
    for name, action in inspect.getmembers(actions, inspect.isfunction)
    if action.__module__ == actions.__name__ and not name.startswith("_") and not name.endswith("_held")
}
# What each parameter of an action is called with; a new one has to be named here.
ARGUMENTS: dict[str, Callable[[], object]] = {
    "shown": lambda: read_plan(PlanRequest("green", (Month(2024, 5),), SourceName.SAMPLE)),
    "spec": ScheduleSpec,
    "names": tuple,
    "form": lambda: None,
    "load": lambda: True,
    "force": lambda: True,
    "replace": lambda: True,
    "dataset": lambda: "green",
    "month": lambda: "2024-05",
    "year": lambda: 2024,
    "months": lambda: (5,),
    "on": lambda: ("failed",),
    "url": lambda: "https://hooks.example.com/x",
    **dict.fromkeys(("run_id", "schedule_id", "key", "table"), lambda: "x"),
}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_of_the_pages_is_refused_to_who_has_no_role(name: str, as_role: Any) -> None:
    """Whatever is in ui/actions.py is tried, as a page of nobody would."""
    given = [ARGUMENTS[parameter]() for parameter in inspect.signature(ACTIONS[name]).parameters]
    with pytest.raises(AccessDenied, match="Nobody is logged in"):
        ACTIONS[name](*given)
