"""An object's versions with what their footers say, and for how long they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lakeside.errors import LakesideError, NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.retention import Retention

_FOOTERS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version and its footer; `fault` says why there is none."""

    object: LakeObject
    footer: Footer | None = None
    fault: str | None = None

    @property
    def source(self) -> str | None:
        """Which source it was made from; None where nothing says so."""
        return self.footer.provenance.source if self.footer and self.footer.provenance else None

    @property
    def content_id(self) -> str | None:
        """Equal content, equal id; None on what Lakeside did not write."""
        return self.footer.provenance.content_id if self.footer and self.footer.provenance else None

    @property
    def run_id(self) -> str | None:
        """The flow run that wrote it."""
        return self.footer.provenance.run_id if self.footer and self.footer.provenance else None


@dataclass(frozen=True, slots=True)
class VersionHistory:
    """The live object first, then the earlier versions, newest first; `truncated`: there are older ones."""

    key: str
    versions: Sequence[VersionFacts]
    truncated: bool
    retention: Retention


def describe_versions(lake: Lake, key: str, limit: int = 100) -> VersionHistory:
    """The newest `limit` versions of a key; each footer costs one or two short ranges, then none.

    Raises:
        NotFound: there is no such object and never was one that is kept.
    """
    listing = lake.list_versions(key, limit)
    if not listing.versions:
        raise NotFound(
            f"{lake.url_of(key)} does not exist, and no earlier version of it is kept.",
            "`lakeside ls` shows what is there.",
        )
    with ThreadPoolExecutor(_FOOTERS_AT_ONCE, thread_name_prefix="versions") as pool:
        versions = list(pool.map(lambda one: _describe(lake, one), listing.versions))
    return VersionHistory(key, versions, listing.truncated, lake.read_retention())


def _describe(lake: Lake, found: LakeObject) -> VersionFacts:
    try:
        return VersionFacts(found, lake.read_found_footer(found))
    except LakesideError as error:
        return VersionFacts(found, fault=error.message)
