"""Warehouse: what is loaded? Tables, and each month's rows beside the lake's."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.coverage import load_coverage
from ui.access.warehouse import find_warehouse_location, load_publications, load_tables
from ui.components.boundary import error_boundary
from ui.components.listing_age import show_listing_age
from ui.components.pieces import show_empty, show_facts, show_heading
from ui.components.table_view import choose_table, show_table_view
from ui.presenters.places import INGEST
from ui.presenters.views import Link
from ui.presenters.warehouse_presenter import present_table, present_warehouse_facts
from ui.text import EMPTY_WAREHOUSE, EMPTY_WAREHOUSE_DETAIL, WAREHOUSE_QUESTION

show_heading("Warehouse", WAREHOUSE_QUESTION)
with error_boundary():
    now = datetime.now(UTC)
    tables, publications = load_tables(), load_publications()
    show_facts(present_warehouse_facts(tables, publications, find_warehouse_location(), now))
    coverage, seen_at = load_coverage()
    if tables:
        table = choose_table(tables, coverage)
        show_table_view(present_table(table, coverage, publications, now))
    else:
        show_empty(EMPTY_WAREHOUSE, EMPTY_WAREHOUSE_DETAIL, Link("Ingest a month", INGEST))
    show_listing_age("Counted", seen_at)
