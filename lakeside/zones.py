"""The taxi zone lookup from its source into lake and warehouse, whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow.parquet as pq

from lakeside import __version__
from lakeside.datasets.zones import ZONES, parse_zones
from lakeside.errors import LakesideError, LimitExceeded
from lakeside.lake.layout import reference_key
from lakeside.lake.provenance import Provenance
from lakeside.month import FIRST_YEAR, Month
from lakeside.progress import MonthState
from lakeside.services import Services
from lakeside.sources.probe import SourceName, SourceProbe

ZONES_KEY = reference_key(ZONES.file)
_MAXIMUM_BYTES = 1_000_000  # the real one has 12,331


@dataclass(frozen=True, slots=True)
class ZonesOutcome:
    """What became of the lookup. `warehouse_rows` is None when loading was not asked for."""

    key: str
    state: MonthState
    rows: int
    source_url: str
    warehouse_rows: int | None


def ingest_zones(services: Services, load: bool = True, force: bool = False) -> ZonesOutcome:
    """Fetch the lookup, check it, write `reference/taxi_zone_lookup.parquet`, and publish it as `zones`.

    Raises:
        BadFile: the file is not the lookup; the message names its URL and the cause.
        SourceMissing, AccessDenied, BackendUnavailable, LimitExceeded: it cannot be fetched.
    """
    url = services.settings.sources.zone_lookup_url
    content = _fetch(services, url)
    rows = parse_zones(content, url).num_rows
    written = force or _find_sha256(services) != hashlib.sha256(content).hexdigest()
    if written:
        _write(services, url, content)
    state = MonthState.WRITTEN if written else MonthState.UNCHANGED
    if not load:
        return ZonesOutcome(ZONES_KEY, state, rows, url, None)
    if written or _count_published(services) != rows:
        services.warehouse.publish_reference(ZONES, services.lake, ZONES_KEY)
        state = MonthState.PUBLISHED
    return ZonesOutcome(ZONES_KEY, state, rows, url, _count_published(services))


def _count_published(services: Services) -> int | None:
    return next((t.rows for t in services.warehouse.list_tables() if t.name == ZONES.name), None)


def _write(services: Services, url: str, content: bytes) -> None:
    table = parse_zones(content, url)
    provenance = _describe(url, content, table.num_rows)
    with services.lake.open_writer(ZONES_KEY) as file:
        pq.write_table(table.replace_schema_metadata(provenance.footer()), file, compression="zstd")
    services.lake.set_metadata(ZONES_KEY, provenance.object_metadata())


def _fetch(services: Services, url: str) -> bytes:
    # Sources stream by probe; a reference file has no month of its own.
    probe = SourceProbe(
        dataset=ZONES.name,
        month=Month(FIRST_YEAR, 1),
        source=SourceName.TLC,
        url=url,
        format="csv",
        size_bytes=None,
        etag=None,
        last_modified=None,
        accepts_ranges=False,
        probed_at=datetime.now(UTC),
    )
    content = bytearray()
    with services.sources.open_stream(probe) as stream:
        for chunk in stream:
            content += chunk
            if len(content) > _MAXIMUM_BYTES:
                raise LimitExceeded(
                    f"{url} is larger than 1 MB, so it is not the taxi zone lookup.", "Check the URL."
                )
    return bytes(content)


def _find_sha256(services: Services) -> str | None:
    try:
        footer = services.lake.read_footer(ZONES_KEY)
    except LakesideError:
        return None  # absent or unreadable: it is written anew
    current = footer.provenance
    return current.source_sha256 if current and current.contract_version == ZONES.version else None


def _describe(url: str, content: bytes, rows: int) -> Provenance:
    digest = hashlib.sha256(content).hexdigest()
    return Provenance(
        dataset=ZONES.name,
        month="",
        source=SourceName.TLC.value,
        source_url=url,
        source_bytes=len(content),
        source_sha256=digest,
        rows_read=rows,
        rows_written=rows,
        rows_rejected=0,
        contract_version=ZONES.version,
        content_id=hashlib.sha256(f"{ZONES.version}:{digest}".encode()).hexdigest(),
        program_version=__version__,
    )
