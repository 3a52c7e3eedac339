"""Ingest: what will happen? Choose months, read the plan, launch."""

from __future__ import annotations

import streamlit as st

from ui.access import load_coverage, load_health
from ui.actions import launch
from ui.components.boundary import error_boundary
from ui.components.ingest_form import show_ingest_form
from ui.components.pieces import show_heading, show_muted
from ui.components.plan import show_plan
from ui.components.refusal import show_refusal
from ui.presenters.ingest_presenter import present_ingest
from ui.text import INGEST_QUESTION

show_heading("Ingest", INGEST_QUESTION)
with error_boundary():
    coverage, _ = load_coverage()
    offer = show_ingest_form(coverage)
    view = present_ingest(offer.form, offer.months, offer.sources)
    health = load_health()
    show_refusal(health)
    ready = view.launch is not None and health.can_run
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(view.button, type="primary", icon=":material/rocket_launch:", disabled=not ready)
        show_muted(view.summary)
    show_plan(view.plan)
    if pressed:
        launch(view)
