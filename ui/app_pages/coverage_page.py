"""Coverage: what is missing? Dataset by month, from what is really there."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.coverage import load_all_attempts, load_lights
from ui.access.health import load_health
from ui.components.boundary import error_boundary
from ui.components.chosen_months import show_chosen
from ui.components.coverage_form import show_coverage_form
from ui.components.listing_age import show_listing_age
from ui.components.matrix import show_glance, show_matrix
from ui.components.pieces import show_facts, show_heading, show_muted, show_notices
from ui.components.welcome import show_welcome
from ui.presenters.coverage_presenter import list_datasets, present_coverage
from ui.presenters.matrix_presenter import present_matrices, present_matrix
from ui.presenters.month_presenter import present_chosen
from ui.text import ALL_DATASETS, COVERAGE_QUESTION

show_heading("Coverage", COVERAGE_QUESTION)
with error_boundary():
    lights, seen_at = load_lights()
    now = datetime.now(UTC)
    view = present_coverage(lights)
    if view.is_empty:
        show_welcome(load_health())
    else:
        show_facts(view.facts)
        show_notices(view.attention, "Nothing needs attention: every month in the lake is published.")
    dataset, choice = show_coverage_form(list_datasets(m.covered for m in lights), load_all_attempts())
    if dataset == ALL_DATASETS:
        show_glance(present_matrices(lights, choice, now))
    else:
        matrix = present_matrix(lights, dataset, choice, now)
        show_muted(f"{matrix.summary} {matrix.newest}")
        show_matrix(matrix)
        show_chosen(present_chosen(lights, dataset, choice, now))
    show_listing_age("Looked at lake and warehouse", seen_at)
