"""`lakeside ingest zones`: the taxi zone lookup and the zones' shapes, which have no months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cli.arguments import Misuse
from cli.output import Output
from lakeside.errors import LakesideError, SettingsError

if TYPE_CHECKING:
    from lakeside.services import Services
    from lakeside.zones import ZonesOutcome


def ingest_zones(months: Sequence[str], output: Output, load: bool, force: bool) -> int:
    """Fetch both into the lake, the lookup into the warehouse too; 1 when either failed."""
    from flows.opened import open_services
    from lakeside import zones
    from lakeside.settings import load_settings

    if months:
        raise Misuse(
            SettingsError(
                f"The zone lookup has no months, and {months[0]} was given.", "Run `lakeside ingest zones`."
            )
        )
    services = open_services(load_settings())
    document = [
        _run("zones", services, lambda: zones.ingest_zones(services, load, force)),
        _run("zone_shapes", services, lambda: zones.ingest_zone_shapes(services, force)),
    ]
    output.show(document, lambda: "\n".join(map(_describe, document)))
    return int(any(entry["error"] for entry in document))


def _run(name: str, services: Services, work: Callable[[], ZonesOutcome]) -> dict[str, Any]:
    """One of the two; that the other one fails must not stop it."""
    entry: dict[str, Any] = {"dataset": name, "month": None, "source": "tlc", "rows_rejected": 0}
    try:
        outcome = work()
    except LakesideError as error:
        nothing = dict.fromkeys(("rows_read", "rows_written", "lake_path", "warehouse_rows"))
        return {**entry, **nothing, "state": "failed", "error": error.as_dict()}
    return {
        **entry,
        "state": outcome.state,
        "rows_read": outcome.rows,
        "rows_written": outcome.rows,
        "lake_path": services.lake.url_of(outcome.key),
        "warehouse_rows": outcome.warehouse_rows,
        "error": None,
    }


def _describe(entry: dict[str, Any]) -> str:
    if entry["error"]:
        return f"{entry['dataset']} failed: {entry['error']['message']} {entry['error']['hint']}".strip()
    return f"{entry['dataset']} {entry['state'].value}: {entry['rows_read']:,} rows in {entry['lake_path']}"
