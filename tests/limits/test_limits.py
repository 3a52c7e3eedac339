"""Every limit is documented, met by a test, and says its name; every setting with a number is judged."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from cli import limits_page
from lakeside.errors import BadFile, FileTooLarge, LimitExceeded
from lakeside.limits import LIMITS, NO_LIMITS, Ends, Limit
from lakeside.settings import PROJECT_ROOT, Settings
from tests.limits import console_cases, lake_cases, query_cases, source_cases
from tests.limits.world import CASES, World, fill

MODULES = (console_cases, lake_cases, query_cases, source_cases)  # importing them registers their cases


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> World:
    home = tmp_path_factory.mktemp("limits")
    return fill(home, home)


@pytest.fixture
def world(filled: World, tmp_path: Path) -> World:
    return World(filled.home, tmp_path)


def test_the_page_is_current() -> None:
    page = (PROJECT_ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert page == limits_page.write_page(), "run: python -m cli.limits_page > docs/limits.md"


def test_every_limit_is_met_by_a_case() -> None:
    assert [limit.name for limit in LIMITS if limit.name not in CASES] == []
    assert set(CASES) == {limit.name for limit in LIMITS}


def test_every_setting_with_a_number_is_a_limit_or_says_why_not() -> None:
    numbers = set()
    for section, info in Settings.model_fields.items():
        for field, inner in getattr(info.annotation, "model_fields", {}).items():
            kinds = {inner.annotation, *typing.get_args(inner.annotation)}
            if kinds & {int, float}:
                numbers.add(f"{section}.{field}")
    named = [limit.name for limit in LIMITS]
    assert len(named) == len(set(named))
    assert numbers == set(named) | set(NO_LIMITS)
    assert not set(named) & set(NO_LIMITS)


@pytest.mark.parametrize("limit", LIMITS, ids=[limit.name for limit in LIMITS])
def test_a_limit_is_met(limit: Limit, world: World) -> None:
    if limit.ends is not Ends.REFUSED:
        CASES[limit.name](world)
        return
    with pytest.raises(LimitExceeded) as refused:
        CASES[limit.name](world)
    assert refused.value.limit == limit.name
    assert f"LAKESIDE_{limit.name.replace('.', '__').upper()}" in str(refused.value)
    assert refused.value.as_dict()["limit"] == limit.name


def test_a_limit_keeps_its_name_on_the_way_between_processes() -> None:
    for kind in (LimitExceeded, FileTooLarge):
        made = kind("Too much.", "Take less.", None, "limits.query_rows")
        make, arguments = made.__reduce__()
        again = make(*arguments)
        assert (type(again), again.limit, str(again)) == (kind, "limits.query_rows", str(made))
    assert issubclass(FileTooLarge, BadFile)
