"""One DuckDB file that several processes share: short connections and a bounded wait."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lakeside.errors import BackendUnavailable, BadFile
from lakeside.warehouse.duckdb_errors import FileBusy, duckdb_errors, folder_errors
from lakeside.warehouse.figures import quote_duckdb

Config = dict[str, str | bool | int | float | list[str]]


@dataclass(frozen=True, slots=True)
class EngineBounds:
    """Memory and disk of one process's work on the file; see `limits.query_megabytes`."""

    megabytes: int = 1_000
    disk_megabytes: int = 4_000

    @property
    def reading(self) -> Config:
        """Readers of one process share one instance, so they must all ask for exactly this.

        It is also what keeps SQL of users away from files, settings and the network.
        """
        return {
            "enable_external_access": "false",
            "python_enable_replacements": "false",
            "memory_limit": f"{self.megabytes}MB",
            "max_temp_directory_size": f"{self.disk_megabytes}MB",
            "threads": "2",
            "lock_configuration": "true",
        }

    @property
    def writing(self) -> Config:
        """Loading and publishing; what does not fit goes to disk, as much as there is."""
        return {"memory_limit": f"{self.megabytes}MB"}


DEFAULT_BOUNDS = EngineBounds()
READ_CONFIG = DEFAULT_BOUNDS.reading
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.05

logger = logging.getLogger(__name__)

# Per file: a writer holds its gate, so that threads of one process wait in line instead of failing.
_GATES: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


class DuckDBFile:
    """Opens the file for one piece of work at a time.

    Args:
        path: the file, absolute.
        schema: the schema that holds the tables; created with the file.
        wait_seconds: how long to wait while somebody else writes.
        bounds: memory and disk.
    """

    def __init__(
        self, path: Path, schema: str, wait_seconds: float, bounds: EngineBounds = DEFAULT_BOUNDS
    ) -> None:
        self.path = path
        self.bounds = bounds
        self.schema = schema
        self.wait_seconds = wait_seconds

    def table(self, name: str) -> str:
        """A quoted table name with its schema."""
        return f"{quote_duckdb(self.schema)}.{quote_duckdb(name)}"

    @contextlib.contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """A read-only, sandboxed connection; None where no file exists (which is an empty warehouse).

        Raises:
            BackendUnavailable: a writer held the file for longer than `wait_seconds`, or somebody changed
                it while it was read, against its lock.
        """
        if not self.path.exists():
            yield None
            return
        connection = self._wait_for(self._open_reader)
        opened = self._look()
        try:
            with self._translated():
                yield connection
        except BadFile as error:
            if self._look() == opened:
                raise
            raise self._changed(error) from error
        finally:
            connection.close()

    @contextlib.contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The only writing connection; creates the file and the schema where missing.

        Raises:
            BackendUnavailable: others held the file for longer than `wait_seconds`.
        """
        gate = _GATES[self.path]
        if not gate.acquire(timeout=self.wait_seconds):
            raise self._unavailable("another thread writes")
        try:
            self._create_if_missing()
            connection = self._wait_for(lambda: duckdb.connect(str(self.path), config=self.bounds.writing))
            try:
                with self._translated():
                    yield connection
            finally:
                connection.close()
        finally:
            gate.release()

    def _open_reader(self) -> duckdb.DuckDBPyConnection:
        gate = _GATES[self.path]
        if not gate.acquire(timeout=self.wait_seconds):
            raise FileBusy("another thread writes")
        try:
            return duckdb.connect(str(self.path), read_only=True, config=self.bounds.reading)
        finally:
            gate.release()

    def _wait_for(self, connect: Callable[[], duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.wait_seconds
        pause = _FIRST_PAUSE
        while True:
            before = self._look()
            try:
                with duckdb_errors(str(self.path)):
                    return connect()
            except FileBusy as busy:
                if time.monotonic() >= deadline:
                    raise self._unavailable(str(busy).split("\n", 1)[0]) from busy
            except BadFile as error:
                if self._look() == before:
                    raise
                if time.monotonic() >= deadline:
                    raise self._changed(error) from error
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _create_if_missing(self) -> None:
        # Built under another name and linked into place, so that nobody meets a half-created file.
        if self.path.exists():
            return
        draft = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        with self._translated(), folder_errors(str(self.path)):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with duckdb.connect(str(draft)) as connection:
                    connection.execute(f"CREATE SCHEMA {quote_duckdb(self.schema)}")
                with contextlib.suppress(FileExistsError):
                    os.link(draft, self.path)
            finally:
                for left in (draft, draft.with_name(draft.name + ".wal")):
                    left.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with duckdb_errors(str(self.path)):
                yield
        except FileBusy as busy:
            raise self._unavailable(str(busy).split("\n", 1)[0]) from busy

    def _look(self) -> tuple[int, int, int] | None:
        """What differs once somebody has written: which file it is, its bytes, its time."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _changed(self, error: BadFile) -> BackendUnavailable:
        # Seen once among five runs and fifty visitors: blocks beyond the end of a file that was sound.
        logger.warning("warehouse.changed file=%s error=%s", self.path, error)
        return BackendUnavailable(
            f"The warehouse {self.path} was changed while it was read.",
            "Try again. If it stays so, see which other program writes that file.",
        )

    def _unavailable(self, why: str) -> BackendUnavailable:
        return BackendUnavailable(
            f"The warehouse {self.path} was busy for {self.wait_seconds:g} s ({why}).",
            "End the program that has it open, or raise LAKESIDE_WAREHOUSE__WAIT_SECONDS; then try again.",
        )
