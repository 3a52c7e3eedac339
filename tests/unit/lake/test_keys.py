"""What may be a key."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.errors import SettingsError
from lakeside.lake.keys import TEMPORARY_PREFIX, check_key, is_temporary, is_valid_key
from lakeside.lake.storage import Location, Storage

STORAGE = Storage(Location.parse("/srv/lake"))


@given(st.text())
def test_a_valid_key_stays_in_the_lake_and_any_other_is_refused(key: str) -> None:
    if is_valid_key(key):
        path = PurePosixPath(STORAGE.path_of(key))
        assert path.is_relative_to("/srv/lake/")
        assert ".." not in path.parts
        assert str(path) == f"/srv/lake/{key}"
        path.as_posix().encode()
    else:
        with pytest.raises(SettingsError):
            STORAGE.path_of(key)


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b", "\\", "\0"]), max_size=6))
def test_climbing(segments: list[str]) -> None:
    key = "/".join(segments)
    assert is_valid_key(key) == bool(segments and set(segments) <= {"a", "b"})


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "empty"),
        ("/a", "absolute"),
        ("a//b", "empty segment"),
        ("a/../b", "climbs"),
        ("a\\b", "backslash"),
        ("a\tb", "control character"),
        ("a\u2028b", "control character"),
        ("a\udce9", "not valid Unicode"),
        ("\u00fc" * 128, "too long"),
        ("ab/" * 350 + "c", "too long"),
        (f"data/{TEMPORARY_PREFIX}x/y", "reserved"),
    ],
)
def test_the_reason_is_said(key: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        check_key(key)


def test_temporary_names() -> None:
    assert is_temporary(f"data/green/{TEMPORARY_PREFIX}1")
    assert not is_temporary(f"data/x{TEMPORARY_PREFIX}1")
