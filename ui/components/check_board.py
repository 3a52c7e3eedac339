"""The checks of a dataset: matrix, then what is chosen in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lakeside.checks.result import CheckKind, CheckResult
from lakeside.lake.layout import data_key
from lakeside.month import Month
from ui.access.checks import load_disagreements
from ui.components.check_form import RECONCILE, CheckChoice
from ui.components.check_matrix import show_check_matrix
from ui.components.check_run_form import show_check_run_form
from ui.components.check_view import show_check, show_month_checks
from ui.components.pieces import show_muted
from ui.components.reconcile_list import show_reconciliation
from ui.presenters.checks_presenter import count_pages, present_check_matrix
from ui.presenters.reconcile_presenter import present_reconciliation
from ui.state import follow_page


def show_board(results: Sequence[CheckResult], choice: CheckChoice) -> None:
    """The view that was chosen."""
    if choice.view == RECONCILE:
        checked = {(r.dataset, r.month) for r in results if r.kind is CheckKind.RECONCILE}
        show_reconciliation(present_reconciliation(load_disagreements(), len(checked), datetime.now(UTC)))
        return
    pages = count_pages(results, choice.dataset)
    page = follow_page(pages)
    matrix = present_check_matrix(results, choice.dataset, page, (choice.month, choice.check))
    if choice.month is not None:
        show_chosen_check(results, choice, choice.month)
    else:
        show_muted("Click a month for all of its checks, or a cell for one check and the rows behind it.")
    show_check_matrix(matrix)
    if pages > 1:
        st.pagination(pages, default=page, key="page")
    show_check_run_form(choice.dataset)


def show_chosen_check(results: Sequence[CheckResult], choice: CheckChoice, month: Month) -> None:
    """The month or the check the URL names, in a frame above the matrix."""
    ours = [r for r in results if (r.dataset, r.month) == (choice.dataset, month)]
    found = next((r for r in ours if r.check == choice.check), None)
    with st.container(border=True):
        if found is not None:
            show_check(found, results)
        else:
            show_month_checks(choice.dataset, month, ours, data_key(choice.dataset, month) if ours else None)
