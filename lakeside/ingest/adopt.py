"""A lake object that somebody else wrote as the source of a month: probed, judged, opened like any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lakeside.datasets.contract import Dataset
from lakeside.errors import BadFile, ContractViolation
from lakeside.ingest.previous import find_provenance
from lakeside.lake.browse import describe_object
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.sources.probe import FileFormat, SourceName, SourceProbe
from lakeside.sources.stream import SourceStream

_FORMATS: dict[str, FileFormat] = {"parquet": "parquet", "gzip": "csv.gz", "csv": "csv", "text": "csv"}


def probe_object(lake: Lake, key: str, dataset: Dataset, month: Month) -> SourceProbe:
    """What the object is, told by its bytes and not by its name.

    Raises:
        NotFound: there is no such object.
        BadFile: it is neither parquet nor CSV.
        ContractViolation: it is an object of ours already.
    """
    facts = describe_object(lake, key)
    found, url = facts.object, lake.url_of(key)
    if facts.footer is not None and facts.footer.provenance is not None:
        raise ContractViolation(
            f"{url} was written by Lakeside already.",
            "Load it with `lakeside load`, or choose another object.",
        )
    if facts.content not in _FORMATS or (facts.content == "parquet" and facts.footer is None):
        raise BadFile(
            facts.fault or f"{url} is {facts.content}.",
            "Only parquet and CSV (plain or gzip) can be adopted.",
        )
    return SourceProbe(
        dataset=dataset.name,
        month=month,
        source=SourceName.LAKE,
        url=url,
        format=_FORMATS[facts.content],
        size_bytes=found.size_bytes,
        etag=found.version,
        last_modified=found.modified_at,
        accepts_ranges=True,
        probed_at=found.modified_at,
    )


def find_adopted(lake: Lake, probe: SourceProbe, key: str, force: bool) -> Provenance | None:
    """What the month holds already, where that may settle the matter; `key` is the object's.

    The object may lie in the month's own place: it is replaced by what it is conformed to, then.

    Raises:
        ContractViolation: the month came from elsewhere.
    """
    target = data_key(probe.dataset, probe.month)
    if force or key == target:
        return None
    previous = find_provenance(lake, target)
    if previous is not None and previous.source_url != probe.url:
        raise ContractViolation(
            f"{probe.dataset} {probe.month} was fed by {previous.source} ({previous.source_url}), "
            f"not by {probe.url}.",
            "Use --force to replace it; the two may differ in rows.",
        )
    return previous


@contextmanager
def open_object_stream(lake: Lake, key: str, maximum_bytes: float) -> Iterator[SourceStream]:
    """The object's bytes in order, counted and hashed."""
    with lake.open_reader(key) as reader:
        yield SourceStream(lake.url_of(key), reader, maximum_bytes)
