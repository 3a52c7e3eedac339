"""Code that reads exactly the selected rows and columns of an object with other tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.tree import Node
from lakeside.lake.where.write import Dialect, quote_name, write_name, write_sql
from lakeside.lake.where.write_arrow import list_imports, write_arrow
from lakeside.shown import escape_unseen, quote_shell
from ui.formats import format_counted

_NO_FILTER = "this condition has values that Python's own types do not hold; read with DuckDB instead."


@dataclass(frozen=True, slots=True)
class Selection:
    """What is copied: an object's columns (none: all), the rows of a condition, and of those some.

    `sort` is the column the rows are counted in the order of, with `-` before it from the greatest down, as
    on the Rows tab; without a limit no order is needed. `emulator` is the address of a storage emulator where
    one is used; `table` what a load would fill.
    """

    url: str
    schema: pa.Schema
    columns: Sequence[str] = ()
    where: str = ""
    offset: int = 0
    limit: int | None = None
    sort: str = ""
    emulator: str | None = None
    table: str = "trips.my_table"

    @property
    def is_in_bucket(self) -> bool:
        return self.url.startswith("gs://")

    @property
    def order(self) -> tuple[str, bool] | None:
        """The column the page is sorted by, and is it from the greatest down; None in the file's order."""
        if self.limit is None or not self.sort:
            return None
        return self.sort.removeprefix("-"), self.sort.startswith("-")

    @property
    def columns_read(self) -> list[str]:
        """The columns, and that of the order where it is none of them; none: all."""
        sorting = [self.order[0]] if self.order and self.columns else []
        return list(dict.fromkeys([*self.columns, *sorting]))

    def read_condition(self) -> Node | None:
        """The condition; QueryRejected when it cannot be read."""
        return parse_condition(self.where, self.schema) if self.where else None


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code of one tool, in a language that can be coloured."""

    title: str
    language: str
    text: str
    note: str = ""


def present_code(selection: Selection) -> list[Snippet]:
    """A snippet a tool; those that need a bucket only where there is one.

    Raises:
        QueryRejected: the condition cannot be read.
    """
    condition = selection.read_condition()
    snippets = [_pandas(selection, condition), _duckdb(selection, condition)]
    if selection.is_in_bucket:
        snippets.append(_gcsfs(selection, condition))
    return [*snippets, _pyarrow(selection, condition), _bq(selection, condition)]


def describe_selection(selection: Selection) -> str:
    """`3 columns, rows where a > 1, rows 101 to 200 of them`."""
    columns = format_counted(len(selection.columns), "column") if selection.columns else "All columns"
    where = f"rows where {selection.where}" if selection.where else "all rows"
    if selection.limit is None:
        return f"{columns}, {where}."
    last = selection.offset + selection.limit
    order = ""
    if selection.order:
        order = f" in the order of {selection.order[0]}{', greatest first' if selection.order[1] else ''}"
    return f"{columns}, {where}, of these rows {selection.offset + 1:,} to {last:,}{order}."


def _pandas(selection: Selection, condition: Node | None) -> Snippet:
    arguments = [repr(selection.url), *_arguments(selection, condition)]
    if selection.is_in_bucket:
        arguments.append(f"storage_options={_storage_options(selection)}")
    code = _call("trips = pd.read_parquet", arguments)
    notes = [_doubt(selection, condition)]
    if selection.order:
        name, descending = selection.order
        code += f"trips = trips.sort_values({name!r}, ascending={not descending}, kind='stable')\n"
        if pa.types.is_floating(selection.schema.field(name).type):
            notes.append(
                "To pandas NaN and null are one, so where there are both their order may be another."
            )
    code += _cut(selection, "trips = trips.iloc[{}:{}]")
    if selection.columns_read != list(selection.columns):
        code += f"trips = trips[{list(selection.columns)!r}]\n"
    note = " ".join(filter(None, notes))
    return Snippet("pandas", "python", _with_imports("import pandas as pd", code), note)


def _pyarrow(selection: Selection, condition: Node | None) -> Snippet:
    arguments = [repr(selection.url.removeprefix("gs://")), *_arguments(selection, condition)]
    first = "import pyarrow.parquet as pq"
    code = ""
    if selection.is_in_bucket:
        first, code = f"import gcsfs\n{first}", f"{_open_gcsfs(selection)}\n"
        arguments.append("filesystem=files")
    code += _call("trips = pq.read_table", arguments) + _cut_table(selection)
    return Snippet("pyarrow", "python", _with_imports(first, code), _doubt(selection, condition))


def _gcsfs(selection: Selection, condition: Node | None) -> Snippet:
    code = f"{_open_gcsfs(selection)}\nwith files.open({selection.url!r}, 'rb') as file:\n    "
    read = _call("trips = pq.read_table", ["file", *_arguments(selection, condition)])
    code += read.replace("\n", "\n    ").rstrip() + "\n" + _cut_table(selection)
    first = "import gcsfs\nimport pyarrow.parquet as pq"
    return Snippet("gcsfs", "python", _with_imports(first, code), _doubt(selection, condition))


def _duckdb(selection: Selection, condition: Node | None) -> Snippet:
    numbered = ", file_row_number = true" if selection.order else ""
    source = "read_parquet('" + selection.url.replace("'", "''") + f"'{numbered})"
    sql = _write_select(selection, condition, source, Dialect.DUCKDB)
    escaped = escape_unseen(sql.replace("\\", "\\\\").replace('"""', '\\"\\"\\"'))
    if not selection.is_in_bucket:
        if escape_unseen(sql) == sql:
            return Snippet("DuckDB", "sql", f"{sql};\n")
        # DuckDB's SQL has no way to write what nobody sees between its quotes; Python has.
        head = "import duckdb\n\nlake = duckdb.connect()\n"
    else:
        opened = "lake = duckdb.connect()\nlake.register_filesystem(files)\n"
        head = f"import duckdb\nimport gcsfs\n\n{_open_gcsfs(selection)}\n{opened}"
    return Snippet("DuckDB", "python", f'{head}trips = lake.sql("""\n{escaped}\n""").to_arrow_table()\n')


def _bq(selection: Selection, condition: Node | None) -> Snippet:
    load = f"bq load --source_format=PARQUET {quote_shell(selection.table)} {quote_shell(selection.url)}\n"
    note = "bq load takes whole objects"
    if selection.columns or condition is not None or selection.limit is not None:
        sql = _write_select(selection, condition, quote_name(selection.table), Dialect.GOOGLE)
        load += f"bq query --use_legacy_sql=false {quote_shell(sql)}\n"
        note += ", so the selection is made by a query afterwards; "
        note += "equal rows" if selection.order else "without an order its rows"
        note += " may come in another"
    return Snippet("bq load", "shell", load, f"{note}.")


def _write_select(selection: Selection, condition: Node | None, source: str, dialect: Dialect) -> str:
    everything = "* EXCLUDE (file_row_number)" if selection.order and dialect is Dialect.DUCKDB else "*"
    names = ", ".join(write_name(name, dialect) for name in selection.columns) or everything
    parts = [f"SELECT {names}", f"FROM {source}"]
    if condition is not None:
        parts.append(f"WHERE {write_sql(condition, selection.schema, dialect)}")
    if selection.order:
        parts.append(f"ORDER BY {_write_order(selection, selection.order, dialect)}")
    if selection.limit is not None:
        parts.append(f"LIMIT {selection.limit} OFFSET {selection.offset}")
    return "\n".join(parts)


def _write_order(selection: Selection, order: tuple[str, bool], dialect: Dialect) -> str:
    """Nulls last, NaN before them, whichever way; equal rows as they lie in the file, where that is known."""
    column, descending = write_name(order[0], dialect), order[1]
    parts = [f"{column}{' DESC' if descending else ''} NULLS LAST"]
    if pa.types.is_floating(selection.schema.field(order[0]).type):
        parts.insert(0, f"{'isnan' if dialect is Dialect.DUCKDB else 'IS_NAN'}({column}) NULLS LAST")
    return ", ".join([*parts, *(["file_row_number"] if dialect is Dialect.DUCKDB else [])])


def _arguments(selection: Selection, condition: Node | None) -> list[str]:
    arguments = [f"columns={selection.columns_read!r}"] if selection.columns else []
    if condition is not None and (written := write_arrow(condition, selection.schema)):
        arguments.append(f"filters={written}")
    return arguments


def _doubt(selection: Selection, condition: Node | None) -> str:
    if condition is None or write_arrow(condition, selection.schema):
        return ""
    return f"Not filtered: {_NO_FILTER}"


def _call(function: str, arguments: Sequence[str]) -> str:
    if len(arguments) == 1:
        return f"{function}({arguments[0]})\n"
    return f"{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")\n"


def _cut(selection: Selection, template: str) -> str:
    if selection.limit is None:
        return ""
    end = selection.offset + selection.limit
    return template.format(selection.offset, end, count=selection.limit) + "\n"


def _cut_table(selection: Selection) -> str:
    code = ""
    if selection.order:
        direction = "descending" if selection.order[1] else "ascending"
        code = f"trips = trips.sort_by([({selection.order[0]!r}, {direction!r})])\n"
    code += _cut(selection, "trips = trips.slice({}, {count})")
    if selection.columns_read != list(selection.columns):
        code += f"trips = trips.select({list(selection.columns)!r})\n"
    return code


def _open_gcsfs(selection: Selection) -> str:
    if selection.emulator:
        return f"files = gcsfs.GCSFileSystem(token='anon', endpoint_url={selection.emulator!r})"
    return "files = gcsfs.GCSFileSystem(token='google_default')"


def _storage_options(selection: Selection) -> str:
    if selection.emulator:
        return repr({"token": "anon", "endpoint_url": selection.emulator})
    return repr({"token": "google_default"})


def _with_imports(first: str, code: str) -> str:
    needed = [line for line in list_imports(code) if line not in first]
    plain = [line for line in needed if "pyarrow" not in line]
    return "\n".join([*plain, *first.splitlines(), *(n for n in needed if n not in plain)]) + f"\n\n{code}"
