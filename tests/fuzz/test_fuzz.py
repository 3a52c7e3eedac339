"""Each target for a moment, with the same examples every time; `make fuzz` looks for new ones."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from lakeside.errors import AccessDenied, LakesideError, NotFound, SettingsError
from lakeside.lake.lake import Lake
from tests.fuzz import paths_target
from tests.fuzz.pages_target import find_parameters
from tests.fuzz.paths_target import CALLS, KEYLESS, call, list_public_methods, open_lakes
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    with target.open(tmp_path / "world") as attempt:

        @settings(
            max_examples=target.suite_examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(target.examples)
        def run(example: object) -> None:
            attempt(example)

        run()


def test_every_parameter_of_the_pages_is_tried() -> None:
    assert {"object", "where", "sql", "months", "run", "tab", "measure"} <= set(find_parameters())
    assert len(find_parameters()) > 35


def test_every_method_of_the_lake_is_tried() -> None:
    assert list_public_methods() == set(CALLS) | KEYLESS
    for name in KEYLESS:
        parameters = set(inspect.signature(getattr(Lake, name)).parameters)
        assert not parameters & {"key", "keys", "prefix", "objects", "found", "version", "groups", "plan"}


# These would lead out of the lake if somebody joined them to its folder, or opened them as they are.
NO_NAMES = [
    "../../canary/secret.parquet",
    "data/../../../canary/secret.parquet",
    "{home}/secret.parquet",
    "/etc/passwd",
    "data\\..\\..\\secret.csv",
    "data/\0",
    "data//secret.csv",
    "a/" * 600 + "a",
]
# These are names, and a link on the way leads out.
LINKS = [
    "link_out/secret.parquet",
    "data/link.parquet",
    "data/link.csv",
    "data/new.csv",
    "data/up/link_out/secret.csv",
]
_ONLY_NAME = {"url_of", "find_gs_uri"}


@pytest.mark.parametrize("method", sorted(CALLS))
def test_no_method_of_the_lake_leaves_it(method: str, tmp_path: Path) -> None:
    with open_lakes(tmp_path / "world") as (lakes, canary):
        for key in [canary.fill(key) for key in NO_NAMES] + (LINKS if method not in _ONLY_NAME else []):
            answer = call(lakes[0], method, key)
            canary.assert_untouched(answer)
            assert _is_refused(method, answer), f"{method}({key!r}) answered {answer!r}"


def _is_refused(method: str, answer: object) -> bool:
    """By an error, or by one in the place of each answer."""
    refusals = (SettingsError, AccessDenied)
    if method in ("read_footers", "read_present", "name_contents"):
        return all(isinstance(one, refusals) for one in answer.values())  # type: ignore[attr-defined]
    if method == "count_rows":
        return not answer.rows  # type: ignore[attr-defined]
    if method == "list_objects":  # nothing that begins so is in the lake
        return isinstance(answer, refusals) or answer == []
    if method == "restore_version":  # looks for what was kept, which is under the lake's own names
        return isinstance(answer, (*refusals, NotFound))
    return isinstance(answer, refusals)


LOOK_ALIKES = [
    "data/%2e%2e/x",
    "data/‥/x",
    "data/．．/x",
    "gs:/other/x",
    "data/..x",
    "data/~/x",
    "e\u0301",
    "\u00e9",
]


@pytest.mark.parametrize("key", LOOK_ALIKES)
def test_what_only_looks_like_climbing_is_a_name_like_any(key: str, tmp_path: Path) -> None:
    with open_lakes(tmp_path / "world") as (lakes, _):
        for lake in lakes:
            paths_target.CALLS["open_writer"](lake, key)
            assert lake.get_object(key).size_bytes == len(b"written by an attack")
            assert [found.key for found in lake.list_objects(key).objects] == [key]
        assert (tmp_path / "world/inside/lake" / key).is_file()


def test_errors_of_refusal_say_what_to_do(tmp_path: Path) -> None:
    with open_lakes(tmp_path / "world") as (lakes, canary):
        answer = call(lakes[0], "read_whole", "data/link.parquet")
        assert isinstance(answer, LakesideError)
        assert "leads out of the lake" in answer.message
        assert answer.hint
        assert str(canary.folder) not in str(answer)
        assert not isinstance(answer, NotFound)
