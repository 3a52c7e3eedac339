"""Schedules: what runs by itself? Deployments, their schedules, and who is told of failures."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.schedules import load_deployments, load_has_notification
from ui.components.boundary import error_boundary
from ui.components.notification_form import show_notification_form
from ui.components.pieces import show_facts, show_heading, show_part, show_table
from ui.components.schedule_form import show_schedule_form
from ui.components.schedule_list import show_new_button, show_schedules
from ui.presenters.schedules_presenter import (
    find_schedule,
    present_cards,
    present_deployments,
    present_facts,
)
from ui.state import find_param
from ui.text import SCHEDULES_QUESTION

show_heading("Schedules", SCHEDULES_QUESTION)
with error_boundary(again_seconds=5):
    deployments, is_told = load_deployments(), load_has_notification()
    now = datetime.now(UTC)
    show_facts(present_facts(deployments, is_told, now))
    stored = find_schedule(deployments, find_param("change"))
    if stored or find_param("new"):
        show_schedule_form(stored)
    else:
        show_new_button()
    show_schedules(present_cards(deployments))
    show_part("What can be started")
    show_table(present_deployments(deployments, now))
    show_notification_form(is_told)
