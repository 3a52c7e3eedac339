"""What of the audit log is looked for; the choice is in the URL."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lakeside.people import Act
from lakeside.people.audit_reading import AuditFilter
from ui.presenters.audit_presenter import RESULTS, make_filter
from ui.state import find_param, follow_text, follow_url, remember_choice

ANY = "any"


def show_audit_filter() -> AuditFilter:
    """Who, what, with which result, on which day (UTC)."""
    acts = [ANY, *(act.value for act in Act)]
    results = [ANY, *RESULTS]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        who = st.text_input("Who contains", key=follow_text("who"), placeholder="@example.com", width=220)
        what = st.selectbox("What", acts, key=follow_url("what", acts, ANY), width=200)
        result = st.selectbox("Result", results, key=follow_url("result", results, ANY), width=140)
        day = st.date_input("Day (UTC)", _find_day(), max_value=None, width=150)
    remember_choice("who", who, "")
    remember_choice("what", what, ANY)
    remember_choice("result", result, ANY)
    remember_choice("day", day, None)
    return make_filter(who, "" if what == ANY else what, "" if result == ANY else result, day)


def _find_day() -> date | None:
    text = find_param("day") or ""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
