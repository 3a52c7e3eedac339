"""What a source says about a month's file before it is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from lakeside.month import Month


class SourceName(StrEnum):
    """The sources a month can come from. `auto` is resolved before anything is fetched."""

    AUTO = "auto"
    DATATALKSCLUB = "datatalksclub"
    TLC = "tlc"
    ARCHIVE = "archive"
    SAMPLE = "sample"
    LAKE = "lake"  # an object of the lake that somebody else wrote; see `lakeside adopt`


FileFormat = Literal["csv", "csv.gz", "parquet", "sample"]


@dataclass(frozen=True, slots=True)
class SourceProbe:
    """The answer to a HEAD request (or a stat of a local file).

    `size_bytes`, `etag` and `last_modified` are None where the source does not say. `url` is for people and
    for provenance; `secret_url` is what is asked, where that has a password or signed parameters, else empty.
    """

    dataset: str
    month: Month
    source: SourceName
    url: str
    format: FileFormat
    size_bytes: int | None
    etag: str | None
    last_modified: datetime | None
    accepts_ranges: bool
    probed_at: datetime
    secret_url: str = field(default="", repr=False, compare=False)

    @property
    def address(self) -> str:
        """What is asked for the file; never to be shown."""
        return self.secret_url or self.url
