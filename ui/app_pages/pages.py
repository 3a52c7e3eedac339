"""The pages, one line each. The first is the home page; the order is the sidebar's."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.people import Act


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: file under `app_pages`, title, place in the URL (empty: home) and Material icon.

    `act` is what it takes to be in the sidebar; what the page reads is refused beneath it all the same.
    """

    file: str
    title: str
    url_path: str
    icon: str
    act: Act = Act.SEE

    @property
    def path(self) -> str:
        """The file as Streamlit's router wants it, relative to `ui/app.py`."""
        return f"app_pages/{self.file}"


PAGES = [
    PageEntry("coverage_page.py", "Coverage", "", ":material/calendar_view_month:"),
    PageEntry("ingest_page.py", "Ingest", "ingest", ":material/download:"),
    PageEntry("runs_page.py", "Runs", "runs", ":material/play_circle:"),
    PageEntry("schedules_page.py", "Schedules", "schedules", ":material/event_repeat:"),
    PageEntry("lake_page.py", "Lake", "lake", ":material/waves:"),
    PageEntry("schemas_page.py", "Schemas", "schemas", ":material/schema:"),
    PageEntry("query_page.py", "Query the lake", "query", ":material/manage_search:"),
    PageEntry("warehouse_page.py", "Warehouse", "warehouse", ":material/table_chart:"),
    PageEntry("checks_page.py", "Checks", "checks", ":material/rule:"),
    PageEntry("sql_page.py", "SQL", "sql", ":material/terminal:"),
    PageEntry("audit_page.py", "Audit", "audit", ":material/history_edu:", Act.READ_AUDIT),
]


def find_path(url_path: str) -> str:
    """The file of the page at a place in the URL."""
    return next(page.path for page in PAGES if page.url_path == url_path)
