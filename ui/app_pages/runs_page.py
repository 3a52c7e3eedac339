"""Runs: what is happening? The list, or one run by `?run=`."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.runs import load_run
from ui.actions import repeat_held
from ui.components.boundary import error_boundary
from ui.components.pieces import show_back, show_heading
from ui.components.run_list import show_run_list
from ui.components.run_view import show_run
from ui.presenters.places import RUNS
from ui.presenters.runs_presenter import present_run
from ui.presenters.views import Link
from ui.state import find_param
from ui.text import RUNS_QUESTION

run_id = find_param("run")
if run_id is None:
    show_heading("Runs", RUNS_QUESTION)
    with error_boundary(again_seconds=5):
        show_run_list()
else:
    show_back(Link("All runs", RUNS))
    with error_boundary():
        repeat_held()
    with error_boundary(again_seconds=5):
        view = present_run(load_run(run_id), datetime.now(UTC))
        show_heading(view.title, RUNS_QUESTION)
        show_run(view)
