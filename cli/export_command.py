"""`lakeside export`: chosen rows of an object as a CSV or parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.preview_command import split_columns
from cli.tables import format_bytes

if TYPE_CHECKING:
    from lakeside.lake.objects import Format


def export(
    key: ObjectArgument,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a name with .csv or .parquet.")],
    columns: Annotated[
        str | None, typer.Option(help="Columns to keep, with commas between; a CSV line quotes odd names.")
    ] = None,
    where: Annotated[str | None, typer.Option(help="Rows to keep, for example 'fare_amount > 100'.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Write chosen rows of a parquet object into a file, within the settings' download limits."""
    from flows.opened import open_services
    from lakeside.lake.objects import RowsWanted
    from lakeside.settings import load_settings

    kind = _read_kind(target)
    lake = open_services(load_settings(), apart=True).lake
    made = lake.export_rows(read_key(lake.url, key), RowsWanted(split_columns(columns), where=where), kind)
    _write(target, made.content)
    document = {
        "file": str(target),
        "rows": made.rows,
        "size_bytes": len(made.content),
        "limit_met": made.limit,
    }
    cut = f" Stopped at the limit of {made.limit}: more rows match." if made.limit else ""
    words = f"{made.rows:,} rows, {format_bytes(len(made.content))}, written to {target}.{cut}"
    Output(as_json).show(document, lambda: words)
    return 0


def _write(target: Path, content: bytes) -> None:
    from lakeside.errors import SettingsError

    try:
        target.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{target} cannot be written: {error.strerror}.", "Name another file.") from error


def _read_kind(target: Path) -> Format:
    from lakeside.errors import SettingsError
    from lakeside.lake.objects import Format

    name = target.suffix.removeprefix(".").casefold()
    if name not in set(Format):
        raise SettingsError(f"{target} names no kind of file.", "Let it end with .csv or .parquet.")
    return Format(name)
