"""The taxi zone lookup from its source into the lake, whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside import __version__
from lakeside.datasets.zones import ZONES_FILE, ZONES_SCHEMA, ZONES_TABLE, ZONES_VERSION, parse_zones
from lakeside.errors import LakesideError, LimitExceeded
from lakeside.lake.layout import reference_key
from lakeside.lake.provenance import Provenance
from lakeside.month import FIRST_YEAR, Month
from lakeside.services import Services
from lakeside.sources.probe import SourceName, SourceProbe

ZONES_KEY = reference_key(ZONES_FILE)
_MAXIMUM_BYTES = 1_000_000  # the real one has 12,331


@dataclass(frozen=True, slots=True)
class ZonesOutcome:
    """What became of the lookup; `written` False means that the source is as before."""

    key: str
    written: bool
    rows: int
    source_url: str


def ingest_zones(services: Services, force: bool = False) -> ZonesOutcome:
    """Fetch the lookup, check it, and write it to `reference/taxi_zone_lookup.parquet`.

    Raises:
        BadFile: the file is not the lookup; the message names its URL and the cause.
        SourceMissing, AccessDenied, BackendUnavailable, LimitExceeded: it cannot be fetched.
    """
    url = services.settings.sources.zone_lookup_url
    content = _fetch(services, url)
    table = parse_zones(content, url)
    digest = hashlib.sha256(content).hexdigest()
    if not force and _find_sha256(services) == digest:
        return ZonesOutcome(ZONES_KEY, False, table.num_rows, url)
    provenance = _describe(url, content, digest, table)
    schema = ZONES_SCHEMA.with_metadata(provenance.footer())
    with services.lake.open_writer(ZONES_KEY) as file:
        pq.write_table(table.cast(schema), file, compression="zstd")
    services.lake.set_metadata(ZONES_KEY, provenance.object_metadata())
    return ZonesOutcome(ZONES_KEY, True, table.num_rows, url)


def _fetch(services: Services, url: str) -> bytes:
    # Sources stream by probe; a reference file has no month of its own.
    probe = SourceProbe(
        dataset=ZONES_TABLE,
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
    return current.source_sha256 if current and current.contract_version == ZONES_VERSION else None


def _describe(url: str, content: bytes, digest: str, table: pa.Table) -> Provenance:
    return Provenance(
        dataset=ZONES_TABLE,
        month="",
        source=SourceName.TLC.value,
        source_url=url,
        source_bytes=len(content),
        source_sha256=digest,
        rows_read=table.num_rows,
        rows_written=table.num_rows,
        rows_rejected=0,
        contract_version=ZONES_VERSION,
        content_id=hashlib.sha256(f"{ZONES_VERSION}:{digest}".encode()).hexdigest(),
        program_version=__version__,
    )
