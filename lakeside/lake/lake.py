"""The lake: objects under keys, in a folder or a bucket, seen through one class."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakeside.apart.pool import ReaderPool
from lakeside.errors import LakesideError, LimitExceeded
from lakeside.google_access import GoogleAccess
from lakeside.lake import listing, preview, reading, upkeep, versions, writing
from lakeside.lake.apart import Place, choose_readers, read_apart
from lakeside.lake.change_mark import ChangeMark
from lakeside.lake.errors import translated
from lakeside.lake.footers import FooterReader
from lakeside.lake.head import SHOWN_BYTES, Head, describe_head
from lakeside.lake.objects import (
    Footer,
    LakeObject,
    ObjectListing,
    Preview,
    ReadPlan,
    RowsWanted,
    VersionListing,
)
from lakeside.lake.paging import Page
from lakeside.lake.storage import Kind, Location, Storage
from lakeside.lake.version_file import read_range
from lakeside.settings import LimitSettings, RetentionSettings, Settings

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

    from lakeside.lake.column_figures import ObjectFigures
    from lakeside.lake.find import RowCounts
    from lakeside.lake.layout_facts import ObjectLayout
    from lakeside.lake.objects import Export, Format
    from lakeside.lake.prune import PrunePlan, Surplus
    from lakeside.lake.retention import Retention
    from lakeside.lake.schema_facts import ObjectSchema


class Lake:
    """A folder, file://, gs://bucket/prefix or (for tests) memory://name. Opens nothing until it is used.

    Threads may share one lake. Every method raises, besides what it names: SettingsError for a key that
    is not valid, AccessDenied, and BackendUnavailable when the place does not answer in bounded time.
    """

    def __init__(
        self,
        storage: Storage,
        limits: LimitSettings,
        kept: RetentionSettings,
        pool: ReaderPool | None = None,
    ) -> None:
        self.url = storage.location.url
        self.place = Place(storage.location.url, storage.access.emulator_host, limits, kept, storage.bounds)
        self.access = storage.access
        self.readers = choose_readers(pool, storage)
        self._limits = limits
        self._kept = kept
        self._storage = storage
        self._footers = FooterReader(self._storage, self.readers, int(limits.footer_megabytes * 1e6))

    @classmethod
    def open(cls, settings: Settings, pool: ReaderPool | None = None, credentials: Any = None) -> Lake:
        """The lake the settings name; with a pool, objects are parsed in its processes.

        `credentials` are google-auth's; without, Application Default Credentials (gs only).

        Raises:
            SettingsError: the URL is not one a lake can have.
        """
        location = Location.parse(settings.lake_location)
        mark = ChangeMark(settings.home_folder / "lake-changed")
        access = GoogleAccess(settings.storage_emulator_host, credentials)
        storage = Storage(location, access, settings.retention, mark, settings.bucket)
        return cls(storage, settings.limits, settings.retention, pool)

    def url_of(self, key: str) -> str:
        """Absolute path or gs:// URL of a key, for people and provenance."""
        return self._storage.url_of(key)

    def find_local_path(self, key: str) -> Path | None:
        """The object's file, when the lake is a folder (the file need not exist)."""
        path = self._storage.path_of(key)
        return Path(path) if self._storage.kind is Kind.FOLDER else None

    def find_gs_uri(self, key: str) -> str | None:
        """The object's gs:// URI, when the lake is in a bucket."""
        url = self._storage.url_of(key)
        return url if self._storage.kind is Kind.GS else None

    def list_objects(self, prefix: str = "", limit: int | None = None) -> ObjectListing:
        """Objects whose key starts with `prefix`, sorted by key; never temporary names, never cached.

        At most `limit` and at most `limits.listed_objects`. A folder that does not exist is an empty lake.
        """
        bound = self._limits.listed_objects
        return listing.list_objects(self._storage, prefix, bound if limit is None else min(limit, bound))

    def read_change_mark(self) -> str:
        """A word that changes with every write of Lakeside to a lake of this home, by whatever process.

        Reading it costs microseconds: whoever keeps a listing keeps it under this word.
        """
        return self._storage.mark.read()

    def find_object(self, key: str) -> LakeObject | None:
        """One object, or None."""
        return listing.find_object(self._storage, key)

    def get_object(self, key: str) -> LakeObject:
        """One object; NotFound when it is not there."""
        return listing.get_object(self._storage, key)

    def open_writer(self, key: str) -> AbstractContextManager[writing.ObjectWriter]:
        """Write an object, new or in place of another.

        It appears whole when the block is left cleanly, and not at all when it is left by an exception
        or the process dies: what was there before stays, and readers see one or the other. A folder keeps
        what is replaced as an earlier version.
        """
        return writing.open_writer(self._storage, key)

    def open_reader(self, key: str) -> AbstractContextManager[reading.ObjectReader]:
        """Read an object as a seekable binary file; NotFound when it is not there."""
        return reading.open_reader(self._storage, key)

    def remove_object(self, key: str) -> None:
        """Remove one object; NotFound when it is not there. A folder keeps it as an earlier version."""
        upkeep.remove_object(self._storage, key)

    def set_metadata(self, key: str, metadata: Mapping[str, str]) -> None:
        """Add custom metadata to an object on GCS, NotFound when it is not there; nothing elsewhere."""
        upkeep.set_metadata(self._storage, key, metadata)

    def read_footer(self, key: str) -> Footer:
        """What the parquet footer says, by one or two short ranges, remembered by version.

        Raises:
            NotFound: there is no such object.
            BadFile: it has no footer that can be read.
        """
        return self._footers.read(key)

    def list_versions(self, key: str, limit: int = 100) -> VersionListing:
        """The live object and earlier versions, newest first; nothing where there never was one."""
        return versions.list_versions(self._storage, key, limit)

    def restore_version(self, version: LakeObject, replacing: LakeObject | None) -> LakeObject:
        """Make a copy of an earlier version the live object, if `replacing` (None: nothing) is that now.

        Nothing is removed: what was live is kept as a version, the restored one too.

        Raises:
            PlanMoved: something else is live; nothing was changed.
            NotFound: the version is not kept any more.
        """
        return versions.restore_version(self._storage, version, replacing.version if replacing else "")

    def read_retention(self) -> Retention:
        """For how long earlier versions and rows set aside are kept; asks a bucket for its settings."""
        from lakeside.lake.retention import read_retention

        return read_retention(self._storage, self._kept)

    def plan_prune(self) -> PrunePlan:
        """What is kept longer than the settings say; at most `limits.listed_objects`. Removes nothing."""
        from lakeside.lake.prune import plan_prune

        return plan_prune(self._storage, self._kept, datetime.now(UTC), self._limits.listed_objects)

    def prune(self, plan: PrunePlan) -> list[Surplus]:
        """Remove for good what was planned, where it is still there; what was removed."""
        from lakeside.lake.prune import prune

        return prune(self._storage, plan)

    def read_found_footer(self, found: LakeObject) -> Footer:
        """As `read_footer`, of an object or an earlier version of one."""
        return self._footers.read_found(found)

    def read_found_figures(self, found: LakeObject) -> ObjectFigures:
        """As `read_figures`, of an object or an earlier version of one."""
        figures: ObjectFigures = self._footers.parse(found, "lakeside.lake.column_figures:parse_figures")
        return figures

    def read_layout(self, found: LakeObject) -> ObjectLayout:
        """Row groups, chunks, codecs, statistics and indexes by the footer; bounded for any object.

        Raises:
            NotFound: the version is not there any more.
            BadFile: it has no footer that can be read.
        """
        job = "lakeside.lake.layout_facts:parse_layout"
        layout: ObjectLayout = self._footers.parse(found, job, found.size_bytes)
        return layout

    def read_schema(self, found: LakeObject) -> ObjectSchema:
        """Leaf types and key-value pairs as the file has them; raises as `read_layout`."""
        schema: ObjectSchema = self._footers.parse(found, "lakeside.lake.schema_facts:parse_schema")
        return schema

    def read_footers(self, objects: Sequence[LakeObject]) -> dict[str, Footer | LakesideError]:
        """The footers of listed objects, several at once; by key, an error where one cannot be read."""
        return self._footers.read_many(objects)

    def read_present(self, objects: Sequence[LakeObject]) -> list[tuple[LakeObject, Footer | LakesideError]]:
        """Listed objects as they are now, each with the footer of that very version, or why it has none.

        One that was replaced since it was listed is given as what replaced it; one that is gone is left out.
        """
        return self._footers.read_present(objects)

    def count_rows(self, objects: Sequence[LakeObject]) -> RowCounts:
        """Rows of listed objects by their footers, within `limits.counted_footers` and `counting_seconds`."""
        from lakeside.lake.find import count_rows

        bounds = self._limits
        return count_rows(self, objects, bounds.counted_footers, bounds.counting_seconds)

    def name_contents(self, objects: Sequence[LakeObject]) -> dict[str, str | LakesideError]:
        """What listed objects are by their first bytes (`parquet`, `gzip`, `csv`, `empty`, ...), by key."""
        return reading.name_contents(self._storage, objects)

    def read_head(self, key: str) -> Head:
        """The first bytes of an object, at most 2,048; NotFound when it is not there."""
        found = self.get_object(key)
        first = read_range(self._storage, found, 0, min(SHOWN_BYTES, found.size_bytes))
        return describe_head(first, found.size_bytes)

    def preview_object(
        self,
        key: str,
        columns: Sequence[str] | None = None,
        offset: int = 0,
        limit: int = 100,
        where: str | None = None,
    ) -> Preview:
        """`limit` rows from row `offset` on, of some columns or all; see `preview_rows`."""
        chosen = tuple(columns) if columns else None
        return self.preview_rows(key, RowsWanted(chosen, offset, limit, where))

    @read_apart
    def preview_rows(self, key: str, wanted: RowsWanted) -> Preview:
        """A page of rows, at most `limits.preview_rows` of them.

        `where` is a condition as `lakeside.lake.where.parse` describes it; row groups whose statistics
        rule it out are not read, and the search ends at the limits of bytes and seconds. Columns whose
        rows lie deeper than `limits.preview_megabytes` reach are left out and named.

        Raises:
            NotFound: no such object, or no such column.
            BadFile: it is not parquet, or it is cut.
            QueryRejected: `where` or `sort` cannot be read, or asks for what the columns do not have.
            LimitExceeded: without a condition, not even one row within `limits.preview_megabytes`; sorted,
                deeper than `limits.sorted_rows`, more than `limits.sorted_megabytes` to read, or too slow.
        """
        return preview.preview_object(self._storage, key, self._bound(wanted))

    @read_apart
    def plan_rows(self, key: str, wanted: RowsWanted) -> ReadPlan:
        """What `preview_rows` will read, told from the footer; raises the same, without reading a row."""
        from lakeside.lake.read_plan import plan_page

        return plan_page(self._storage, key, self._bound(wanted))

    @read_apart
    def export_rows(self, key: str, wanted: RowsWanted, kind: Format) -> Export:
        """The rows that `wanted` chooses by condition and columns, in the object's order, as a file.

        Within `limits.download_rows`, `download_megabytes` and `download_seconds`; the answer says which
        of them ended it early. Its place, limit and order of rows do not count.

        Raises: as `preview_rows`.
        """
        from lakeside.lake.export import ExportLimits, export_rows

        bounds = self._limits
        size_bytes = int(bounds.download_megabytes * 1e6)
        limits = ExportLimits(bounds.download_rows, size_bytes, bounds.download_seconds)
        return export_rows(self._storage, key, wanted, kind, limits)

    def read_whole(self, key: str) -> bytes:
        """All bytes of an object of at most `limits.download_megabytes`.

        Raises:
            NotFound: there is no such object.
            LimitExceeded: it is larger.
        """
        found, maximum = self.get_object(key), int(self._limits.download_megabytes * 1e6)
        if found.size_bytes > maximum:
            raise LimitExceeded(
                f"{self.url_of(key)} has {found.size_bytes:,} bytes, more than {maximum:,}.",
                "Copy it by its path or URL, or raise LAKESIDE_LIMITS__DOWNLOAD_MEGABYTES.",
                limit="limits.download_megabytes",
            )
        with self.open_reader(key) as reader:
            return reader.read(maximum)

    def _bound(self, wanted: RowsWanted) -> Page:
        bounds = self._limits
        return Page(
            columns=wanted.columns,
            offset=wanted.offset,
            limit=min(wanted.limit, bounds.preview_rows),
            maximum_bytes=int(bounds.preview_megabytes * 1e6),
            where=wanted.where,
            maximum_seconds=bounds.preview_seconds,
            sort=wanted.sort or None,
            descending=wanted.descending,
            sorted_bytes=int(bounds.sorted_megabytes * 1e6),
            sorted_rows=bounds.sorted_rows,
        )

    def open_dataset(self, keys: Sequence[str], schema: pa.Schema) -> ds.Dataset:
        """Some objects as one Arrow dataset of that schema; a column an object lacks is null.

        Reading it raises what Arrow raises: this is for engines, which bound and translate it.
        """
        from lakeside.lake.scan import open_dataset

        return open_dataset(self._storage, keys, schema)

    @read_apart
    def read_figures(self, key: str) -> ObjectFigures:
        """What the footer says of each column: bytes, nulls, least and greatest value.

        Raises:
            NotFound: there is no such object.
            BadFile: it has no footer that can be read.
        """
        from lakeside.lake.column_figures import read_figures

        return read_figures(self._storage, key)

    def open_column(self, key: str, field: pa.Field, groups: Sequence[int]) -> ds.Dataset:
        """One column of some row groups, for engines; reading it raises what Arrow raises."""
        from lakeside.lake.scan import open_column

        return open_column(self._storage, key, field, groups)

    def open_groups(self, groups: Mapping[str, Sequence[int]], schema: pa.Schema) -> ds.Dataset:
        """These columns of some row groups (numbers by key) of several objects, for engines."""
        from lakeside.lake.scan import open_groups

        return open_groups(self._storage, groups, schema)

    def sweep_temporary(self, older_than_seconds: float = 86_400) -> int:
        """Remove what dead writers left in the whole folder; how many files. A bucket forgets by itself.

        Nobody needs to call it for a folder that is written to: each write tidies its own folder.
        """
        return upkeep.sweep_temporary(self._storage, older_than_seconds)

    def check_ready(self) -> Mapping[str, Any]:
        """One cheap real look: {url, kind, exists, writable, elapsed_seconds}; writable None is not known.

        Raises:
            NotFound: the bucket does not exist.
            SettingsError: the lake's folder is a file.
        """
        started = time.monotonic()
        with translated(self.url):
            exists, writable = upkeep.probe(self._storage)
        return {
            "url": self.url,
            "kind": self._storage.kind.value,
            "exists": exists,
            "writable": writable,
            "elapsed_seconds": time.monotonic() - started,
        }
