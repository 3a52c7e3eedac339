"""What the lake answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from lakeside.lake.provenance import Provenance
from lakeside.month import Month


@dataclass(frozen=True, slots=True)
class LakeObject:
    """One object of the lake as a listing shows it.

    `version` changes whenever the content does: the generation on GCS; mtime, size and inode on a folder.
    `dataset` and `month` are set when the key follows the layout. `metadata` is the provenance mirrored
    in the object's custom metadata (GCS only, names start with `lakeside-`), empty elsewhere.
    `replaced_at` is when it stopped being the object, by being replaced or removed; None for what is live.
    """

    key: str
    size_bytes: int
    modified_at: datetime
    version: str
    dataset: str | None = None
    month: Month | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)
    replaced_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether this is what readers of the key get, as far as was known when it was listed."""
        return self.replaced_at is None


@dataclass(frozen=True, slots=True)
class ObjectListing:
    """A bounded listing, sorted by key. `truncated` says that the limit was met."""

    objects: Sequence[LakeObject]
    truncated: bool
    listed_at: datetime


@dataclass(frozen=True, slots=True)
class VersionListing:
    """What a key is and was: the live object first, if there is one, then earlier ones, newest first.

    `truncated` says that the limit was met: there are older ones.
    """

    key: str
    versions: Sequence[LakeObject]
    truncated: bool

    @property
    def live(self) -> LakeObject | None:
        """The live object; None when it was removed."""
        return next((one for one in self.versions if one.is_live), None)

    @property
    def earlier(self) -> Sequence[LakeObject]:
        """All but the live one, newest first."""
        return [one for one in self.versions if not one.is_live]


@dataclass(frozen=True, slots=True)
class Footer:
    """What a parquet footer says, read with a bounded range.

    `provenance` is None on foreign files (`provenance_fault` is None then too) and on files whose
    provenance cannot be read; `provenance_fault` then names the field and what is wrong with it.
    """

    rows: int
    row_groups: int
    schema: pa.Schema
    provenance: Provenance | None
    created_by: str
    uncompressed_bytes: int
    provenance_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """One page of rows and what it cost to read.

    `rows` holds at most the limit; `total_rows` is the footer's count; `bytes_read` counts what was
    really fetched, footer included; `row_groups_read` are the groups the page lies in; `truncated` says
    that rows follow; `bytes_limited` that there are fewer than asked for because the limit of bytes was met.

    With a condition, `offset` counts rows that match it, `rows_examined` is how many rows were looked at,
    `row_groups_skipped` how many groups the statistics ruled out, `rows_matching` how many match in all
    where everything was looked at (else None), `seconds_limited` that the limit of seconds was met.
    `truncated` then says that more rows match, or that not all could be looked at.

    `row_numbers` are the rows' places in the object, counted from 0. `columns_left_out` were wanted too,
    but reading them up to these rows would have cost more bytes than are allowed.
    `statistics_doubted` are columns of the condition whose statistics in the footer, a stranger's, were
    not used to leave row groups out, and why.
    """

    rows: pa.Table
    total_rows: int
    offset: int
    bytes_read: int
    row_groups_read: tuple[int, ...]
    truncated: bool
    bytes_limited: bool = False
    seconds_limited: bool = False
    rows_examined: int | None = None
    rows_matching: int | None = None
    row_groups_skipped: int = 0
    row_numbers: Sequence[int] = ()
    columns_left_out: Sequence[str] = ()
    statistics_doubted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """Which rows and columns of an object: `columns` None are all of them, `where` a condition in text.

    With a condition or an order, `offset` counts the rows that match, in that order; `sort` is a column.
    """

    columns: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 100
    where: str | None = None
    sort: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What will be read for a page of rows, told from the footer before anything is.

    `row_groups` can hold the rows; the others are ruled out by the page's place or by the condition and
    the footer's statistics. `first_columns` (of the condition and the order) are read first, at most
    `first_bytes`; then the columns of the page, only where rows match: about `page_bytes`, at most
    `page_bytes_at_most`. `columns_left_out` cost more than `bytes_limit` allows. `farthest_row` is
    about how far that many bytes reach, where they do not reach the page.
    """

    columns: Sequence[str]
    row_groups: Sequence[int]
    total_row_groups: int
    total_rows: int
    group_rows: int
    first_columns: Sequence[str]
    first_bytes: int
    page_bytes: int
    page_bytes_at_most: int
    bytes_limit: int
    columns_left_out: Sequence[str] = ()
    farthest_row: int | None = None


class Format(StrEnum):
    """What a file of chosen rows is."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Export:
    """A file of chosen rows; `limit` is what ended it early: `rows`, `bytes` or `seconds`, else None."""

    content: bytes
    rows: int
    limit: str | None
