"""A model's SELECT as each warehouse keeps it: whole, with every table named in full."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from lakeside.warehouse.sql.guard import parse_select
from lakeside.warehouse.sql.tables import list_named, resolve_tables
from lakeside.warehouse.sql.translate import translate_select


def list_tables_read(sql: str) -> tuple[str, ...]:
    """Names of the tables a GoogleSQL SELECT reads, in order; what a WITH clause defines is none.

    Raises:
        QueryRejected: it is not one SELECT, or does not parse.
    """
    return tuple(dict.fromkeys(list_named(parse_select(sql))))


def derive_for_duckdb(sql: str, schema: str, tables: Iterable[str]) -> str:
    """The SELECT in DuckDB's words; QueryRejected, NotFound as for a query."""
    return translate_select(sql, schema, dict.fromkeys(tables, schema), None).sql


def derive_for_bigquery(sql: str, place: tuple[str, str], tables: Iterable[str]) -> str:
    """The SELECT with `project.dataset.table` for each table, which a view needs (BigQuery docs, "Views").

    Args:
        sql: the model's SELECT.
        place: project and dataset.
        tables: the tables there are.

    Raises:
        QueryRejected, NotFound: as for a query.
    """
    project, dataset = place
    query = parse_select(sql)
    known = {name: exp.table_(name, db=dataset, catalog=project, quoted=True) for name in tables}
    resolve_tables(query, dataset, known)
    return query.sql("bigquery")
