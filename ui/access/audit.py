"""The audit log, read as the visitor: it is not cached, because who may read it differs."""

from __future__ import annotations

from lakeside.people.audit_reading import AuditFilter, AuditPage, read_audit
from ui.access.opened import open_console_services


def read_audit_page(wanted: AuditFilter, limit: int) -> AuditPage:
    """The newest entries; AccessDenied for whoever may not read them."""
    return read_audit(open_console_services(), wanted, limit)
