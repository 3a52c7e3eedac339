"""Bounds that are no settings: docs/limits.md says why, and they hold all the same."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lakeside.errors import LakesideError, LimitExceeded
from lakeside.queries.asking import Place, foresee
from lakeside.queries.running import QueryDesk
from lakeside.queries.session import QuerySession
from lakeside.queries.spending import SessionBudget
from lakeside.settings import PROJECT_ROOT
from lakeside.warehouse.protocol import QueryResult
from tests.limits.query_cases import SECONDS
from tests.limits.world import fill


def test_a_session_asks_one_query_at_a_time(tmp_path: Path) -> None:
    """While one waits, another is refused; nothing of the budget is set aside for it."""
    services = fill(tmp_path, tmp_path).open()
    begun, let_go = threading.Event(), threading.Event()

    def hold(_: object) -> QueryResult:
        begun.set()
        let_go.wait(SECONDS)
        raise LakesideError("Enough.")

    desk = QueryDesk(1)
    first = desk.start(hold)
    session = QuerySession(SessionBudget.of(services.settings))
    sql = "SELECT COUNT(*) AS n FROM green"
    seen = foresee(services, Place.WAREHOUSE, sql)
    try:
        assert begun.wait(SECONDS)
        session.start(desk, services, sql, seen)
        left = session.budget.left_bytes
        with pytest.raises(LimitExceeded, match="A query of yours is running") as refused:
            session.start(desk, services, sql, seen)
        assert (refused.value.limit, session.budget.left_bytes) == ("", left)
        assert "Cancel it" in refused.value.hint
    finally:
        let_go.set()
        assert first.wait(SECONDS)
        assert session.running is not None and session.running.wait(SECONDS)
    session.start(desk, services, sql, seen)
    assert session.running.wait(SECONDS)
    page = (PROJECT_ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert "| queries of one browser session | 1 at a time |" in page
