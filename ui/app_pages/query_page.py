"""Query the lake: SQL straight on its objects. `?sql=` fills the editor."""

from __future__ import annotations

from lakeside.queries.asking import Place
from ui.components.boundary import error_boundary
from ui.components.pieces import show_heading
from ui.components.sql_bench import show_sql_bench
from ui.text import QUERY_QUESTION

show_heading("Query the lake", QUERY_QUESTION)
with error_boundary():
    show_sql_bench(Place.LAKE)
