"""One month's checks, or one check of it with the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lakeside.checks.result import CheckResult
from lakeside.month import Month
from lakeside.people import Act
from ui.access.checks import (
    load_check_bytes,
    load_check_history,
    load_check_infos,
    load_check_query,
    load_failing_rows,
)
from ui.components.check_trend import show_check_trend
from ui.components.code import show_block
from ui.components.markup import el
from ui.components.pieces import show_facts, show_links, show_muted, show_sentences, show_table, state_chip
from ui.formats import format_bytes
from ui.presenters.check_detail_presenter import (
    CheckDetail,
    can_sample,
    present_check_detail,
    present_failing_rows,
    present_month_checks,
    present_sample_note,
)
from ui.presenters.places import link_to_checks, link_to_object, link_to_sql
from ui.presenters.views import Link
from ui.rights import allow
from ui.state import hold
from ui.text import CHECK_AGAIN


def show_check(result: CheckResult, results: Sequence[CheckResult]) -> None:
    """One check: what it says, how it was, and its failing rows."""
    history = load_check_history(result.dataset, result.check, result.month)
    view = present_check_detail(result, results, history, datetime.now(UTC))
    _show_title(view)
    show_sentences([view.says])
    show_facts(view.facts)
    if view.differences:
        show_table(view.differences)
    rows, trend = st.columns([1.6, 1], gap="medium") if len(view.trend) > 1 else (st.container(), None)
    with rows:
        if can_sample(result):
            show_failing_rows(result)
        show_query(result)
    if trend is not None:
        with trend:
            show_check_trend(view.title, view.trend, view.allowed_percent)
    if len(history) > 1:
        with st.expander(f"Every time it was checked ({len(history)})"):
            show_table(view.history)
    show_links(view.links)
    show_again(result.dataset, result.month)


def _show_title(view: CheckDetail) -> None:
    close = el("a", "✕", href=view.close, title="Close", aria_label="Close", class_="ls-close")
    chip = state_chip(view.look)
    st.html(el("h2", view.title, el("small", view.subtitle), chip, close, class_="ls-sub"))


def show_failing_rows(result: CheckResult) -> None:
    """The first failing rows, each with its place in the lake."""
    found = load_failing_rows(result.dataset, result.month, result.check, result.checked_at.isoformat())
    if found is None or not found.rows.num_rows:
        show_muted("No row fails now: the table changed since it was checked.")
        return
    show_table(present_failing_rows(found))
    show_muted(present_sample_note(found))


def show_query(result: CheckResult) -> None:
    """The query, to be copied or opened in the editor."""
    columns = sorted({d.column for d in result.differences if d.column})
    query = load_check_query(result.dataset, result.month, result.check, tuple(columns))
    if query:
        with st.expander("The query"):
            show_block(query, "sql")
            show_links([Link("Open it in the SQL editor", link_to_sql(query))])


def show_month_checks(dataset: str, month: Month, results: Sequence[CheckResult], key: str | None) -> None:
    """Every check of a month, and the button that runs them again."""
    infos = load_check_infos(dataset, month)
    close = el("a", "✕", href=link_to_checks(dataset), title="Close", aria_label="Close", class_="ls-close")
    st.html(el("h2", f"{dataset} {month}", close, class_="ls-sub"))
    show_table(present_month_checks(results, infos, (dataset, month)))
    if key:
        show_links([Link("The month's object in the lake", link_to_object(key))])
    show_again(dataset, month)


def show_again(dataset: str, month: Month) -> None:
    """Check the month now, in this page: one month, bounded, its cost said first."""
    size = format_bytes(load_check_bytes(dataset, (month,)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            CHECK_AGAIN.format(month=f"{dataset} {month}"),
            key="check_again",
            on_click=hold,
            args=("check", (dataset, month)),
            **allow(Act.CHECK_MONTH),
        )
        show_muted(f"Reads at most {size} of the warehouse.")
