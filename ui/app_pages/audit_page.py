"""Audit: who did what? The newest entries of the audit log, for admins."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.audit import read_audit_page
from ui.components.audit_filter import show_audit_filter
from ui.components.boundary import error_boundary
from ui.components.pieces import show_heading, show_muted, show_table
from ui.presenters.audit_presenter import present_audit, present_bounds
from ui.text import AUDIT_QUESTION, NOTHING_DONE

LIMIT = 200

show_heading("Audit", AUDIT_QUESTION)
with error_boundary():
    page = read_audit_page(show_audit_filter(), LIMIT)
    if page.entries:
        show_table(present_audit(page, datetime.now(UTC)))
    else:
        show_muted(NOTHING_DONE)
    show_muted(present_bounds(page))
