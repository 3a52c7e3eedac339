"""`lakeside ingest zones`: the taxi zone lookup, which has no months."""

from __future__ import annotations

from collections.abc import Sequence

from cli.arguments import Misuse
from cli.output import Output
from lakeside.errors import SettingsError


def ingest_zones(months: Sequence[str], output: Output, load: bool, force: bool) -> int:
    """Fetch the lookup into lake and warehouse and say what became of it."""
    from lakeside.services import open_services
    from lakeside.settings import load_settings
    from lakeside.zones import ingest_zones as run

    if months:
        raise Misuse(
            SettingsError(
                f"The zone lookup has no months, and {months[0]} was given.", "Run `lakeside ingest zones`."
            )
        )
    services = open_services(load_settings())
    outcome = run(services, load, force)
    path = services.lake.url_of(outcome.key)
    document = [
        {
            "dataset": "zones",
            "month": None,
            "source": "tlc",
            "state": outcome.state,
            "rows_read": outcome.rows,
            "rows_written": outcome.rows,
            "rows_rejected": 0,
            "lake_path": path,
            "warehouse_rows": outcome.warehouse_rows,
            "error": None,
        }
    ]
    output.show(document, lambda: f"zones {outcome.state.value}: {outcome.rows:,} rows in {path}")
    return 0
