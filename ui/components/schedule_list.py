"""The schedules that are stored, each with what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.people import Act
from ui.actions import pause_schedule, remove_schedule, resume_schedule
from ui.components.boundary import error_boundary
from ui.components.markup import el
from ui.components.pieces import state_chip
from ui.presenters.schedules_presenter import ScheduleCard
from ui.rights import allow
from ui.state import set_param
from ui.text import DELETE_SCHEDULE, DELETE_SURE, NEW_SCHEDULE


def show_schedules(cards: Sequence[ScheduleCard]) -> None:
    """A card each; nothing runs by itself where there is none."""
    if not cards:
        words = "Nothing runs by itself yet. A schedule can keep the newest month of a dataset up to date."
        st.html(el("div", el("h2", "No schedule"), el("p", words), class_="ls-empty"))
    for card in cards:
        _show_card(card)


def show_new_button() -> None:
    """Opens the form."""
    st.button(
        NEW_SCHEDULE,
        type="primary",
        icon=":material/add:",
        on_click=set_param,
        args=("new", "1"),
        **allow(Act.ADD_SCHEDULE),
    )


def _show_card(card: ScheduleCard) -> None:
    with st.container(border=True, key=f"schedule_{card.id}"):
        left, right = st.columns([3, 2], vertical_alignment="center")
        times = [el("li", time) for time in card.times] or [el("li", "starts nothing while it is paused")]
        with left:
            st.html(
                el(
                    "div",
                    el("p", el("b", card.title), " ", state_chip(card.look)),
                    el("p", card.words, class_="ls-muted"),
                    el("ul", *times, class_="ls-times", aria_label=f"Next times of {card.title}"),
                    class_="ls-schedule",
                )
            )
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _show_buttons(card)


def _show_buttons(card: ScheduleCard) -> None:
    if card.is_active and st.button(
        "Pause", icon=":material/pause:", key=f"pause_{card.id}", **allow(Act.PAUSE_SCHEDULE)
    ):
        with error_boundary():
            pause_schedule(card.id)
    if not card.is_active and st.button(
        "Resume", icon=":material/play_arrow:", key=f"resume_{card.id}", **allow(Act.RESUME_SCHEDULE)
    ):
        with error_boundary():
            resume_schedule(card.id)
    st.button(
        "Change",
        icon=":material/edit:",
        key=f"change_{card.id}",
        on_click=set_param,
        args=("change", card.id),
        **allow(Act.CHANGE_SCHEDULE),
    )
    if st.button(
        DELETE_SCHEDULE, icon=":material/delete:", key=f"delete_{card.id}", **allow(Act.REMOVE_SCHEDULE)
    ):
        _ask_remove(card)


@st.dialog("Delete this schedule?")
def _ask_remove(card: ScheduleCard) -> None:
    rest = f". {card.words}. It starts nothing any more; runs that are at work go on."
    st.html(el("p", el("b", card.title), rest))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it"):
            st.rerun()
        if st.button(DELETE_SURE, type="primary"):
            with error_boundary():
                remove_schedule(card.id)
