"""The models of the warehouse: apply them, keep one's rows as a table, see what their checks say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from lakeside.models.apply import AppliedModel
from lakeside.models.model import Form
from lakeside.people import Act
from ui.access.warehouse import load_model_checks
from ui.actions import apply_held
from ui.components.pieces import show_muted, show_part, show_table
from ui.presenters.models_presenter import count_to_do, list_there, present_checks, present_models
from ui.rights import allow
from ui.state import hold
from ui.text import APPLY_MODELS, CHECK_MODELS, MODELS_DETAIL, REMAKE_MODEL


def show_models(models: Sequence[AppliedModel], now: datetime) -> None:
    """The list, and what can be done with it."""
    apply_held()
    show_part("Models")
    show_muted(MODELS_DETAIL)
    show_table(present_models(models, now))
    there = list_there(models)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"{APPLY_MODELS} ({count_to_do(models)})",
            on_click=hold,
            args=("models", ((), None)),
            **allow(Act.APPLY_MODELS, disabled=not count_to_do(models)),
        )
        with st.popover(REMAKE_MODEL):
            _show_choice([found.model.name for found in models])
        checked = st.toggle(CHECK_MODELS, key="check_models", disabled=not there)
    if checked and there:
        show_table(present_checks(load_model_checks(there)))


def _show_choice(names: Sequence[str]) -> None:
    name = st.selectbox("Model", names, key="model_name")
    form = st.segmented_control(
        "As", list(Form), key="model_form", default=Form.TABLE, format_func=lambda f: f.value, required=True
    )
    show_muted("A table keeps the rows as they are now, and is read faster; a view always follows.")
    st.button(
        "Make it",
        on_click=hold,
        args=("models", ((name,), form)),
        key="model_make",
        **allow(Act.APPLY_MODELS),
    )
