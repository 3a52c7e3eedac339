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
    if fed_by is SourceName.LAKE:
        raise ContractViolation(
            f"{provenance.dataset} {provenance.month} was adopted from {provenance.source_url}, "
            f"not fed by {chosen}.",
            "Use --force to replace it; the two may differ in rows.",
        )
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
    """Whether source, contract and policy are as they were when the month was written.

    A source that says neither ETag nor date cannot prove that it is unchanged.
    """
    return find_change(provenance, probe, dataset, policy) is None and is_validated(probe)


def is_validated(probe: SourceProbe) -> bool:
    """Whether the probe can prove that a file is the same (the sample always is)."""
    return probe.source is SourceName.SAMPLE or probe.etag is not None or probe.last_modified is not None


def find_change(
    provenance: Provenance, probe: SourceProbe, dataset: Dataset, policy: ColumnPolicy
) -> str | None:
    """What changed since the month was written, as a sentence; None where nothing did."""
    if provenance.contract_version != dataset.version:
        return (
            f"The contract changed: written under version {provenance.contract_version}, "
            f"today's is {dataset.version}."
        )
    if provenance.source_url != probe.url:
        return f"The source's address changed: it was {provenance.source_url}."
    if policy == "evolve" and provenance.columns_discarded:
        return f"Columns were dropped that are kept now: {', '.join(provenance.columns_discarded)}."
    if policy != "evolve" and provenance.columns_added:
        return f"Columns were kept that the policy {policy} refuses: {', '.join(provenance.columns_added)}."
    if probe.source is SourceName.SAMPLE:
        return None
    return _find_source_change(provenance, probe)


def _find_source_change(provenance: Provenance, probe: SourceProbe) -> str | None:
    """What the source says differently; what it does not say now cannot differ."""
    size, before = probe.size_bytes, provenance.source_bytes
    if size is not None and size != before:
        return f"The source's file changed: {size:,} bytes, it had {before:,}."
    if probe.etag is not None and probe.etag != provenance.source_etag:
        return f"The source's file changed: its ETag is {probe.etag}, it was {provenance.source_etag}."
    if probe.last_modified is not None and probe.last_modified != provenance.source_last_modified:
        return f"The source's file changed: it is dated {probe.last_modified:%Y-%m-%d %H:%M} UTC."
    return None


def policy_of(dataset: Dataset, chosen: Mapping[str, ColumnPolicy]) -> ColumnPolicy:
    """The settings' policy for columns outside the contract, else the dataset's own."""
    return chosen.get(dataset.name, dataset.policy)
