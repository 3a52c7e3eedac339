"""Which URLs a lake can have."""

from pathlib import Path

import pytest

from lakeside.errors import SettingsError
from lakeside.lake.lake import Lake
from lakeside.lake.storage import Location
from lakeside.settings import PROJECT_ROOT, Settings


@pytest.mark.parametrize(
    ("text", "kind", "root", "url"),
    [
        ("/srv/lake", "folder", "/srv/lake", "/srv/lake"),
        ("/srv/a lake/", "folder", "/srv/a lake", "/srv/a lake"),
        ("file:///srv/a%20lake", "folder", "/srv/a lake", "/srv/a lake"),
        ("file://localhost/srv/lake/", "folder", "/srv/lake", "/srv/lake"),
        ("lakes/one", "folder", f"{PROJECT_ROOT}/lakes/one", f"{PROJECT_ROOT}/lakes/one"),
        ("~/lake", "folder", f"{Path.home()}/lake", f"{Path.home()}/lake"),
        ("gs://bucket", "gs", "bucket", "gs://bucket"),
        ("gs://bucket/", "gs", "bucket", "gs://bucket"),
        ("gs://bucket/a/prefix/", "gs", "bucket/a/prefix", "gs://bucket/a/prefix"),
        ("memory://name", "memory", "/name", "memory://name"),
    ],
)
def test_what_a_lake_can_be(text: str, kind: str, root: str, url: str) -> None:
    location = Location.parse(text)
    assert (location.kind, location.root, location.url) == (kind, root, url)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s3://bucket", "s3://"),
        ("GS://bucket", "GS://"),
        ("gs://", "names no bucket"),
        ("gs:///prefix", "names no bucket"),
        ("gs://bucket/../other", "climbs"),
        ("gs://bucket//prefix", "empty segment"),
        ("file://server/share", "another machine"),
        ("file://relative", "another machine"),
        ("", "empty"),
        ("~nobody-of-that-name/lake", "in full"),
    ],
)
def test_what_a_lake_cannot_be(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Location.parse(text)


def test_the_default_is_a_folder_in_the_home(tmp_path: Path) -> None:
    assert Lake.open(Settings(home=tmp_path)).url == str(tmp_path / "lake")


def test_opening_touches_nothing(tmp_path: Path) -> None:
    Lake.open(Settings(home=tmp_path / "home"))
    Lake.open(Settings(lake_url="gs://bucket-nobody-asks"))
    assert list(tmp_path.iterdir()) == []
