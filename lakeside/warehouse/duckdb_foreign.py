"""A lake object of any schema as a table in DuckDB, replaced as a whole in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from lakeside.errors import ContractViolation
from lakeside.warehouse.duckdb_errors import disk_full, first_line, is_disk_full
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_transaction import transaction

if TYPE_CHECKING:  # importing it brings pandas along, which a command that only loads months never needs
    import pyarrow.dataset as ds

_INCOMING = "lakeside_incoming"


def replace_table(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, table: str, description: str, rows: ds.Dataset
) -> int:
    """Put these rows in place of the table; how many there are.

    Raises:
        ContractViolation: a column cannot be in a table, or its values cannot be read.
    """
    name = file.table(table)
    connection.register(_INCOMING, rows)
    try:
        with transaction(connection):
            connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {_INCOMING}")
            connection.execute(f"COMMENT ON TABLE {name} IS '{description.replace(chr(39), chr(39) * 2)}'")
            counted = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    except (duckdb.Error, pa.ArrowException, OSError, ValueError) as error:
        if is_disk_full(error):
            raise disk_full(str(file.path)) from error
        raise ContractViolation(
            f"{table} cannot be made: {first_line(error)}",
            "Rename or convert the column, and write it again.",
        ) from error
    finally:
        connection.unregister(_INCOMING)
    return int(counted[0]) if counted else 0
