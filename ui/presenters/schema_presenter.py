"""The columns of an object, with the figures its footer has."""

from __future__ import annotations

from lakeside.lake.objects import Footer
from ui.formats import UNKNOWN, format_count, format_share
from ui.presenters.views import Column, Table, TableCell


def present_schema(footer: Footer) -> Table:
    """Columns with type and, where the footer has them, exact figures."""
    columns = [
        Column("Column"),
        Column("Type"),
        Column("Values", numeric=True),
        Column("Null", numeric=True),
        Column("Null share", numeric=True),
        Column("Smallest", numeric=True),
        Column("Largest", numeric=True),
    ]
    figures = {c.name: c for c in footer.provenance.columns} if footer.provenance else {}
    rows = []
    for field in footer.schema:
        found = figures.get(field.name)
        cells = [TableCell(field.name), TableCell(str(field.type))]
        texts = (
            [
                format_count(found.count),
                format_count(found.nulls),
                format_share(found.nulls, found.count + found.nulls),
                found.min or UNKNOWN,
                found.max or UNKNOWN,
            ]
            if found
            else [UNKNOWN] * 5
        )
        rows.append([*cells, *map(TableCell, texts)])
    return Table("Schema", columns, rows)
