"""GoogleSQL in, one DuckDB SELECT out: guard, resolve tables, rewrite, bound the rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from lakeside.errors import NotFound, QueryRejected
from lakeside.warehouse.sql.guard import PARSER_DEFECTS, parse_select
from lakeside.warehouse.sql.month_ranges import narrow_months
from lakeside.warehouse.sql.positions import point_at_cause
from lakeside.warehouse.sql.rewrite import rewrite_differences
from lakeside.warehouse.sql.tables import resolve_tables

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Translated:
    """What DuckDB runs, and the known tables it reads."""

    sql: str
    tables: frozenset[str]


def translate_select(
    sql: str, dataset: str, tables: Mapping[str, str | None], rows: int | None
) -> Translated:
    """Check one GoogleSQL SELECT and write it for DuckDB.

    Args:
        sql: what the user wrote.
        dataset: the dataset's name, which may stand before a table.
        tables: known table -> the schema it has in DuckDB (None: the current one).
        rows: at most this many rows are wanted; one more is fetched to know whether there are more.
            None: all of them, for a SELECT that is kept and not run.

    Raises:
        QueryRejected: see `parse_select`, `resolve_tables` and `rewrite_differences`.
    """
    query = parse_select(sql)
    known = {name: exp.table_(name, db=schema, quoted=True) for name, schema in tables.items()}
    try:
        used = resolve_tables(query, dataset, known)
        _name_columns(query)
        narrow_months(query)
        written = rewrite_differences(query)
        bounded = written if rows is None else _bound_rows(written, rows + 1)
        return Translated(bounded.sql("duckdb"), frozenset(used))
    except (NotFound, QueryRejected) as error:
        raise point_at_cause(error, sql) from error
    except SqlglotError as error:
        raise QueryRejected(f"The query cannot be translated: {error}", "Write it more simply.") from error
    except RecursionError as error:
        raise QueryRejected("The query is nested too deeply.", "Simplify it.") from error
    except PARSER_DEFECTS as error:
        logger.warning("a query made its translation stumble", exc_info=True)  # it may be ours, not sqlglot's
        raise QueryRejected("The query cannot be translated.", "Write it more simply.") from error


def _name_columns(query: exp.Query) -> None:
    """Columns without a name are called f0_, f1_, … as BigQuery calls them."""
    for select in query.find_all(exp.Select):
        nameless = 0
        for column in list(select.expressions):
            if isinstance(column, exp.Alias | exp.Aliases | exp.Column | exp.Dot) or column.is_star:
                continue
            column.replace(exp.alias_(column.copy(), f"f{nameless}_"))
            nameless += 1


def _bound_rows(query: exp.Query, rows: int) -> exp.Query:
    limit = query.args.get("limit")
    if limit is None:
        return query.limit(rows, copy=False)
    given = limit.expression
    if isinstance(given, exp.Literal) and not given.is_string and int(given.name) > rows:
        limit.set("expression", exp.Literal.number(rows))
    return query
