"""Bringing an earlier version of an object back: what would happen, and doing exactly that.

An object of a month has a table it was loaded into; what restoring makes of the month is told before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lakeside.coverage import CoverageState, Found, cover_months
from lakeside.datasets import list_datasets
from lakeside.errors import BadFile, LakesideError, SettingsError
from lakeside.lake.objects import Footer, LakeObject, VersionListing
from lakeside.lake.versions import get_version
from lakeside.month import Month
from lakeside.people import Act, changing
from lakeside.services import Services

_LISTED_VERSIONS = 1_000


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What restoring does: a copy of `version` takes the place of `live` (None: there is no object).

    `rows` and `live_rows` are the footers' counts, None where they cannot be read. `coverage` is what the
    month will be then, with the reason; None for objects that are no month's and where it cannot be told.
    """

    version: LakeObject
    live: LakeObject | None
    rows: int | None
    live_rows: int | None
    same_content: bool
    coverage: CoverageState | None
    reason: str

    @property
    def key(self) -> str:
        """The object's key."""
        return self.version.key

    def as_recorded(self) -> dict[str, str | None]:
        """What the audit log keeps of it."""
        live = self.live.version if self.live else None
        return {"key": self.key, "version": self.version.version, "replacing": live}


def plan_restore(services: Services, key: str, name: str) -> RestorePlan:
    """What restoring a version (by name, beginning or place) would do; nothing is changed.

    Raises:
        NotFound: there is no such version.
        SettingsError: it is the live one, or several begin with that name.
    """
    lake = services.lake
    listing: VersionListing = lake.list_versions(key, _LISTED_VERSIONS)
    version = get_version(listing, name)
    if version.is_live:
        raise SettingsError(
            f"{key}: version {version.version} is the live one already.", "Name an earlier one."
        )
    footer, live_footer = _find_footer(services, version), _find_footer(services, listing.live)
    one, two = (f.provenance if f else None for f in (footer, live_footer))
    coverage, reason = _foresee(services, version, footer)
    return RestorePlan(
        version=version,
        live=listing.live,
        rows=footer.rows if footer else None,
        live_rows=live_footer.rows if live_footer else None,
        same_content=bool(one and two and one.content_id == two.content_id),
        coverage=coverage,
        reason=reason,
    )


@changing(Act.RESTORE_VERSION)
def restore(services: Services, plan: RestorePlan) -> LakeObject:
    """Do what was planned, and nothing else; the new live object.

    Raises:
        PlanMoved: the object was written or removed since; nothing was changed.
        NotFound: the version is not kept any more.
    """
    return services.lake.restore_version(plan.version, plan.live)


def _find_footer(services: Services, found: LakeObject | None) -> Footer | None:
    try:
        return services.lake.read_found_footer(found) if found else None
    except BadFile:
        return None


def _foresee(
    services: Services, version: LakeObject, footer: Footer | None
) -> tuple[CoverageState | None, str]:
    """State and reason of the month when the version is live; the warehouse is asked, not required."""
    dataset = next((d for d in list_datasets() if d.name == version.dataset), None)
    if dataset is None or version.month is None:
        return None, ""
    if footer is None:
        return CoverageState.BROKEN, "The version has no footer that can be read."
    try:
        rows, publications = services.warehouse.look_at_months()
    except LakesideError as error:
        return None, f"The warehouse does not answer: {error.message}"
    place = (dataset.name, version.month)
    found = Found({place: version}, {version.key: footer}, rows, publications)
    today = Month.of(datetime.now(UTC).date())
    month = cover_months(dataset, [version.month], found, today)[0]
    return month.state, month.reason
