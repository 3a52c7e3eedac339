"""Keys and prefixes that want out of the lake, given to every method of Lake that takes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from lakeside.errors import LakesideError
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Format, LakeObject, RowsWanted
from lakeside.lake.prune import PrunePlan, Surplus
from lakeside.settings import Settings
from tests.fuzz.canary import Canary, open_canary
from tests.fuzz.target import Target

_GOOD = "data/green/good.parquet"
_SCHEMA = pa.schema([pa.field("secret", pa.string())])


def _imagine(key: str, replaced: bool = False) -> LakeObject:
    """An object as a listing would give it, of a key that no listing gives."""
    now = datetime.now(UTC)
    return LakeObject(key, 1_000, now, "1700000000.000000-1000-1", replaced_at=now if replaced else None)


def _write(lake: Lake, key: str) -> None:
    with lake.open_writer(key) as file:
        file.write(b"written by an attack")


def _read(lake: Lake, key: str) -> bytes:
    with lake.open_reader(key) as file:
        return file.read()


# What is done with a key by each public method of Lake; the values of answers that may hold what was read.
CALLS: dict[str, Callable[[Lake, str], object]] = {
    "url_of": lambda lake, key: (lake.url_of(key), None)[1],  # a name, nothing that was read
    "find_local_path": lambda lake, key: (lake.find_local_path(key), None)[1],
    "find_gs_uri": lambda lake, key: lake.find_gs_uri(key),
    "list_objects": lambda lake, key: lake.list_objects(key).objects,
    "find_object": lambda lake, key: lake.find_object(key),
    "get_object": lambda lake, key: lake.get_object(key),
    "open_writer": _write,
    "open_reader": _read,
    "remove_object": lambda lake, key: lake.remove_object(key),
    "set_metadata": lambda lake, key: lake.set_metadata(key, {"lakeside-x": "y"}),
    "read_footer": lambda lake, key: lake.read_footer(key),
    "list_versions": lambda lake, key: lake.list_versions(key).versions,
    "restore_version": lambda lake, key: lake.restore_version(_imagine(key, replaced=True), None),
    "prune": lambda lake, key: lake.prune(PrunePlan([Surplus(_imagine(key), "")], False, [])),
    "read_found_footer": lambda lake, key: lake.read_found_footer(_imagine(key)),
    "read_found_figures": lambda lake, key: lake.read_found_figures(_imagine(key)),
    "read_layout": lambda lake, key: lake.read_layout(_imagine(key)),
    "read_schema": lambda lake, key: lake.read_schema(_imagine(key)),
    "read_footers": lambda lake, key: lake.read_footers([_imagine(key)]),
    "read_present": lambda lake, key: {o.key: found for o, found in lake.read_present([_imagine(key)])},
    "count_rows": lambda lake, key: lake.count_rows([_imagine(key)]),
    "name_contents": lambda lake, key: lake.name_contents([_imagine(key)]),
    "read_head": lambda lake, key: lake.read_head(key),
    "preview_object": lambda lake, key: lake.preview_object(key).rows.to_pylist(),
    "preview_rows": lambda lake, key: lake.preview_rows(key, RowsWanted()).rows.to_pylist(),
    "plan_rows": lambda lake, key: lake.plan_rows(key, RowsWanted()),
    "export_rows": lambda lake, key: lake.export_rows(key, RowsWanted(), Format.CSV).content,
    "read_whole": lambda lake, key: lake.read_whole(key),
    "open_dataset": lambda lake, key: lake.open_dataset([key], _SCHEMA).to_table().to_pylist(),
    "read_figures": lambda lake, key: lake.read_figures(key),
    "open_column": lambda lake, key: lake.open_column(key, _SCHEMA.field(0), [0]).to_table().to_pylist(),
    "open_groups": lambda lake, key: lake.open_groups({key: [0]}, _SCHEMA).to_table().to_pylist(),
}
# These take neither a key nor a prefix nor an object.
KEYLESS = {"open", "read_change_mark", "read_retention", "plan_prune", "sweep_temporary", "check_ready"}
# Of engines that read by a path they were given: what is not there, or is not parquet, they say themselves.
_ENGINES = ("open_dataset", "open_column", "open_groups")


def list_public_methods() -> set[str]:
    """The names of everything that can be called on a lake."""
    return {name for name, _ in inspect.getmembers(Lake, callable) if not name.startswith("_")}


@contextmanager
def open_lakes(folder: Path) -> Iterator[tuple[list[Lake], Canary]]:
    """A lake in a folder with links that lead out of it, one in memory, and the canary beside them."""
    root = folder / "inside" / "lake"
    with open_canary(folder / "canary") as canary:
        lakes = [
            Lake.open(Settings(home=folder / "home", lake_url=url)) for url in (str(root), "memory://paths")
        ]
        for lake in lakes:
            with lake.open_writer(_GOOD) as file:
                pq.write_table(pa.table({"secret": ["not a secret"]}), file)
        (root / "link_out").symlink_to(canary.folder)
        (root / "data/link.parquet").symlink_to(canary.folder / "secret.parquet")
        (root / "data/link.csv").symlink_to(f"../../../canary/{'secret.csv'}")
        (root / "data/new.csv").symlink_to(canary.folder / "new.csv")
        (root / "data/up").symlink_to("..")
        yield lakes, canary


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[tuple[str, str]], None]]:
    """Tries a method with a key on each lake; nothing outside may be touched, and only our errors raised."""
    with open_lakes(folder) as (lakes, canary):

        def attempt(example: tuple[str, str]) -> None:
            method, key = example
            for lake in lakes:
                canary.assert_untouched(call(lake, method, canary.fill(key)))
                _assert_nothing_beside(folder)

        yield attempt


def call(lake: Lake, method: str, key: str) -> Any:
    """What the method answers, or the error of ours that it refuses by."""
    try:
        return CALLS[method](lake, key)
    except LakesideError as error:
        return error
    except (OSError, pa.ArrowException):
        if method not in _ENGINES:
            raise
        return None


def _assert_nothing_beside(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} <= {"canary", "home", "inside"}
    assert [path.name for path in (folder / "inside").iterdir()] == ["lake"]


_SEGMENTS = st.sampled_from(
    [
        "..",
        ".",
        "",
        "data",
        "green",
        "good.parquet",
        "link_out",
        "link.parquet",
        "link.csv",
        "new.csv",
        "up",
        "secret.parquet",
        "secret.csv",
        "canary",
        "inside",
        "lake",
        "%2e%2e",
        "%252e%252e",
        "..%2f",
        "%2f",
        "..\\",
        "\\",
        "\0",
        "‥",
        "．．",
        "。。",
        "..\u200b",
        "\u202e..",
        ".. ",
        " ..",
        "...",
        "~",
        "~root",
        "$HOME",
        "*",
        "?",
        "#1",
        ";",
        ":",
        "gs:",
        "file:",
        "a" * 256,
        "e\u0301",
        "\u00e9",
        "\udce9",
        ".versions",
        ".lakeside-tmp-1",
        "CON",
        "nul",
        "%00",
        "\n",
        "\r",
        "|",
        "-",
        "--help",
        "`id`",
        "{home}",
    ]
)
keys = st.one_of(
    st.lists(_SEGMENTS, min_size=1, max_size=7).map("/".join),
    st.sampled_from(
        [
            "{home}/secret.parquet",
            "file://{home}/secret.parquet",
            "gs://other/secret.parquet",
            "s3://other/x",
            "memory://other/x",
            "//{home}/secret.csv",
            "{url}/x.parquet",
            "link_out/secret.parquet",
            "data/link.parquet",
            "data/link.csv",
            "data/new.csv",
            "data/up/link_out/secret.csv",
            "link_out/",
            "../../canary/secret.parquet",
            "data/../../../canary/secret.csv",
            "/etc/passwd",
            "simplecache::file://{home}/secret.csv",
            "zip://*.csv::{home}/secret.csv",
        ]
    ),
    st.text(max_size=40),
    st.integers(900, 1_100).map(lambda size: "a/" * (size // 2)),
)

PATHS = Target("paths", st.tuples(st.sampled_from(sorted(CALLS)), keys), open_world, suite_examples=400)
