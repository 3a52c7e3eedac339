"""Where DuckDB would answer differently from BigQuery: rewritten so that it does not, or refused by name."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lakeside.warehouse.sql import rewrite_arrays, rewrite_numbers, rewrite_texts, rewrite_times

Rewrite = Callable[[exp.Expr], exp.Expr]

_REWRITES: dict[type[exp.Expr], Rewrite] = {
    **rewrite_numbers.REWRITES,
    **rewrite_texts.REWRITES,
    **rewrite_times.REWRITES,
    **rewrite_arrays.REWRITES,
}


def rewrite_differences(query: exp.Query) -> exp.Query:
    """Rewrite every known difference, innermost first; the query is changed in place.

    Raises:
        QueryRejected: a part cannot be answered as BigQuery would; the message names it.
    """
    for node in reversed(list(query.walk())):
        rewrite = _REWRITES.get(type(node))
        if rewrite is None:
            continue
        written = rewrite(node)
        if written is not node:
            node.replace(written)
    return query
