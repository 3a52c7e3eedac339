"""What a dataset's contract is made of: columns, requirements and where its months exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import pyarrow as pa

from lakeside.errors import ContractViolation
from lakeside.month import Month

ColumnPolicy = Literal["evolve", "freeze", "discard"]

SOURCE_MONTH = "source_month"
SOURCE_ROW = "source_row"


class Kind(StrEnum):
    """What a column holds; it decides Arrow type, BigQuery type and how its sum is taken."""

    INTEGER = "integer"  # int64            INT64     sum exact
    MONEY = "money"  # float64 dollars  FLOAT64   sum as decimal in millionths of a dollar, exact
    FLOAT = "float"  # float64          FLOAT64   sum compared to 1e-9 relative
    TEXT = "text"  # string           STRING    "sum" is the total number of characters
    TIMESTAMP = "timestamp"  # timestamp[us], New York wall clock   DATETIME   sum of whole epoch seconds
    DATE = "date"  # date32           DATE      sum of epoch days

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type written to parquet."""
        return _ARROW[self]

    @property
    def bigquery_type(self) -> str:
        """The GoogleSQL type of the table's column."""
        return _BIGQUERY[self]


_ARROW: dict[Kind, pa.DataType] = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.float64(),
    Kind.FLOAT: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.DATE: pa.date32(),
}
_BIGQUERY: dict[Kind, str] = {
    Kind.INTEGER: "INT64",
    Kind.MONEY: "FLOAT64",
    Kind.FLOAT: "FLOAT64",
    Kind.TEXT: "STRING",
    Kind.TIMESTAMP: "DATETIME",
    Kind.DATE: "DATE",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Args:
        name: the name in lake and warehouse (today's TLC name).
        kind: what it holds.
        description: meaning and unit, from the TLC data dictionary.
        aliases: other names it had, compared after trimming blanks and ignoring case.
        codes: old text codes -> today's code, compared after trimming and ignoring case.
        legacy: True where TLC no longer publishes it (kept so that nothing is lost).
        nullable: False where a null is a contract violation (only the two we add).
    """

    name: str
    kind: Kind
    description: str
    aliases: tuple[str, ...] = ()
    codes: Mapping[str, int] = field(default_factory=dict)
    legacy: bool = False
    nullable: bool = True


SOURCE_COLUMNS = (
    Column(
        SOURCE_MONTH,
        Kind.DATE,
        "First day of the month whose file the row came from; trips may be dated outside it.",
        nullable=False,
    ),
    Column(
        SOURCE_ROW, Kind.INTEGER, "Row in the source file, from 0, the header not counted.", nullable=False
    ),
)


_MOST_NAMED = 20  # columns in one message


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset's contract.

    Args:
        name: `yellow`, `green`, …; also the table's name.
        title: for people.
        version: raised by hand whenever columns, codes or rules change what is written; months
            written under another version are stale.
        columns: in the order they are written; the last two are source_month and source_row.
        required: groups of alternative columns; a file that has none of a group is refused.
            (Eras differ: yellow has `PULocationID` or `pickup_longitude`, never neither.)
        first_month: per source, the first month it publishes.
        last_month: per source, the last month where publication has ended; absent: still published.
        foreign: header names that prove a file to be another dataset's; a file that has one is refused.
        pickup_column: what tables are clustered by and what "outside its month" means.
        policy: what happens to a column outside the contract unless settings say otherwise.
        publication_lag_months: how long after a month's end TLC usually publishes it.
    """

    name: str
    title: str
    version: int
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    first_month: Mapping[str, Month]
    last_month: Mapping[str, Month]
    pickup_column: str
    dropoff_column: str | None = None
    cluster_columns: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    policy: ColumnPolicy = "evolve"
    publication_lag_months: int = 2

    def find_column(self, header: str) -> Column | None:
        """The column a source's header name stands for, or None when it is outside the contract."""
        return self.by_header.get(normalise(header))

    @property
    def by_header(self) -> dict[str, Column]:
        """Normalised name or alias -> column."""
        return {normalise(n): c for c in self.columns for n in (c.name, *c.aliases)}

    def check_headers(self, headers: Iterable[str], file: str) -> None:
        """Judge a file by the names of its columns, before anything is read or written.

        Args:
            headers: the names as the file has them.
            file: its name or URL, for the message.

        Raises:
            ContractViolation: a required column is missing, two names stand for one column, or the
                file is another dataset's; the message names the columns.
        """
        known = self.by_header
        names = [c.name if (c := known.get(normalise(h))) else normalise(h) for h in headers]
        foreign = [f for f in self.foreign if normalise(f) in names]
        if foreign:
            raise ContractViolation(
                f"{file} is not a {self.name} file: it has the column {', '.join(foreign)}.",
                "Check the URL template and the dataset's name.",
            )
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            shown = ", ".join(twice[:_MOST_NAMED]) + (", …" if len(twice) > _MOST_NAMED else "")
            raise ContractViolation(f"{file} has more than one column for {shown}.")
        missing = [" or ".join(group) for group in self.required if not set(group) & set(names)]
        if missing:
            raise ContractViolation(
                f"{file} is not a {self.name} file: {len(missing)} of {len(self.required)} required columns "
                f"are missing ({', '.join(missing)}).",
                "Check the URL template, the dataset's name and the file's header line.",
            )

    def arrow_schema(self) -> pa.Schema:
        """The full schema, every optional column included."""
        return pa.schema([pa.field(c.name, c.kind.arrow_type, c.nullable) for c in self.columns])


@dataclass(frozen=True, slots=True)
class Reference:
    """A small table without months, kept whole: one object in the lake, one table in the warehouse.

    Args:
        name: the table's name.
        title: for people.
        version: raised by hand when what is written changes.
        file: the object's name under `reference/`, without its ending.
        columns: in the order they are written.
    """

    name: str
    title: str
    version: int
    file: str
    columns: tuple[Column, ...]

    def arrow_schema(self) -> pa.Schema:
        """The schema the object is written with."""
        return pa.schema([pa.field(c.name, c.kind.arrow_type, c.nullable) for c in self.columns])


def normalise(header: str) -> str:
    """How header names are compared: without surrounding blanks, quotes' remains, or case."""
    return header.strip().strip('\ufeff"').strip().casefold()
