"""What every object says about itself, in its own parquet footer.

One JSON document under the footer key `lakeside.provenance`; on GCS the short fields are mirrored
in the object's custom metadata so that a listing shows them without reading the file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from lakeside.datasets.contract import Kind
from lakeside.shown import hide_secrets

FOOTER_KEY = "lakeside.provenance"


# A lake of thousands of objects remembers some twenty of these for each: with slots they take a fifth.
@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStats:
    """Order-free figures of one column, comparable between lake and warehouse.

    `sum` is exact text: integers as they are; money in millionths of a dollar; timestamps as whole
    epoch seconds; dates as epoch days; text as total characters. For `float` it is repr() of a double,
    to be compared to 1e-9 relative. `min`, `max` are text (ISO for times). `distinct` is exact and
    given for text columns only, None above the bound the writer states.
    """

    name: str
    kind: Kind
    count: int = Field(description="values that are not null")
    nulls: int
    sum: str | None = None
    min: str | None = None
    max: str | None = None
    distinct: int | None = None


class Provenance(BaseModel):
    """Where an object came from, what became of its rows, and under which rules it was written."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    month: str
    source: str
    source_url: str
    source_etag: str | None = None
    source_last_modified: datetime | None = None
    source_bytes: int
    source_sha256: str
    synthetic: bool = False
    rows_read: int
    rows_written: int
    rows_rejected: int
    rejected_by_reason: dict[str, int] = {}
    surplus_fields_trimmed: int = 0
    contract_version: int
    columns_added: list[str] = Field(default=[], description="outside the contract and kept")
    columns_discarded: list[str] = Field(default=[], description="outside the contract and dropped")
    columns_missing: list[str] = Field(
        default=[], description="in the contract, not in the source; written as null"
    )
    content_id: str = Field(
        description="sha256 over contract version, row count and column figures: equal content, equal id"
    )
    run_id: str | None = None
    program_version: str
    written_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    columns: list[ColumnStats] = []

    @field_validator("source_url")
    @classmethod
    def _keep_no_secret(cls, url: str) -> str:
        """A footer outlives the password or the signature its source was fetched with."""
        return hide_secrets(url)

    def footer(self) -> dict[bytes, bytes]:
        """The footer's key-value pair."""
        return {FOOTER_KEY.encode(): self.model_dump_json().encode()}

    def object_metadata(self) -> dict[str, str]:
        """The short fields, for the object's custom metadata on GCS."""
        names = (
            "dataset",
            "month",
            "source",
            "source_url",
            "source_etag",
            "source_sha256",
            "rows_written",
            "contract_version",
            "content_id",
            "run_id",
            "program_version",
        )
        values: dict[str, Any] = {n: getattr(self, n) for n in names}
        return {f"lakeside-{n.replace('_', '-')}": str(v) for n, v in values.items() if v is not None}

    @property
    def is_consistent(self) -> bool:
        """Rows read = written + rejected."""
        return self.rows_read == self.rows_written + self.rows_rejected
