"""One month from its source into the lake: the whole object, or nothing."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from lakeside import __version__
from lakeside.datasets.contract import Dataset, Kind
from lakeside.errors import BadFile, ContractViolation, LakesideError
from lakeside.ingest.adopt import find_adopted, open_object_stream, probe_object
from lakeside.ingest.conform import Conformed
from lakeside.ingest.month_writer import MonthWriter
from lakeside.ingest.pipeline import Work, run_in_order
from lakeside.ingest.previous import find_provenance, is_unchanged, policy_of, settle_source
from lakeside.ingest.quarantine import Quarantine, is_of_another
from lakeside.ingest.readers import Reading, Target, read_csv, read_parquet, read_sample
from lakeside.ingest.room import require_room
from lakeside.lake.layout import data_key, quarantine_key
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.progress import Progress, ReportProgress, Stage, report_nothing
from lakeside.services import Services
from lakeside.sources.probe import SourceName, SourceProbe
from lakeside.sources.stream import SourceStream

logger = logging.getLogger(__name__)

_REPORT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """Which month, from where. `force` writes it again even when nothing changed or another source fed it.

    `lake_object` is the key of an object that somebody else wrote: it is the source then, whatever
    `source` says.
    """

    dataset: Dataset
    month: Month
    source: SourceName = SourceName.AUTO
    force: bool = False
    run_id: str | None = None
    lake_object: str | None = None


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of it. `written` False: the object in the lake is already what the source has."""

    key: str
    written: bool
    provenance: Provenance
    bytes_read: int
    elapsed_seconds: float


def ingest_month(
    request: IngestRequest, services: Services, report: ReportProgress = report_nothing
) -> IngestOutcome:
    """Fetch, conform and write one month.

    Raises:
        SourceMissing, AccessDenied, BackendUnavailable, LimitExceeded: see `Sources`.
        BadFile: the file is cut, damaged, or not what its name says.
        ContractViolation: it breaks the contract; too many rows do not fit; or another source fed the
            month. Nothing is written then.
    """
    started = time.monotonic()
    key = data_key(request.dataset.name, request.month)
    previous, probe = _probe(request, services, key)
    policy = policy_of(request.dataset, services.settings.ingest.column_policy)
    is_settled = previous is not None and is_unchanged(previous, probe, request.dataset, policy)
    aside = quarantine_key(request.dataset.name, request.month)
    if previous is not None and is_settled and not is_of_another(services.lake, aside, previous):
        return IngestOutcome(key, False, previous, 0, time.monotonic() - started)
    require_room(services, key, probe)
    _choose_allocator()
    run = _Run(request, services, probe, Target(request.dataset, policy, services.settings), report, started)
    provenance, bytes_read = run.write(key)
    elapsed = time.monotonic() - started
    logger.info("ingest.written key=%s rows=%s seconds=%.3f", key, provenance.rows_written, elapsed)
    return IngestOutcome(key, True, provenance, bytes_read, elapsed)


def _probe(request: IngestRequest, services: Services, key: str) -> tuple[Provenance | None, SourceProbe]:
    """What the month holds already (None: that does not matter), and what its source says."""
    lake = services.lake
    if request.lake_object is not None:
        probe = probe_object(lake, request.lake_object, request.dataset, request.month)
        return find_adopted(lake, probe, request.lake_object, request.force), probe
    chosen = services.sources.choose(request.dataset, request.month, request.source)
    previous = None if request.force else find_provenance(lake, key)
    source = request.source if previous is None else settle_source(previous, request.source, chosen)
    return previous, services.sources.probe(request.dataset, request.month, source)


def _choose_allocator() -> None:
    """jemalloc, that keeps what is freed for 200 ms: by then it is used again, or a longer file needs more.

    Of the allocators Arrow brings it is as quick as the C library's, and ten times the rows take no more
    memory; the C library's takes 12 % more then, and Arrow's default 17 % more time.
    """
    try:
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(200)
    except NotImplementedError:  # Arrow was built without it
        pa.set_memory_pool(pa.system_memory_pool())


@dataclass(slots=True)
class _Run:
    """One month on its way."""

    request: IngestRequest
    services: Services
    probe: SourceProbe
    target: Target
    report: ReportProgress
    started: float
    stream: SourceStream | None = None
    rows: int = 0
    told: float = 0.0

    def write(self, key: str) -> tuple[Provenance, int]:
        lake = self.services.lake
        key_aside = quarantine_key(self.request.dataset.name, self.request.month)
        quarantine = Quarantine(lake, key_aside, self.services.settings.ingest.quarantined_rows)
        self.tell(Stage.FETCH, always=True)
        try:
            provenance = self._write_both(key, quarantine)
        except BaseException:
            quarantine.put_back()
            raise
        self._mirror(key, provenance)
        self.tell(Stage.WRITE, always=True)
        return provenance, self.bytes_read

    def _write_both(self, key: str, quarantine: Quarantine) -> Provenance:
        # The quarantine appears first: no month names rows that are nowhere.
        with (
            self._open() as reading,
            self.services.lake.open_writer(key) as sink,
            quarantine,
            MonthWriter(sink, reading.plan, self.request.month.first_day) as writer,
        ):
            self._move(reading, writer, quarantine)
            self.tell(Stage.WRITE, always=True)
            self._judge(writer, quarantine)
            stats = writer.finish()
            provenance = self._describe(reading, writer, stats)
            quarantine.source_sha256 = provenance.source_sha256
            writer.close(provenance.footer())
        return provenance

    def _mirror(self, key: str, provenance: Provenance) -> None:
        """What the footer says as metadata of a bucket's object too; the month does not depend on it."""
        try:
            self.services.lake.set_metadata(key, provenance.object_metadata())
        except LakesideError as error:
            logger.warning("ingest.metadata key=%s reason=%s", key, error.message)

    @property
    def bytes_read(self) -> int:
        return self.stream.bytes_read if self.stream else 0

    @contextmanager
    def _open(self) -> Iterator[Reading]:
        if self.probe.format == "sample":
            yield read_sample(self.probe, self.target, self.services.settings.sources.sample_rows)
            return
        with self._open_stream() as stream:
            self.stream = stream
            if self.probe.format == "parquet":
                with read_parquet(stream, self.probe, self.target, lambda: self.tell(Stage.FETCH)) as reading:
                    yield reading
            else:
                yield read_csv(stream, self.probe, self.target)

    def _open_stream(self) -> AbstractContextManager[SourceStream]:
        if self.request.lake_object is None:
            return self.services.sources.open_stream(self.probe)
        maximum = self.services.settings.sources.maximum_file_gigabytes * 1e9
        return open_object_stream(self.services.lake, self.request.lake_object, maximum)

    def _move(self, reading: Reading, writer: MonthWriter, quarantine: Quarantine) -> None:
        def write(batch: Conformed) -> None:
            quarantine.add(batch.rejects, writer.rows_read)
            writer.write(batch)
            self.rows = writer.rows_read

        def watched() -> Iterator[Work]:
            for piece in reading.work:
                self.tell(Stage.CONFORM)
                yield piece

        run_in_order(watched(), write, self.services.settings.ingest.workers)

    def _judge(self, writer: MonthWriter, quarantine: Quarantine) -> None:
        allowed = self.services.settings.ingest.rejected_share
        if writer.rows_read == 0:
            raise BadFile(
                f"{self.probe.url} has a header but no rows.", "Check the URL template of the source."
            )
        if writer.rows_rejected <= allowed * writer.rows_read:
            return
        reasons = ", ".join(f"{n:,} × {reason}" for reason, n in writer.rejected_by_reason.most_common(3))
        raise ContractViolation(
            f"{self.probe.url}: {writer.rows_rejected:,} of {writer.rows_read:,} rows do not fit the "
            f"contract ({writer.rows_rejected / writer.rows_read:.2%}; {allowed:.2%} are tolerated): "
            f"{reasons}. The first: {'; '.join(quarantine.first)}.",
            f"Look at the file. LAKESIDE_INGEST__REJECTED_SHARE (now {allowed:g}) sets which share is "
            "tolerated and set aside.",
        )

    def _describe(self, reading: Reading, writer: MonthWriter, stats: list[ColumnStats]) -> Provenance:
        plan, dataset = reading.plan, self.request.dataset
        return Provenance(
            dataset=dataset.name,
            month=str(self.request.month),
            source=self.probe.source.value,
            source_url=self.probe.url,
            source_etag=self.probe.etag,
            source_last_modified=self.probe.last_modified,
            source_bytes=self.bytes_read,
            source_sha256=reading.sha256(),
            synthetic=self.probe.source is SourceName.SAMPLE,
            rows_read=writer.rows_read,
            rows_written=writer.rows_written,
            rows_rejected=writer.rows_rejected,
            rejected_by_reason=dict(writer.rejected_by_reason),
            surplus_fields_trimmed=writer.surplus_fields_trimmed,
            contract_version=dataset.version,
            columns_added=list(plan.added),
            columns_discarded=list(plan.discarded),
            columns_missing=list(plan.missing),
            content_id=content_id(dataset.version, writer.rows_written, stats),
            run_id=self.request.run_id,
            program_version=__version__,
            columns=stats,
        )

    def tell(self, stage: Stage, always: bool = False) -> None:
        """Report, at most five times a second."""
        now = time.monotonic()
        if always or now - self.told >= _REPORT_SECONDS:
            self.told = now
            self.report(
                Progress(stage, self.rows, self.bytes_read, self.probe.size_bytes, now - self.started)
            )


def content_id(contract_version: int, rows: int, stats: Sequence[ColumnStats]) -> str:
    """sha256 over contract version, row count and column figures: equal content, equal id.

    Sums of floats count to nine digits, because their last ones depend on the order of adding.
    """
    figures = [asdict(_rounded(s) if s.kind is Kind.FLOAT and s.sum is not None else s) for s in stats]
    document = json.dumps([contract_version, rows, figures], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


def _rounded(stats: ColumnStats) -> ColumnStats:
    """A float column's figures with the sum cut to nine digits."""
    return replace(stats, sum=f"{float(stats.sum or 0):.9g}")
