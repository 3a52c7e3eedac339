"""Checks: what is wrong? Every check by month, the rows behind it, and where lake and table disagree."""

from __future__ import annotations

from datetime import UTC, datetime

from lakeside.datasets import list_datasets
from ui.access.checks import load_latest_checks
from ui.check_actions import check_held
from ui.components.boundary import error_boundary
from ui.components.check_board import show_board
from ui.components.check_form import show_check_form
from ui.components.pieces import show_facts, show_heading, show_no_month_yet, show_notices
from ui.presenters.checks_presenter import list_checked_datasets, present_check_facts, present_check_notices
from ui.text import CHECKS_QUESTION, NO_CHECKS, NO_CHECKS_DETAIL

show_heading("Checks", CHECKS_QUESTION)
with error_boundary():
    check_held()
with error_boundary():
    results = load_latest_checks()
    if results:
        show_facts(present_check_facts(results, datetime.now(UTC)))
        show_notices(present_check_notices(results), "No check of severity error fails.")
        show_board(
            results, show_check_form(list_checked_datasets(results, [d.name for d in list_datasets()]))
        )
    else:
        show_no_month_yet(NO_CHECKS, NO_CHECKS_DETAIL)
