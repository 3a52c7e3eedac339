"""For how long earlier versions and rows set aside are kept, in settings and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lakeside.lake.storage import Kind, Storage
from lakeside.settings import RetentionSettings

_SHOWN_RULES = 5


@dataclass(frozen=True, slots=True)
class Retention:
    """Who keeps earlier versions (`folder`, `bucket` or `nobody`) and for how long.

    `versions` and `version_days` hold for a folder (None: no bound by age). `bucket_versioning` is None
    where it is not a bucket or we may not look. `sentences` say all of it for people.
    """

    kept_by: str
    versions: int | None
    version_days: float | None
    quarantine_days: float | None
    bucket_versioning: bool | None
    sentences: Sequence[str]


def read_retention(storage: Storage, settings: RetentionSettings) -> Retention:
    """See `Lake.read_retention`."""
    days = settings.quarantine_days
    quarantine = (
        f"Rows set aside are kept for {days:g} days." if days else "Rows set aside are kept for good."
    )
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs_versions import read_bucket

        bucket = read_bucket(storage.filesystem, storage.location.root.partition("/")[0])
        versioning = None if bucket is None else bool((bucket.get("versioning") or {}).get("enabled"))
        sentences = [*_tell_bucket(bucket, versioning), quarantine]
        return Retention("bucket", None, None, days, versioning, sentences)
    if storage.kind is Kind.MEMORY or not settings.versions:
        words = "No earlier versions are kept (LAKESIDE_RETENTION__VERSIONS is 0)."
        return Retention("nobody", 0, settings.version_days, days, None, [words, quarantine])
    sentences = [*_tell_folder(settings), quarantine]
    return Retention("folder", settings.versions, settings.version_days, days, None, sentences)


def _tell_folder(settings: RetentionSettings) -> Iterator[str]:
    yield (
        f"The newest {settings.versions} earlier versions of each object are kept in .versions; "
        "the next write to an object removes what is beyond."
    )
    if settings.version_days:
        days = f"{settings.version_days:g} days"
        yield f"`lakeside prune` also removes those that were replaced more than {days} ago."


def _tell_bucket(bucket: Mapping[str, Any] | None, versioning: bool | None) -> Iterator[str]:
    if bucket is None:
        yield "Whether the bucket keeps earlier versions is not known: we may not read its settings."
        return
    if not versioning:
        yield "The bucket does not keep earlier versions: Object Versioning is off."
    else:
        yield "The bucket keeps earlier versions: Object Versioning is on."
        rules = [_tell_rule(rule) for rule in (bucket.get("lifecycle") or {}).get("rule", [])]
        told = [words for words in rules if words]
        yield from told[:_SHOWN_RULES] or ["No lifecycle rule removes them: they are kept for good."]
    seconds = int((bucket.get("softDeletePolicy") or {}).get("retentionDurationSeconds") or 0)
    if seconds:
        yield f"What is deleted can be undeleted by the bucket's owner for {seconds / 86_400:g} days."


def _tell_rule(rule: Mapping[str, Any]) -> str | None:
    """A lifecycle rule that deletes, in words; None for one that does not."""
    if (rule.get("action") or {}).get("type") != "Delete":
        return None
    condition = rule.get("condition") or {}
    if condition.get("isLive") is True:
        return None
    parts = [
        f"{name} {value}" for name, value in condition.items() if isinstance(value, str | int | float | list)
    ]
    return f"A lifecycle rule deletes versions with {', '.join(parts) or 'any age'}."
