"""Warehouse: what is loaded? Tables, each month's rows beside the lake's, and the models made from them."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.access.coverage import load_coverage
from ui.access.warehouse import find_warehouse_location, load_models, load_publications, load_tables
from ui.components.boundary import error_boundary
from ui.components.listing_age import show_listing_age
from ui.components.models import show_models
from ui.components.pieces import show_facts, show_heading, show_no_month_yet, show_table
from ui.components.table_view import TableShown, choose_table, show_table_view
from ui.presenters.table_presenter import present_tables
from ui.presenters.warehouse_presenter import order_tables, present_table, present_warehouse_facts
from ui.text import EMPTY_WAREHOUSE, EMPTY_WAREHOUSE_DETAIL, WAREHOUSE_QUESTION

show_heading("Warehouse", WAREHOUSE_QUESTION)
with error_boundary():
    now = datetime.now(UTC)
    publications, (coverage, seen_at) = load_publications(), load_coverage()
    tables = order_tables(load_tables(), coverage)
    show_facts(present_warehouse_facts(tables, publications, find_warehouse_location(), now))
    if tables:
        table = choose_table(tables)
        show_table(present_tables(tables, publications, table.name, now))
        view = present_table(table, coverage, publications, now)
        show_table_view(TableShown(table, view, [t.name for t in tables]))
        with error_boundary():
            show_models(load_models(), now)
    else:
        show_no_month_yet(EMPTY_WAREHOUSE, EMPTY_WAREHOUSE_DETAIL)
    show_listing_age("Counted", seen_at)
