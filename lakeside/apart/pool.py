"""A few processes that read for many threads, one job each at a time; those that die are replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import lakeside.errors
from lakeside.apart.codec import Unreadable, pack, unpack
from lakeside.apart.frames import Message, Overdue, PipeClosed, receive, send
from lakeside.errors import BackendUnavailable, LakesideError, LimitExceeded, ReaderDied

if TYPE_CHECKING:
    from lakeside.settings import ReaderSettings

_START_SECONDS = 60.0
_END_SECONDS = 5.0
_DIED_HINT = "The file is damaged or made to do harm: do not use it. Everything else goes on."


class ReaderFault(RuntimeError):
    """A defect of ours in a reader; the text is its traceback."""


class ReaderPool:
    """At most `settings.processes` readers, each started when it is needed and kept warm.

    Threads may share one pool. The processes end with the pool, and with this process.
    """

    def __init__(self, settings: ReaderSettings) -> None:
        self._settings = settings
        self._slots = threading.BoundedSemaphore(settings.processes)
        self._idle: list[_Reader] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _end_all, self._idle)

    def start(self) -> None:
        """Start a reader now, so that the first job finds it warm; returns at once."""
        with self._lock:
            if not self._idle:
                self._idle.append(_Reader(self._settings.megabytes))

    def run(self, job: str, subject: str, *arguments: object, modules: Sequence[str] = ()) -> Any:
        """Run `module:function` with these arguments in a reader; what it returns.

        Args:
            job: a function of ours; what it takes and gives, `lakeside.apart.codec` can write.
            subject: what is read, for messages.
            arguments: the function's.
            modules: where the records among them are defined.

        Raises:
            LakesideError: what the function raised.
            ReaderDied: the process died over it (a BadFile).
            LimitExceeded: it took longer than `readers.seconds`, and was ended.
            BackendUnavailable: all readers stayed busy for as long.
        """
        request = _write_request(job, arguments, modules)
        with self._borrow(request) as reader:
            deadline = time.monotonic() + self._settings.seconds
            try:
                answer = reader.hear(deadline)
            except Overdue as overdue:
                reader.end()
                raise LimitExceeded(
                    f"Reading {subject} took longer than {self._settings.seconds:g} s and was ended.",
                    "Choose fewer columns, or raise LAKESIDE_READERS__SECONDS.",
                ) from overdue
            except PipeClosed as closed:
                raise _tell_death(reader.end(), subject) from closed
            except BaseException:
                reader.end()  # its answer would be taken for that of the next job
                raise
            if answer.body.get("last"):
                reader.end()
        return _read_answer(answer, subject)

    def close(self) -> None:
        """End the readers that are idle; the others end with their jobs' pipes."""
        self._finalizer()

    def list_pids(self) -> list[int]:
        """The processes that wait for work, for tests and the curious."""
        with self._lock:
            return [reader.pid for reader in self._idle]

    @contextmanager
    def _borrow(self, request: Message) -> Iterator[_Reader]:
        """A reader that has begun with the request."""
        if not self._slots.acquire(timeout=self._settings.seconds):
            raise BackendUnavailable(
                f"All {self._settings.processes} readers are busy.",
                "Try again, or raise LAKESIDE_READERS__PROCESSES.",
            )
        try:
            reader = self._begin(request)
            yield reader
            if reader.is_alive:
                with self._lock:
                    self._idle.append(reader)
        finally:
            self._slots.release()

    def _begin(self, request: Message) -> _Reader:
        """Give the request to an idle reader, or to a new one where that has died meanwhile."""
        while True:
            with self._lock:
                reader = self._idle.pop() if self._idle else None
            fresh = reader is None
            reader = reader or _Reader(self._settings.megabytes)
            try:
                reader.ask(request)
                reader.hear(time.monotonic() + _START_SECONDS)
                return reader
            except (PipeClosed, Overdue) as error:
                reader.end()
                if fresh or isinstance(error, Overdue):
                    raise BackendUnavailable(
                        "A process to read with could not be started.",
                        "See whether memory or processes are short on this machine.",
                    ) from error


class _Reader:
    """One process and the two ends of its pipes that are ours."""

    def __init__(self, megabytes: float) -> None:
        command = [sys.executable, "-m", "lakeside.apart.worker", str(int(megabytes * 1e6))]
        # Arrow's own allocator reserves more address space than the limit leaves.
        surroundings = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "4"}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | surroundings,
            start_new_session=True,  # Ctrl-C is for the program, which closes the pipe
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self.pid = self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, message: Message) -> None:
        send(self._requests.fileno(), message)

    def hear(self, deadline: float) -> Message:
        return receive(self._answers.fileno(), deadline)

    def end(self) -> int:
        """End it for good; its return code, negative for a signal's number."""
        with suppress(OSError):
            self._requests.close()
        try:  # one that dies by itself says why
            code = self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait(_END_SECONDS)
        self._answers.close()
        return code


def _end_all(idle: list[_Reader]) -> None:
    for reader in idle:
        with suppress(OSError, subprocess.TimeoutExpired):
            reader.end()
    idle.clear()


def _write_request(job: str, arguments: Sequence[object], modules: Sequence[str]) -> Message:
    packed = pack(list(arguments))
    return Message({"job": job, "modules": list(modules), "arguments": packed.body}, packed.parts)


def _tell_death(code: int, subject: str) -> ReaderDied:
    if code < 0:
        try:
            how = f"by {signal.Signals(-code).name}"
        except ValueError:
            how = f"by signal {-code}"
    else:
        how = f"with exit code {code}"
    return ReaderDied(f"The parquet reader died on {subject} ({how}).", _DIED_HINT)


def _read_answer(answer: Message, subject: str) -> Any:
    body = answer.body
    if "error" in body:
        raise _make_error(body["error"], subject)
    if "fault" in body:
        raise ReaderFault(str(body["fault"]))
    try:
        return unpack(Message(body["value"], answer.parts))
    except (Unreadable, KeyError) as error:
        raise ReaderDied(f"The parquet reader gave no answer on {subject}: {error}.", _DIED_HINT) from error


def _make_error(document: dict[str, str], subject: str) -> LakesideError:
    """The error of our tree that the reader raised; one that names nothing is given the subject."""
    kind = getattr(lakeside.errors, str(document.get("kind")), LakesideError)
    if not (isinstance(kind, type) and issubclass(kind, LakesideError)):
        kind = LakesideError
    message = str(document.get("message", ""))
    if message.startswith("Reading it "):
        message = message.replace("Reading it ", f"Reading {subject} ", 1)
    return kind(message, str(document.get("hint", "")))
