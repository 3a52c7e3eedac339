"""Two versions of an object side by side: columns, rows, ranges and sums, without reading a row.

Where both footers carry Lakeside's own figures, these are compared: they are exact and include sums.
Where one does not, the statistics of parquet footers are compared on both sides; they know nulls and
ranges, and of long texts bounds only. Each column says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lakeside.datasets.contract import Kind
from lakeside.errors import LakesideError
from lakeside.lake.column_figures import ColumnFigures
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.provenance import ColumnStats, Provenance

_FACTS = ("source", "source_url", "source_etag", "source_sha256", "rows_rejected", "contract_version")
_EXACT = ("count", "nulls", "sum", "min", "max", "distinct")


class Basis(StrEnum):
    """What a column's figures are taken from."""

    PROVENANCE = "provenance"  # Lakeside's own figures: exact, with sums
    STATISTICS = "statistics"  # the parquet footer's: nulls and bounds
    NOTHING = "nothing"  # neither: only name and type are compared


class ColumnState(StrEnum):
    """What became of a column from the older version to the newer."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure or fact that differs. None where that side does not say."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """One column in both versions; `renamed_from` when only case or blanks of its name differ.

    `kind` is what its sum is taken of (see `ColumnStats`), where the figures are Lakeside's own.
    """

    name: str
    state: ColumnState
    old_type: str | None
    new_type: str | None
    basis: Basis
    changes: Sequence[Change] = ()
    renamed_from: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """What differs from `old` to `new`.

    `same_content` is by content ids, None where one side has none. `facts` are differing sentences of the
    provenance, `columns` all columns in the newer one's order, then those that are gone. `moved` says
    whether the columns that both have stand in another order.
    """

    old: LakeObject
    new: LakeObject
    old_rows: int
    new_rows: int
    same_content: bool | None
    facts: Sequence[Change]
    columns: Sequence[ColumnDifference]
    moved: bool

    @property
    def is_equal(self) -> bool:
        """Nothing that can be told from the footers differs."""
        same = all(column.state is ColumnState.SAME for column in self.columns)
        return same and self.old_rows == self.new_rows and not self.moved and self.same_content is not False


def compare_versions(lake: Lake, old: LakeObject, new: LakeObject) -> VersionDifference:
    """Compare two versions by their footers.

    Raises:
        NotFound: one of them is not kept any more.
        BadFile: one of them has no footer that can be read.
    """
    before, after = lake.read_found_footer(old), lake.read_found_footer(new)
    one, two = before.provenance, after.provenance
    return VersionDifference(
        old=old,
        new=new,
        old_rows=before.rows,
        new_rows=after.rows,
        same_content=one.content_id == two.content_id if one and two else None,
        facts=list(_compare_facts(one, two)),
        columns=list(_compare_columns(_Side.read(lake, old, before), _Side.read(lake, new, after))),
        moved=_is_moved(before.schema.names, after.schema.names),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """What one version says of its columns, by name. A name that occurs twice has no figures."""

    names: Sequence[str]
    types: Mapping[str, str]
    exact: Mapping[str, ColumnStats]
    statistics: Mapping[str, ColumnFigures]

    @classmethod
    def read(cls, lake: Lake, found: LakeObject, footer: Footer) -> _Side:
        exact = {column.name: column for column in footer.provenance.columns} if footer.provenance else {}
        try:
            figures = {column.name: column for column in lake.read_found_figures(found).columns}
        except LakesideError:  # statistics that cannot be read are none
            figures = {}
        types = {field.name: str(field.type) for field in footer.schema}
        return cls(footer.schema.names, types, exact, figures)


def _compare_facts(old: Provenance | None, new: Provenance | None) -> Iterator[Change]:
    for name in _FACTS:
        one, two = getattr(old, name, None), getattr(new, name, None)
        if one != two:
            yield Change(name, one, two)


def _compare_columns(old: _Side, new: _Side) -> Iterator[ColumnDifference]:
    partners = _find_partners(old.names, new.names)
    for name in dict.fromkeys(new.names):
        before = partners.get(name)
        if before is None:
            yield ColumnDifference(name, ColumnState.ADDED, None, new.types[name], Basis.NOTHING)
        else:
            yield _compare_column(old, before, new, name)
    for name in dict.fromkeys(old.names):
        if name not in partners.values():
            yield ColumnDifference(name, ColumnState.REMOVED, old.types[name], None, Basis.NOTHING)


def _find_partners(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """New name -> old name: the same, else one that only differs by case or surrounding blanks."""
    partners = {name: name for name in new if name in set(old)}
    alike = {name.strip().casefold(): name for name in old if name not in partners}
    for name in new:
        if name not in partners and (found := alike.pop(name.strip().casefold(), None)) is not None:
            partners[name] = found
    return partners


def _compare_column(old: _Side, before: str, new: _Side, name: str) -> ColumnDifference:
    basis, changes, kind = Basis.NOTHING, [], None
    if before in old.exact and name in new.exact:
        basis, kind = Basis.PROVENANCE, new.exact[name].kind
        changes = list(_list_changes(old.exact[before], new.exact[name], _EXACT))
    elif before in old.statistics and name in new.statistics:
        basis, changes = _compare_statistics(old.statistics[before], new.statistics[name])
    types = (old.types[before], new.types[name])
    renamed = None if before == name else before
    same = not changes and not renamed and types[0] == types[1]
    state = ColumnState.SAME if same else ColumnState.CHANGED
    return ColumnDifference(name, state, *types, basis, changes, renamed, kind)


def _compare_statistics(old: ColumnFigures, new: ColumnFigures) -> tuple[Basis, list[Change]]:
    known = [n for n in ("nulls", "low", "high") if (getattr(old, n), getattr(new, n)) != (None, None)]
    changes = list(_list_changes(old, new, known))
    names = {"low": "min", "high": "max"}
    renamed = [Change(names.get(c.name, c.name), c.old, c.new) for c in changes]
    return (Basis.STATISTICS if known else Basis.NOTHING), renamed


def _list_changes(old: Any, new: Any, names: Sequence[str]) -> Iterator[Change]:
    for name in names:
        one, two = getattr(old, name), getattr(new, name)
        if one != two:
            yield Change(name, one, two)


def _is_moved(old: Sequence[str], new: Sequence[str]) -> bool:
    both = set(old) & set(new)
    return [name for name in old if name in both] != [name for name in new if name in both]
