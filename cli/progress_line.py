"""One line on the terminal that says where the month stands; nothing at all when stderr is not one."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from cli.tables import format_bytes

if TYPE_CHECKING:
    from lakeside.progress import Progress

_SECONDS_BETWEEN = 0.1


class ProgressLine:
    """Rewrites itself at most ten times a second; call it with each Progress, from any thread."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_terminal = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._shown_at = 0.0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, progress: Progress) -> None:
        """Show it, unless the line was rewritten a moment ago."""
        if not self._is_terminal:
            return
        with self._lock:
            now = time.monotonic()
            if now - self._shown_at < _SECONDS_BETWEEN:
                return
            self._shown_at = now
            sys.stderr.write(f"\r\x1b[K{self._what}  {describe_progress(progress)}")
            sys.stderr.flush()


def describe_progress(progress: Progress) -> str:
    """`conform  52,000 rows  1.2 MB of 1.8 MB  8.1 MB/s`."""
    total = f" of {format_bytes(progress.bytes_total)}" if progress.bytes_total else ""
    return (
        f"{progress.stage.value}  {progress.rows:,} rows  {format_bytes(progress.bytes_read)}{total}"
        f"  {progress.megabytes_per_second:.1f} MB/s"
    )
