"""Queries that cost money are an act of their own: whoever only looks sees what is stored already."""

from __future__ import annotations

from lakeside.people.act import Act
from lakeside.services import Services


def require_billed(services: Services, what: str) -> None:
    """Refuse whoever may not spend money, where the warehouse bills its queries.

    Args:
        services: whose gate decides.
        what: the query or what it is for, for the audit log.

    Raises:
        AccessDenied: the caller may not.
    """
    if services.settings.warehouse.kind == "bigquery":
        services.gate.require(Act.QUERY_BILLED, {"query": what})
