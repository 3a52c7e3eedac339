"""What is in the lake already for a month, and whether that settles the matter."""

from __future__ import annotations

from collections.abc import Mapping

from lakeside.datasets.contract import ColumnPolicy, Dataset
from lakeside.errors import BadFile, ContractViolation, NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import Provenance
from lakeside.sources.probe import SourceName, SourceProbe


def find_provenance(lake: Lake, key: str) -> Provenance | None:
    """What the month's object says about itself; None when there is none or it cannot be read.

    Raises:
        ContractViolation: the object was not written by Lakeside.
    """
    try:
        footer = lake.read_footer(key)
    except (NotFound, BadFile):
        return None
    if footer.provenance is None:
        raise ContractViolation(
            f"{lake.url_of(key)} was not written by Lakeside and is not replaced by itself.",
            "Use --force to replace it.",
        )
    return footer.provenance


def settle_source(provenance: Provenance, wanted: SourceName, chosen: SourceName) -> SourceName:
    """The source to compare with: with `auto` the one that fed the month, else the wanted one.

    Raises:
        ContractViolation: another source fed the month, or the sample did and a real one is wanted.
    """
    fed_by = SourceName(provenance.source)
    if wanted is SourceName.AUTO and not provenance.synthetic:
        return fed_by
    if fed_by is not chosen:
        raise ContractViolation(
            f"{provenance.dataset} {provenance.month} was fed by {fed_by} ({provenance.source_url}), "
            f"not by {chosen}.",
            "Use --force to replace it; the two may differ in rows.",
        )
    return chosen


def is_unchanged(provenance: Provenance, probe: SourceProbe, dataset: Dataset, policy: ColumnPolicy) -> bool:
    """Whether source, contract and policy are as they were when the month was written."""
    if provenance.contract_version != dataset.version or provenance.source_url != probe.url:
        return False
    if policy == "evolve" and provenance.columns_discarded:
        return False
    if policy != "evolve" and provenance.columns_added:
        return False
    if probe.source is SourceName.SAMPLE:
        return True
    said = (
        (probe.etag, provenance.source_etag),
        (probe.size_bytes, provenance.source_bytes),
        (probe.last_modified, provenance.source_last_modified),
    )
    known = [(now, then) for now, then in said if now is not None]
    validated = probe.etag is not None or probe.last_modified is not None
    return validated and all(now == then for now, then in known)


def policy_of(dataset: Dataset, chosen: Mapping[str, ColumnPolicy]) -> ColumnPolicy:
    """The settings' policy for columns outside the contract, else the dataset's own."""
    return chosen.get(dataset.name, dataset.policy)
