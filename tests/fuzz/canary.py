"""What nobody may touch: files with a secret, watched by the kernel, and an address that answers nobody."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SECRET = "what-must-not-be-read"
_OPENED, _NONBLOCK = 0x20, 0o4000  # IN_OPEN, IN_NONBLOCK of linux/inotify.h


@dataclass(frozen=True)
class Canary:
    """A folder of files with a secret, and what tells that somebody was at them."""

    folder: Path
    listener: socket.socket
    watch: int

    @property
    def url(self) -> str:
        """An address that would take a call."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def fill(self, text: str) -> str:
        """An attack with its places filled in."""
        file = str(self.folder / "secret.parquet")
        places = {"{home}": str(self.folder), "{file}": file, "{url}": self.url}
        for name, place in places.items():
            text = text.replace(name, place)
        return text

    def assert_untouched(self, *shown: object) -> None:
        """Nothing was opened, written or called, and nothing that was shown has the secret."""
        assert _read_events(self.watch) == 0, "a canary file was opened"
        assert sorted(path.name for path in self.folder.iterdir()) == NAMES, "something was written"
        try:
            self.listener.accept()
        except BlockingIOError:
            pass
        else:
            raise AssertionError("somebody called")
        for thing in shown:
            assert SECRET not in str(thing), "the secret came out"


NAMES = ["secret.csv", "secret.json", "secret.parquet"]


@contextmanager
def open_canary(folder: Path) -> Iterator[Canary]:
    """Files with the secret in a folder, watched until the block ends."""
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"secret": [SECRET]}), folder / "secret.parquet")
    (folder / "secret.csv").write_text(f"secret\n{SECRET}\n")
    (folder / "secret.json").write_text(f'{{"secret": "{SECRET}"}}')
    watch = _watch(folder)
    try:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.setblocking(False)
            yield Canary(folder, listener, watch)
    finally:
        os.close(watch)


def _watch(folder: Path) -> int:
    """An inotify descriptor that is told of every file in the folder that is opened."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(_NONBLOCK)
    for name in NAMES:
        if libc.inotify_add_watch(descriptor, str(folder / name).encode(), _OPENED) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch")
    return int(descriptor)


def _read_events(descriptor: int) -> int:
    try:
        return len(os.read(descriptor, 4096))
    except BlockingIOError:
        return 0
