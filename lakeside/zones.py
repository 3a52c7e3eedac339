"""The taxi zones from their sources: the lookup into lake and warehouse, the shapes into the lake.

Each is written whole or not at all, with the provenance of its source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside import __version__
from lakeside.datasets.contract import Reference
from lakeside.datasets.zone_shapes import ZONE_SHAPES, parse_shapes
from lakeside.datasets.zones import ZONES, parse_zones
from lakeside.errors import BadFile, FileTooLarge, LakesideError
from lakeside.lake.errors import decoded
from lakeside.lake.lake import Lake
from lakeside.lake.layout import reference_key
from lakeside.lake.provenance import Provenance
from lakeside.month import FIRST_YEAR, Month
from lakeside.progress import MonthState
from lakeside.services import Services
from lakeside.shown import hide_secrets
from lakeside.sources.probe import SourceName, SourceProbe

ZONES_KEY = reference_key(ZONES.file)
SHAPES_KEY = reference_key(ZONE_SHAPES.file)
_OBJECT_BYTES = 10_000_000  # ours has 54,527


@dataclass(frozen=True, slots=True)
class ZonesOutcome:
    """What became of a reference table; `source_url` may be shown.

    `warehouse_rows` is None when loading was not asked for.
    """

    key: str
    state: MonthState
    rows: int
    source_url: str
    warehouse_rows: int | None


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a reference table comes from, the setting that says how large it may be, and what reads it."""

    reference: Reference
    url: str
    limit: str
    parse: Callable[[bytes, str], pa.Table]

    @property
    def key(self) -> str:
        return reference_key(self.reference.file)


def ingest_zones(services: Services, load: bool = True, force: bool = False) -> ZonesOutcome:
    """Fetch the lookup, check it, write `reference/taxi_zone_lookup.parquet`, and publish it as `zones`.

    Raises:
        BadFile: the file is not the lookup; the message names its URL and the cause.
        SourceMissing, AccessDenied, BackendUnavailable, LimitExceeded: it cannot be fetched.
    """
    url = services.settings.sources.zone_lookup_url
    written, rows = _bring(services, _Source(ZONES, url, "zone_lookup_megabytes", parse_zones), force)
    state = MonthState.WRITTEN if written else MonthState.UNCHANGED
    if not load:
        return ZonesOutcome(ZONES_KEY, state, rows, hide_secrets(url), None)
    if written or _count_published(services) != rows:
        services.warehouse.publish_reference(ZONES, services.lake, ZONES_KEY)
        state = MonthState.PUBLISHED
    return ZonesOutcome(ZONES_KEY, state, rows, hide_secrets(url), _count_published(services))


def ingest_zone_shapes(services: Services, force: bool = False) -> ZonesOutcome:
    """Fetch the shapefile, simplify it, and write `reference/taxi_zones.parquet` in degrees.

    Raises:
        BadFile: the file is not a zipped shapefile of taxi zones; the message names its URL and the cause.
        SourceMissing, AccessDenied, BackendUnavailable, LimitExceeded: it cannot be fetched.
    """
    url = services.settings.sources.zone_shapes_url
    written, rows = _bring(services, _Source(ZONE_SHAPES, url, "zone_shapes_megabytes", parse_shapes), force)
    state = MonthState.WRITTEN if written else MonthState.UNCHANGED
    return ZonesOutcome(SHAPES_KEY, state, rows, hide_secrets(url), None)


def read_zone_shapes(lake: Lake) -> pa.Table | None:
    """The shapes as `ZONE_SHAPES` describes them, or None where the lake has none yet.

    Raises:
        BadFile: the object is not what `ingest zones` writes.
    """
    found = lake.find_object(SHAPES_KEY)
    if found is None:
        return None
    url, names = lake.url_of(SHAPES_KEY), ZONE_SHAPES.arrow_schema().names
    if found.size_bytes > _OBJECT_BYTES or not set(names) <= set(lake.read_footer(SHAPES_KEY).schema.names):
        raise BadFile(f"{url} does not hold the taxi zones' shapes.", "Run `lakeside ingest zones --force`.")
    with lake.open_reader(SHAPES_KEY) as file, decoded(url):
        return pq.read_table(file, columns=names)


def _count_published(services: Services) -> int | None:
    return next((t.rows for t in services.warehouse.list_tables() if t.name == ZONES.name), None)


def _bring(services: Services, source: _Source, force: bool) -> tuple[bool, int]:
    """Write the table unless the lake has it from the very same bytes; whether it was, and its rows."""
    content = _fetch(services, source)
    table = source.parse(content, source.url)
    if not force and _find_sha256(services, source) == hashlib.sha256(content).hexdigest():
        return False, table.num_rows
    provenance = _describe(source, content, table.num_rows)
    with services.lake.open_writer(source.key) as file:
        pq.write_table(table.replace_schema_metadata(provenance.footer()), file, compression="zstd")
    services.lake.set_metadata(source.key, provenance.object_metadata())
    return True, table.num_rows


def _fetch(services: Services, source: _Source) -> bytes:
    # Sources stream by probe; a reference file has no month of its own.
    probe = SourceProbe(
        dataset=source.reference.name,
        month=Month(FIRST_YEAR, 1),
        source=SourceName.TLC,
        url=hide_secrets(source.url),
        secret_url=source.url,
        format="csv",
        size_bytes=None,
        etag=None,
        last_modified=None,
        accepts_ranges=False,
        probed_at=datetime.now(UTC),
    )
    megabytes = float(getattr(services.settings.sources, source.limit))
    content = bytearray()
    with services.sources.open_stream(probe) as stream:
        for chunk in stream:
            content += chunk
            if len(content) > megabytes * 1e6:
                raise FileTooLarge(
                    f"{source.url} is larger than {megabytes:g} MB; is it {source.reference.title!r}?",
                    "Check the URL.",
                    limit=f"sources.{source.limit}",
                )
    return bytes(content)


def _find_sha256(services: Services, source: _Source) -> str | None:
    try:
        footer = services.lake.read_footer(source.key)
    except LakesideError:
        return None  # absent or unreadable: it is written anew
    current = footer.provenance
    return current.source_sha256 if current and current.contract_version == source.reference.version else None


def _describe(source: _Source, content: bytes, rows: int) -> Provenance:
    digest, version = hashlib.sha256(content).hexdigest(), source.reference.version
    return Provenance(
        dataset=source.reference.name,
        month="",
        source=SourceName.TLC.value,
        source_url=source.url,
        source_bytes=len(content),
        source_sha256=digest,
        rows_read=rows,
        rows_written=rows,
        rows_rejected=0,
        contract_version=version,
        content_id=hashlib.sha256(f"{version}:{digest}".encode()).hexdigest(),
        program_version=__version__,
    )
