"""The lake's listing in words and links: folders, orders over the whole listing, cut listings, totals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from lakeside.lake.browse import ObjectFacts
from lakeside.lake.find import Folder, RowCounts
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer, LakeObject, ObjectListing
from lakeside.month import Month
from ui.presenters.lake_place import ALL, FOLDERS, Place, present_crumbs
from ui.presenters.listing_presenter import Entry, ListingView, present_entries, present_listing
from ui.presenters.totals_presenter import present_totals, say_uncounted

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOTHING = RowCounts()
FOOTER = Footer(7, 1, pa.schema([("n", pa.int64())]), None, "parquet-mr", 70)


def make(key: str, size: int = 1, age_days: int = 0, dataset: str | None = None) -> LakeObject:
    month = Month(2020, 10) if dataset else None
    return LakeObject(key, size, NOW - timedelta(days=age_days), "1", dataset, month)


GREEN = make(data_key("green", Month(2020, 10)), 10, 1, "green")
ASIDE = make("quarantine/green/green_tripdata_2020-10.parquet", 99, 2)
ZONES = make("reference/zones.parquet", 5, 0)
README = make("readme.txt", 50, 9)
LISTING = ObjectListing([GREEN, ASIDE, README, ZONES], False, NOW)


def keys(view: ListingView) -> list[str]:
    return [e.prefix if isinstance(e, Folder) else e.key for e in view.entries]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(), ["data/", "quarantine/", "reference/", "readme.txt"]),
        (Place(sort="-size"), ["quarantine/", "data/", "reference/", "readme.txt"]),
        (Place("data/green/"), [GREEN.key]),
        (Place(view=ALL), [ZONES.key, GREEN.key, ASIDE.key, README.key]),
        (Place(view=ALL, sort="-size"), [ASIDE.key, README.key, GREEN.key, ZONES.key]),
        (Place(words="2020-10", sort="name"), [GREEN.key, ASIDE.key]),
        (Place(words="z?nes.*"), [ZONES.key]),
        (Place(words="nowhere"), []),
        (Place(view=ALL, sort="nonsense"), [ZONES.key, GREEN.key, ASIDE.key, README.key]),
    ],
)
def test_the_whole_listing_is_narrowed_and_sorted(place: Place, expected: list[str]) -> None:
    objects = [o for o in LISTING.objects if o.key.startswith(place.prefix)]
    assert keys(present_listing(ObjectListing(objects, False, NOW), place, NOTHING)) == expected


def test_an_order_by_rows_says_what_it_does_not_know() -> None:
    counts = RowCounts({GREEN.key: 3, ZONES.key: 265}, asked=3, looked_at=2, limit="number")
    view = present_listing(LISTING, Place(view=ALL, sort="-rows"), counts)
    assert keys(view) == [ZONES.key, GREEN.key, ASIDE.key, README.key]
    assert "The footers of 1 more were not read (LAKESIDE_LIMITS__COUNTED_FOOTERS)" in view.caveat
    assert present_listing(LISTING, Place(view=ALL), counts).caveat == ""


def test_a_cut_listing_says_that_there_is_more() -> None:
    cut = ObjectListing(LISTING.objects, True, NOW)
    assert present_listing(cut, Place(), NOTHING).summary == "first 4 of 4+ objects by name, 164 B"
    assert "1 of the first 4 of 4+ objects" in present_listing(cut, Place(words="zones"), NOTHING).summary
    assert present_totals(cut.objects, NOTHING, truncated=True).footer[2].text == "4+"


def test_a_head_leads_to_its_order_and_says_which_one_holds() -> None:
    columns = {c.title: c for c in present_entries([GREEN], {}, Place(view=ALL, words="x"), NOW).columns}
    assert columns["Modified"].order == "descending"
    assert columns["Modified"].href == "lake?view=all&match=x&sort=modified"
    assert columns["Name"].href == "lake?view=all&match=x&sort=name"
    assert columns["Rows"].href == "lake?view=all&match=x&sort=-rows"
    assert columns["Source"].href is None


def test_entries_say_what_they_are() -> None:
    folder = Folder("data/", 2, 20, NOW)
    entries: list[Entry] = [folder, GREEN, README, ZONES]
    facts = {
        GREEN.key: ObjectFacts(GREEN, "parquet", None, "It is cut."),
        README.key: ObjectFacts(README, "text"),
        ZONES.key: ObjectFacts(ZONES, "parquet", FOOTER),
    }
    rows = present_entries(entries, facts, Place(), NOW).rows
    assert (rows[0][0].href, rows[0][1].text) == ("lake?prefix=data%2F", "2 objects · months of trips")
    assert rows[1][1].look is not None
    assert (rows[1][1].look.word, rows[1][1].title) == ("broken", "It is cut.")
    assert (rows[2][1].text, rows[2][2].text) == ("text", "—")
    assert (rows[3][1].text, rows[3][2].text, rows[3][6].text) == ("reference", "7", "parquet-mr")


def test_crumbs_lead_to_every_folder_and_nowhere_outside() -> None:
    links = [(c.label, c.href) for c in present_crumbs("data/green/x.parquet")]
    assert links[:3] == [
        ("Lake", "lake"),
        ("data", "lake?prefix=data%2F"),
        ("green", "lake?prefix=data%2Fgreen%2F"),
    ]
    assert [c.label for c in present_crumbs("../../etc/passwd")] == ["Lake", "../../etc/passwd"]
    assert [c.href for c in present_crumbs("")] == ["lake"]


def test_a_place_needs_no_words_for_what_is_usual() -> None:
    assert Place().href == "lake"
    assert Place("data/", FOLDERS, "", "").href == "lake?prefix=data%2F"


def test_totals_by_dataset_and_year() -> None:
    later = LakeObject(data_key("green", Month(2021, 1)), 7, NOW, "1", "green", Month(2021, 1))
    counts = RowCounts({GREEN.key: 3, later.key: 4, ZONES.key: 5, ASIDE.key: 6}, asked=4, looked_at=4)
    table = present_totals([*LISTING.objects, later], counts, truncated=False)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["green", "2020", "1", "3", "10 B"],
        ["green", "2021", "1", "4", "7 B"],
        ["other", "—", "1", "—", "50 B"],
        ["quarantine", "—", "1", "6", "99 B"],
        ["reference", "—", "1", "5", "5 B"],
    ]
    assert [cell.text for cell in table.footer] == ["All", "", "5", "18+", "171 B"]
    assert table.rows[0][0].href == "lake?prefix=data%2Fgreen%2F&view=all&match=%2A_2020-%2A"
    assert say_uncounted(counts, 5) == "1 object without a footer, so without known rows."
    assert "2 of 4 footers" in say_uncounted(RowCounts(counts.rows, 4, 2, "seconds"), 5)
