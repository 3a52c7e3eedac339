"""`lakeside schemas`: how a dataset's columns drift, and which months its table would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import DatasetArgument, JsonOption, read_dataset
from cli.output import Output
from cli.tables import format_table

if TYPE_CHECKING:
    from lakeside.lake.schemas import ColumnDrift, SchemaMatrix

_COLUMN_TITLES = ("column", "in the table", "first seen", "last seen", "types")
_OBJECT_TITLES = ("month", "rows", "written by", "would it append?")


def schemas(
    dataset: DatasetArgument,
    prefix: Annotated[
        str | None, typer.Option(help="Look at objects whose names begin so, whatever their names say.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Compare the columns of all months of a dataset: types, renames, and what its table would say."""
    from flows.opened import open_services
    from lakeside.lake.schemas import compare_schemas
    from lakeside.settings import load_settings

    chosen = read_dataset(dataset)
    matrix = compare_schemas(open_services(load_settings(), apart=True).lake, chosen, prefix)
    Output(as_json).show(_as_document(matrix), lambda: "\n".join(_describe(matrix)))
    return 0


def _as_document(matrix: SchemaMatrix) -> dict[str, Any]:
    return {
        "dataset": matrix.dataset,
        "prefix": matrix.prefix,
        "objects": [
            {
                "key": one.key,
                "label": one.label,
                "rows": one.rows,
                "foreign": one.foreign,
                "verdict": one.verdict,
                "reasons": one.reasons,
            }
            for one in matrix.objects
        ],
        "columns": [
            {
                "name": column.name,
                "contract_column": column.contract_column,
                "table_type": column.table_type,
                "first_seen": column.first_seen,
                "last_seen": column.last_seen,
                "types": column.types,
                "spellings": sorted(set(column.spellings.values())),
            }
            for column in matrix.columns
        ],
        "changes": matrix.changes,
        "truncated": matrix.truncated,
    }


def _describe(matrix: SchemaMatrix) -> Iterator[str]:
    if not matrix.objects:
        yield f"The lake has no object whose name begins with or says {matrix.prefix}."
        return
    labels = {one.key: one.label for one in matrix.objects}
    yield format_table(_COLUMN_TITLES, [_as_line(column, labels) for column in matrix.columns])
    yield ""
    rows = [
        (
            one.label,
            one.rows,
            "others" if one.foreign else "Lakeside",
            one.verdict.replace("_", " "),
        )
        for one in matrix.objects
    ]
    yield format_table(_OBJECT_TITLES, rows)
    yield ""
    yield from (f"{one.label}: {reason}" for one in matrix.objects for reason in one.reasons)
    yield ""
    yield from matrix.changes or ["No column changes its type or its name."]
    if matrix.truncated:
        yield f"Only {len(matrix.objects):,} objects were compared: there are more."


def _as_line(column: ColumnDrift, labels: dict[str, str]) -> tuple[Any, ...]:
    from lakeside.lake.schemas import list_runs

    runs = list_runs(column.types, labels)
    types = runs[0][0] if len(runs) == 1 else ", ".join(f"{value} from {first}" for value, first, _ in runs)
    table = f"{column.contract_column} {column.table_type}" if column.contract_column else ""
    return (column.name, table, column.first_seen, column.last_seen, types)
