"""Arrow results as BigQuery would type them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.types import bigquery_arrow_type


def as_bigquery(table: pa.Table) -> pa.Table:
    """Integers become int64, floats float64; everything else stays.

    Raises:
        QueryRejected: two columns have the same name, or an integer does not fit INT64; BigQuery
            refuses both.
    """
    names = [name.casefold() for name in table.column_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise QueryRejected(f"Two columns are called {twice[0]}.", "Give each column a name of its own.")
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        wanted = bigquery_arrow_type(column.type)
        try:
            columns.append(column if wanted == column.type else pc.cast(column, wanted))
        except pa.ArrowInvalid as error:
            raise QueryRejected(
                f"The column {name} overflows INT64.", "Cast to FLOAT64 before adding up."
            ) from error
    return pa.Table.from_arrays(columns, names=table.column_names)
