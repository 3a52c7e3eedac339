"""Ingest: what will happen? Choose months, read the plan, launch exactly that."""

from __future__ import annotations

import streamlit as st

from ui.access.coverage import load_coverage
from ui.access.plans import load_plan, load_preflight
from ui.actions import launch_held
from ui.components.boundary import error_boundary
from ui.components.ingest_form import show_ingest_form
from ui.components.month_picker import show_month_picker
from ui.components.pieces import show_heading
from ui.components.plan import show_launch, show_plan
from ui.components.refusal import show_refusal
from ui.presenters.ingest_presenter import present_plan
from ui.text import INGEST_QUESTION

show_heading("Ingest", INGEST_QUESTION)
with error_boundary():
    launch_held()
with error_boundary():
    coverage, _ = load_coverage()
    choice = show_ingest_form(coverage)
    picker = st.container()
    plan = load_plan(choice.request) if choice.request.months else None
    view = present_plan(plan) if plan else None
    with picker:
        show_month_picker(choice, plan.lines if plan else ())
    error = load_preflight(choice.request.load).error
    show_refusal(error.message if error else "", error.hint if error else "")
    show_launch(view, plan, can_run=error is None)
    if view:
        show_plan(view)
