"""Who is told when a run fails: a webhook's address goes in and never comes out again."""

from __future__ import annotations

import streamlit as st

from lakeside.people import Act
from ui.actions import remove_notification, set_notification
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted, show_part
from ui.rights import allow
from ui.text import SET_WEBHOOK

TOLD = {"failed": "A run failed or crashed", "check": "A check turned red"}


def show_notification_form(is_set: bool) -> None:
    """Set, replace or remove the webhook."""
    show_part("Tell somebody when a run fails")
    show_muted(
        "A webhook is set. Its address is stored as a secret and not shown again; a new one replaces it."
        if is_set
        else "A Slack-style webhook gets a message. Its address is stored as a secret and not shown again."
    )
    with st.form("webhook", clear_on_submit=True, border=False):
        url = st.text_input(
            "Webhook address", type="password", placeholder="https://hooks.slack.com/services/…", width=520
        )
        on = st.multiselect(
            "When", list(TOLD), default=list(TOLD), format_func=lambda option: TOLD[option], width=520
        )
        sent = st.form_submit_button(
            "Replace the webhook" if is_set else SET_WEBHOOK, **allow(Act.SET_NOTIFICATION)
        )
    with error_boundary():
        if sent:
            set_notification(url, on)
        if is_set and st.button(
            "Remove the webhook", icon=":material/notifications_off:", **allow(Act.REMOVE_NOTIFICATION)
        ):
            remove_notification()
