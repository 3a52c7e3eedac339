"""The three shapes a month comes in, each opened as a plan and work to be done in order."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa

from lakeside.datasets.contract import ColumnPolicy, Dataset
from lakeside.errors import BackendUnavailable, BadFile, FileTooLarge
from lakeside.ingest.blocks import cut_blocks
from lakeside.ingest.csv_blocks import find_format, parse_block, read_header
from lakeside.ingest.gunzip import Bounds, inflate, is_gzip
from lakeside.ingest.parquet_batches import (
    check_types,
    conform_batch,
    find_kinds,
    iterate_batches,
    open_parquet,
)
from lakeside.ingest.pipeline import Work
from lakeside.ingest.plan import Plan, plan_columns
from lakeside.settings import IngestSettings, Settings
from lakeside.sources.probe import SourceProbe
from lakeside.sources.stream import SourceStream


@dataclass(frozen=True, slots=True)
class Target:
    """What a file is read for."""

    dataset: Dataset
    policy: ColumnPolicy
    settings: Settings


@dataclass(frozen=True, slots=True)
class Reading:
    """A file judged and ready to be read. `sha256` is complete when the work is done."""

    plan: Plan
    work: Iterator[Work]
    sha256: Callable[[], str]


def read_csv(stream: SourceStream, probe: SourceProbe, target: Target) -> Reading:
    """CSV text, gzip or plain (told by its first bytes, not its name), while it arrives.

    Raises:
        BadFile: it is cut, damaged, or something else than CSV.
        ContractViolation: its header breaks the contract.
    """
    bounds = target.settings.ingest
    text = _text_of(stream, probe, bounds)
    blocks = cut_blocks(text, probe.url, line_bytes=int(bounds.line_megabytes * 1e6))
    first = next(blocks, b"")
    headers, lines = read_header(first, probe.url)
    _require_columns(len(headers), probe, target)
    plan = plan_columns(target.dataset, headers, target.policy, probe.url)
    format_ = find_format(plan, lines)
    work = (partial(parse_block, block, format_) for block in chain([lines], blocks) if block)
    return Reading(plan, work, lambda: stream.sha256)


def _require_columns(columns: int, probe: SourceProbe, target: Target) -> None:
    most = target.settings.ingest.columns
    if columns > most:
        raise FileTooLarge(
            f"{probe.url} has {columns:,} columns, more than {most:,}.",
            "It is no file of trips; if it is, raise the limit.",
            limit="ingest.columns",
        )


def _text_of(
    stream: SourceStream, probe: SourceProbe, bounds: IngestSettings
) -> Iterable[bytes | memoryview]:
    chunks = iter(stream)
    first = next(chunks, memoryview(b""))
    whole = chain([first], chunks)
    if is_gzip(first):
        return inflate(whole, probe.url, Bounds(bounds.expanded_gigabytes * 1e9, bounds.expansion))
    if probe.format == "csv.gz" and bytes(first[:512]).lstrip()[:1] != b"<":
        raise BadFile(f"{probe.url} is not a gzip file.", "Check the URL template of the source.")
    if not stream.tells_its_end:
        raise BadFile(
            f"{probe.url} comes without a length, so that a cut could not be told from its end.",
            "Let the server send Content-Length, or download the file and name it as file:///path.",
        )
    return whole


@contextmanager
def read_parquet(
    stream: SourceStream, probe: SourceProbe, target: Target, tell: Callable[[], None]
) -> Iterator[Reading]:
    """A parquet file, first copied to disk (its footer is at the end); the copy is removed at exit.

    Args:
        tell: called after each chunk that was copied.

    Raises:
        BadFile: it is no parquet file, or cut.
        ContractViolation: its columns or their types break the contract.
        BackendUnavailable: the copy cannot be written.
    """
    with _temporary(target.settings) as folder:
        path = folder / "source.parquet"
        try:
            with path.open("wb") as copy:
                for chunk in stream:
                    copy.write(chunk)
                    tell()
        except OSError as error:
            raise BackendUnavailable(
                f"{path} cannot be written: {error.strerror or error}.", _DISK
            ) from error
        source = open_parquet(path, probe.url)
        with source:
            schema = source.schema_arrow.remove_metadata()
            plan = _plan_typed(schema, probe, target)
            yield Reading(plan, iterate_batches(source, plan), lambda: stream.sha256)


_DISK = "Check the disk under LAKESIDE_HOME."


@contextmanager
def _temporary(settings: Settings) -> Iterator[Path]:
    parent = settings.home_folder / "tmp"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=parent, prefix="source-")
    except OSError as error:
        raise BackendUnavailable(f"{parent} cannot be written: {error.strerror or error}.", _DISK) from error
    with folder as name:
        yield Path(name)


def read_sample(probe: SourceProbe, target: Target, rows: int) -> Reading:
    """Made-up rows; the hash is that of their bytes."""
    from lakeside.sources.sample import sample_batches  # imports numpy's random numbers, which only it needs

    batches = sample_batches(target.dataset, probe.month, rows)
    first = next(batches)
    plan = _plan_typed(first.schema, probe, target)
    digest = hashlib.sha256()

    def work() -> Iterator[Work]:
        for batch in chain([first], batches):
            digest.update(batch.serialize())
            yield partial(conform_batch, batch, plan)

    return Reading(plan, work(), digest.hexdigest)


def _plan_typed(schema: pa.Schema, probe: SourceProbe, target: Target) -> Plan:
    _require_columns(len(schema), probe, target)
    outside = [f for f in schema if target.dataset.find_column(f.name) is None]
    kinds = find_kinds(outside, probe.url) if target.policy == "evolve" else {}
    plan = plan_columns(target.dataset, schema.names, target.policy, probe.url, kinds)
    check_types(plan, schema)
    return plan
