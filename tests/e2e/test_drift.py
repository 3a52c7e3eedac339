"""An empty lake, then months as the archive drifts: what newcomers see, and where columns changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lakeside.month import Month, month_range
from tests.archive import write_month
from tests.e2e.axe_scan import Findings
from tests.e2e.conftest import start_console
from tests.e2e.visitor import visit
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EMPTY = {
    "": f"text={text.ONE_SENTENCE}",
    "ingest": ".ls-picker",
    "lake": f"text={text.EMPTY_LAKE}",
    "query": f"text={text.NO_TABLES}",
    "warehouse": f"text={text.EMPTY_WAREHOUSE}",
    "checks": f"text={text.NO_CHECKS}",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drift")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with start_console(home, {}) as url:
        yield url


def test_an_empty_lake_says_everywhere_how_to_begin(url: str, browser: Browser) -> None:
    findings = Findings()
    with visit(browser, url) as visitor:
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.go()
        for place, mark in EMPTY.items():
            visitor.hop(place, mark)
            findings.look(visitor, place)
        visitor.page.get_by_role("link", name=text.TRY_OUT).click()
        expect(visitor.page.get_by_role("button", name=text.TRY_OUT)).to_be_disabled()  # no Prefect here
    findings.check()


def test_a_change_of_the_archive_is_seen_and_followed(url: str, home: Path, browser: Browser) -> None:
    """Six months around 2010 and three around 2017: other names, a blank before some, and a broken one."""
    folder = home / "lake" / "data" / "yellow"
    folder.mkdir(parents=True)
    for month in [
        *month_range(Month(2009, 11), Month(2010, 4)),
        *month_range(Month(2016, 11), Month(2017, 1)),
    ]:
        write_month(folder, month)
    (folder / "yellow_tripdata_2010-02.parquet").write_bytes(b"PAR1 cut")
    with visit(browser, url) as visitor:
        page = visitor.page
        visitor.go("schemas?dataset=yellow")
        page.get_by_role("button", name=text.REFRESH).click()
        matrix = page.get_by_role("table", name="Types of the columns of yellow by month")
        expect(matrix).to_be_visible()
        row = matrix.get_by_role("row", name=re.compile("^passenger_count"))
        changed = row.locator("td.changed", has_text="double")
        expect(changed).to_have_count(1)
        expect(changed.get_by_label("type")).to_be_visible()  # said, not only coloured
        expect(changed).not_to_have_css("box-shadow", "none")  # outlined
        expect(page.get_by_text(re.compile("passenger_count is 'int64' until 2016-12"))).to_be_visible()
        expect(matrix.get_by_role("link", name="unreadable")).to_be_visible()
        assert not visitor.is_wider_than_window()
        visitor.rest()
        visitor.shoot("drift-light")
        changed.get_by_role("link").click()
        expect(page.get_by_role("heading", name="yellow 2017-01")).to_be_visible()
        expect(page.get_by_role("radio", name="Schema")).to_be_checked()
        assert "object=data%2Fyellow%2Fyellow_tripdata_2017-01.parquet" in page.url
        visitor.rest()
        visitor.go("lake?object=data/yellow/yellow_tripdata_2010-02.parquet")
        expect(page.get_by_role("radio", name="What it is")).to_be_checked()
        visitor.rest()
        findings = Findings()
        findings.look(visitor, "an unreadable object")
    findings.check()
