"""A process that holds the lake's lock and does not let go: a bounded wait, and its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lakeside.errors import BackendUnavailable
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.settings import RetentionSettings, Settings

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def write(lake: Lake, content: bytes) -> None:
    with lake.open_writer("data/a") as file:
        file.write(content)


def read(lake: Lake) -> bytes:
    with lake.open_reader("data/a") as file:
        return file.read()


def test_a_held_lock_is_waited_for_in_bounds_and_its_holder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    lake = Lake.open(Settings(lake_url=str(folder), retention=RetentionSettings(lock_seconds=0.3)))
    write(lake, b"old")
    lock = folder / VERSIONS_FOLDER / VERSIONS_FOLDER
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BackendUnavailable, match=r"did not finish within 0\.3 s") as caught:
            write(lake, b"new")
        if Path("/proc/locks").exists():
            assert f"process {holder.pid}" in caught.value.message
        assert "LAKESIDE_RETENTION__LOCK_SECONDS" in caught.value.hint
        with pytest.raises(BackendUnavailable, match="did not finish"):
            lake.remove_object("data/a")
        assert read(lake) == b"old"
        assert [p.name for p in (folder / "data").iterdir()] == ["a"]
        holder.kill()  # the lock goes with it
    write(lake, b"new")
    assert read(lake) == b"new"
    assert len(lake.list_versions("data/a").versions) == 2
