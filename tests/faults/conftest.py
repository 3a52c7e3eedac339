"""Disks that can be filled and made read-only: small file systems in memory, mounted for a test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import statvfs
from pathlib import Path

import pytest

from tests.faults.bigquery_scene import Scene, open_scene


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own at `folder`."""

    folder: Path

    def fill(self, leaving_bytes: int = 0) -> None:
        """Take all room but so much."""
        now = statvfs(self.folder)
        (self.folder / "ballast").write_bytes(bytes(max(0, now.f_bavail * now.f_frsize - leaving_bytes)))

    def take_names(self, leaving: int = 0) -> None:
        """Take all names (inodes) but so many: no room for a file, whatever its size."""
        folder = self.folder / "names"
        folder.mkdir()
        for number in range(statvfs(self.folder).f_favail - leaving):
            (folder / str(number)).touch()

    def make_room(self) -> None:
        """Undo both."""
        (self.folder / "ballast").unlink(missing_ok=True)
        for path in (self.folder / "names").glob("*"):
            path.unlink()

    def make_read_only(self, is_read_only: bool = True) -> None:
        """As an administrator or a failing disk does."""
        mode = "ro" if is_read_only else "rw"
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.folder)], check=True)


@pytest.fixture
def mount_disk(tmp_path: Path) -> Iterator[Callable[[str], SmallDisk]]:
    """Mount a disk of a size; skipped where mounting is refused (no root, or a container without it)."""
    mounted: list[Path] = []

    def mount(size: str) -> SmallDisk:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes=300", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount command")
        if done.returncode:
            pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return SmallDisk(folder)

    try:
        yield mount
    finally:
        for folder in mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="package")
def bigquery_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One emulator for all that is done to BigQuery here."""
    with open_scene(tmp_path_factory.mktemp("bigquery")) as scene:
        yield scene


@pytest.fixture
def scene(bigquery_scene: Scene) -> Scene:
    """The same with a proxy that lets everything pass, and forgot what was asked."""
    bigquery_scene.proxy.clear()
    return bigquery_scene
