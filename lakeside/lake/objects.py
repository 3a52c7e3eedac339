"""What the lake answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from lakeside.lake.provenance import Provenance
from lakeside.month import Month


@dataclass(frozen=True, slots=True)
class LakeObject:
    """One object of the lake as a listing shows it.

    `version` changes whenever the content does: the generation on GCS, mtime and size on a folder.
    `dataset` and `month` are set when the key follows the layout.
    """

    key: str
    size_bytes: int
    modified_at: datetime
    version: str
    dataset: str | None = None
    month: Month | None = None


@dataclass(frozen=True, slots=True)
class ObjectListing:
    """A bounded listing, sorted by key. `truncated` says that the limit was met."""

    objects: Sequence[LakeObject]
    truncated: bool
    listed_at: datetime


@dataclass(frozen=True, slots=True)
class Footer:
    """What a parquet footer says, read with a bounded range. `provenance` is None on foreign files."""

    rows: int
    row_groups: int
    schema: pa.Schema
    provenance: Provenance | None
    created_by: str
    uncompressed_bytes: int


@dataclass(frozen=True, slots=True)
class Preview:
    """One page of rows and what it cost to read.

    `rows` holds at most the limit; `total_rows` is the footer's count; `bytes_read` counts compressed
    column chunks of the row groups in `row_groups_read`; `truncated` says that rows follow.
    """

    rows: pa.Table
    total_rows: int
    offset: int
    bytes_read: int
    row_groups_read: tuple[int, ...]
    truncated: bool
