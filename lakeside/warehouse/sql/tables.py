"""Which tables a query names, and what they are called where it runs."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from sqlglot import exp

from lakeside.errors import NotFound, QueryRejected


def resolve_tables(query: exp.Query, dataset: str, known: Mapping[str, exp.Table]) -> set[str]:
    """Replace every table by what `known` says it is; which known tables were named.

    `green`, `trips.green` and `project.trips.green` are the same table; a name that a WITH clause
    defines stays. The query is changed in place.

    Raises:
        NotFound: a table is not known.
        QueryRejected: it is a system table or a table function.
    """
    used = set()
    for table in list(query.find_all(exp.Table)):
        if isinstance(table.this, exp.Func):
            raise QueryRejected(
                f"The table function {table.this.sql('bigquery')} is not allowed.",
                "Only tables, subqueries and UNNEST can stand after FROM.",
            )
        if not isinstance(table.this, exp.Identifier):
            raise QueryRejected(f"{table.sql('bigquery')} is not a table.", _listed(known))
        if not table.db and table.name.casefold() in _visible_ctes(table):
            continue
        used.add(_resolve(table, dataset, known))
    return used


def list_named(query: exp.Query) -> list[str]:
    """The last part of every table's name in the query, but for what a WITH clause defines."""
    return [
        table.name
        for table in query.find_all(exp.Table)
        if table.db or table.name.casefold() not in _visible_ctes(table)
    ]


def _resolve(table: exp.Table, dataset: str, known: Mapping[str, exp.Table]) -> str:
    written = ".".join(part.name for part in table.parts)
    names = written.split(".")
    if "information_schema" in written.casefold() or names[-1].casefold().startswith(("duckdb_", "pragma_")):
        raise QueryRejected(f"{written} is a system table.", _listed(known))
    if len(names) > 3 or (len(names) > 1 and names[-2] != dataset) or names[-1] not in known:
        raise NotFound(f"There is no table {written}.", _suggest(names[-1], known))
    target = known[names[-1]].copy()
    alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(names[-1], quoted=True))
    for key, value in table.args.items():
        if key not in ("this", "db", "catalog", "alias") and value:
            if key not in ("joins", "pivots", "laterals"):
                raise QueryRejected(f"{key.upper()} on the table {written} is not allowed.", "Leave it out.")
            target.set(key, value)
    target.set("alias", alias)
    table.replace(target)
    return names[-1]


def _visible_ctes(table: exp.Table) -> set[str]:
    """Names that WITH clauses define where the table stands: earlier siblings, or all when recursive."""
    visible: set[str] = set()
    inside: exp.Expr = table
    parent = table.parent
    while parent is not None:
        if isinstance(parent, exp.With):
            visible |= _defined(parent, before=None if parent.recursive else inside)
        else:
            clause = parent.args.get("with_")
            if clause is not None and inside is not clause:
                visible |= _defined(clause, before=None)
        inside, parent = parent, parent.parent
    return visible


def _defined(clause: exp.With, before: exp.Expr | None) -> set[str]:
    names = set()
    for cte in clause.expressions:
        if cte is before:
            break
        names.add(cte.alias.casefold())
    return names


def _suggest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return (f"Did you mean {near[0]}? " if near else "") + _listed(known)


def _listed(known: Collection[str]) -> str:
    return f"Tables here: {', '.join(sorted(known))}." if known else "Nothing is published yet."
