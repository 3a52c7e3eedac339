"""The page of an object that cannot be read, or is odd: it opens all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import SettingsError
from lakeside.lake.browse import describe_object
from lakeside.lake.head import describe_head
from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from tests.swamp import fill_swamp, make_nested
from tests.ui.conftest import OpenPage, html_of
from ui.actions import adopt_object
from ui.presenters.load_presenter import Choice, find_choice, present_table_command
from ui.presenters.unreadable_presenter import present_any_object, present_head
from ui.text import ADOPT, LOAD_TABLE


@pytest.fixture(scope="module")
def swamp_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("swamp")
    fill_swamp(home / "lake" / "swamp")
    return home


def test_what_it_is_why_and_what_to_do(swamp_home: Path) -> None:
    lake = Lake.open(Settings(home=swamp_home))
    told = {}
    for name in ("zero bytes", "encrypted footer", "no footer", "page", "table", "noise"):
        key = f"swamp/{name}.parquet"
        view = present_any_object(describe_object(lake, key), lake.url_of(key), datetime.now(UTC))
        assert view.fault is not None
        told[name] = (view.facts[2].value, f"{view.fault.message} {view.fault.advice}")
    assert told["zero bytes"][0] == "empty"
    assert "needs the key" in told["encrypted footer"][1]
    assert "It has no parquet footer (1," in told["no footer"][1]
    assert "web page was saved" in told["page"][1]
    assert "lakeside adopt" in told["table"][1]
    assert told["noise"][0] == "unknown"


def test_first_bytes_for_people() -> None:
    text = describe_head(b"\xef\xbb\xbfa,b\r\n1,\x1b[31m2\n", 40)
    assert text.lines == ("a,b", "1,�[31m2", "")
    assert present_head(text) == "The first 17 of 40 bytes, as text."
    noise = describe_head(bytes(range(250, 256)) + b"AB\0", 9)
    assert noise.lines == ("00000000  fa fb fc fd fe ff 41 42 00                       ......AB.",)
    assert present_head(noise) == "All 9 bytes, in hexadecimal."
    assert present_head(describe_head(b"", 0)) == "There is not one byte to show."


def test_the_page_of_an_unreadable_object(swamp_home: Path, open_page: OpenPage) -> None:
    app = open_page(swamp_home, "lake", object="swamp/page.parquet")
    html = html_of(app)
    assert not app.exception
    assert "Not readable as parquet" in html
    assert "by its first bytes" in html
    assert "<!doctype html>" in app.code[0].value


def test_the_way_in(swamp_home: Path, open_page: OpenPage) -> None:
    names = ["yellow", "green"]
    assert find_choice("data/green/green_tripdata_2020-10.parquet", names) == Choice(1, "2020-10")
    assert find_choice("raw/x.parquet", names) == Choice(0, "")
    assert present_table_command("swamp/2 odd names.parquet") == (
        "lakeside load-object 'swamp/2 odd names.parquet' --table t_2_odd_names"
    )
    app = open_page(swamp_home, "lake", object="swamp/types.parquet", tab="load")
    assert app.selectbox[0].options == ["yellow", "green", "fhv", "fhvhv"]
    app.text_input[0].set_value("2020-13")
    next(button for button in app.button if button.label == ADOPT).click().run()
    assert not app.exception
    assert "Month 13 does not exist" in html_of(app)
    closed = open_page(swamp_home, "lake", object="swamp/page.parquet", tab="load")
    assert "only parquet and CSV can be" in html_of(closed)
    assert "only parquet can be loaded as it is" in html_of(closed)
    assert LOAD_TABLE not in [button.label for button in closed.button]


def test_the_way_to_a_table_of_its_own(swamp_home: Path, open_page: OpenPage) -> None:
    """What cannot be is refused at once; nothing executes runs here, which is said too."""
    app = open_page(swamp_home, "lake", object="swamp/types.parquet", tab="load")
    (name,) = [field for field in app.text_input if field.label == "Name of the table"]
    assert name.value == "types"
    for given, said in (("green", "a table of Lakeside"), ("types", "No Prefect server answers")):
        (name,) = [field for field in app.text_input if field.label == "Name of the table"]
        name.set_value(given)
        next(button for button in app.button if button.label == LOAD_TABLE).click().run()
        assert not app.exception
        assert said in html_of(app)


def test_an_object_in_the_months_place_is_not_replaced_unasked() -> None:
    with pytest.raises(SettingsError, match="would be replaced"):
        adopt_object("data/green/green_tripdata_2020-10.parquet", "green", "2020-10", True, False)


@pytest.mark.parametrize("name", ["types", "nested", "odd names"])
def test_the_page_of_an_odd_object(swamp_home: Path, open_page: OpenPage, name: str) -> None:
    for tab in ("rows", "schema"):
        app = open_page(swamp_home, "lake", object=f"swamp/{name}.parquet", tab=tab)
        assert not app.exception
        assert 'role="alert"' not in html_of(app)


def test_a_file_that_is_too_much_for_a_reader_leaves_the_console_alone(
    home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred megabytes of nothing in a few kilobytes, and a reader that may take as much."""
    monkeypatch.setenv("LAKESIDE_READERS__PROCESSES", "1")
    monkeypatch.setenv("LAKESIDE_READERS__MEGABYTES", "100")
    folder = home / "lake"
    folder.mkdir(parents=True)
    table = pa.table({"x": pa.array([bytes(100 << 20)], pa.large_binary())})
    options = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, folder / "bomb.parquet", **options)
    pq.write_table(make_nested(), folder / "good.parquet")
    bomb = open_page(home, "lake", object="bomb.parquet")
    assert not bomb.exception
    assert "takes more memory to read than there is" in html_of(bomb)
    good = open_page(home, "lake", object="good.parquet")
    assert not good.exception
    assert 'role="alert"' not in html_of(good)
