"""Questions to the process table: who is alive, since when, and who descends from whom."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from lakeside.processes import process_exists

_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent dies (Linux), so that none is lost from sight."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def find_birth(pid: int) -> int | None:
    """When a living process began, in kernel ticks; None when it is gone (a zombie is), 0 where unknown."""
    if not _PROC.is_dir():
        return 0 if process_exists(pid) else None
    fields = _read_stat(pid)
    return None if fields is None or fields[0] in ("Z", "X") else int(fields[19])


def is_alive(pid: int, born: int | None = None) -> bool:
    """Whether the process lives and, if a birth is given, is still the one that was meant."""
    now = find_birth(pid)
    return now is not None and (born is None or now == born)


def list_descendants(pid: int) -> list[int]:
    """Living processes below this one, nearest first."""
    children: dict[int, list[int]] = {}
    for child, parent in _list_parents():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, []))
    for process in found:
        found += children.get(process, [])
    return [process for process in found if is_alive(process)]


def reap_orphans(known: Iterable[int]) -> None:
    """Collect ended children that were adopted; those we started ourselves (`known`) are left to Popen."""
    ours = set(known)
    for child, parent in _list_parents():
        if parent == os.getpid() and child not in ours and not is_alive(child):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, os.WNOHANG)


def stop_processes(pids: Iterable[int], seconds: float) -> None:
    """SIGTERM to all and to their groups, wait at most `seconds`, then SIGKILL to what is left."""
    waiting = {pid: born for pid in pids if (born := find_birth(pid)) is not None}
    for pid in waiting:
        send_signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(is_alive(p, b) for p, b in waiting.items()):
        time.sleep(0.05)
    for pid, born in waiting.items():
        if is_alive(pid, born):
            send_signal(pid, signal.SIGKILL)


def send_signal(pid: int, number: signal.Signals) -> None:
    """To the process's group where it leads one, else to it alone; nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def _list_parents() -> list[tuple[int, int]]:
    if _PROC.is_dir():
        pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
        stats = ((pid, _read_stat(pid)) for pid in pids)
        return [(pid, int(fields[1])) for pid, fields in stats if fields is not None]
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True)
    return [(int(pid), int(parent)) for pid, parent in map(str.split, listing.stdout.splitlines())]


def _read_stat(pid: int) -> list[str] | None:
    """The fields after the command's name: state, parent, …; see proc(5)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
