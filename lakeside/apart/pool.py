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
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import lakeside.errors
from lakeside.apart.codec import Unreadable, pack, unpack
from lakeside.apart.frames import MAXIMUM_PARTS_BYTES, Message, Overdue, PipeClosed, receive, send
from lakeside.errors import BackendUnavailable, LakesideError, LimitExceeded, QueryCancelled, ReaderDied
from lakeside.warehouse.cancelling import QueryHandle, stopped_by

if TYPE_CHECKING:
    from lakeside.settings import ReaderSettings

_START_SECONDS = 180.0  # it imports for a second; a machine that does much else takes its time
_END_SECONDS = 5.0
_DIED_HINT = "The file is damaged or made to do harm: do not use it. Everything else goes on."


@dataclass(frozen=True, slots=True)
class Terms:
    """What a pool says when a job takes too long or its process dies, the most bytes of an answer, and
    the modules its jobs take.
    """

    late_hint: str = "Choose fewer columns, or raise LAKESIDE_READERS__SECONDS."
    late_limit: str = "readers.seconds"
    died_hint: str = _DIED_HINT
    answer_bytes: int = MAXIMUM_PARTS_BYTES
    modules: tuple[str, ...] = ()


class ReaderFault(RuntimeError):
    """A defect of ours in a reader; the text is its traceback."""


class ReaderPool:
    """At most `settings.processes` readers, each started when it is needed and kept warm.

    Threads may share one pool. The processes end with the pool, and with this process.
    """

    def __init__(self, settings: ReaderSettings, terms: Terms = Terms()) -> None:
        self._settings = settings
        self._terms = terms
        self._slots = threading.BoundedSemaphore(settings.processes)
        self._idle: list[_Reader] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _end_all, self._idle)

    def start(self) -> None:
        """Start a reader now, so that the first job finds it warm; returns at once."""
        with self._lock:
            if not self._idle:
                self._idle.append(self._open_reader())

    def run(
        self,
        job: str,
        subject: str,
        *arguments: object,
        modules: Sequence[str] = (),
        handle: QueryHandle | None = None,
    ) -> Any:
        """Run `module:function` with these arguments in a reader; what it returns.

        Args:
            job: a function of ours; what it takes and gives, `lakeside.apart.codec` can write.
            subject: what is read, for messages.
            arguments: the function's.
            modules: where the records among them are defined.
            handle: when it is cancelled, the process is killed at once, whatever it does.

        Raises:
            LakesideError: what the function raised.
            QueryCancelled: the handle was cancelled.
            ReaderDied: the process died over it (a BadFile).
            LimitExceeded: it took longer than `readers.seconds`, and was ended.
            BackendUnavailable: all readers stayed busy for as long.
        """
        request = _write_request(job, arguments, modules)
        with self._borrow(request) as reader:
            answer = self._hear(reader, subject, handle)
            if answer.body.get("last"):
                reader.end()
        return _read_answer(answer, subject)

    def _hear(self, reader: _Reader, subject: str, handle: QueryHandle | None) -> Message:
        """The answer; the reader is ended where there is none."""
        seconds = self._settings.seconds
        try:
            with _killing(reader, seconds, handle):
                return reader.hear(time.monotonic() + seconds, self._terms.answer_bytes)
        except Overdue as overdue:
            reader.end()
            raise LimitExceeded(
                f"Reading {subject} took longer than {seconds:g} s and was ended.",
                self._terms.late_hint,
                limit=self._terms.late_limit,
            ) from overdue
        except PipeClosed as closed:
            code = reader.end()
            self.start()  # who asks next finds one that is warm
            if handle is not None and handle.is_cancelled:
                raise QueryCancelled("The query was cancelled.", "Nothing of it runs any more.") from closed
            raise ReaderDied(_tell_death(code, subject), self._terms.died_hint) from closed
        except BaseException:
            reader.end()  # its answer would be taken for that of the next job
            raise

    def close(self) -> None:
        """End the readers that are idle; the others end with their jobs' pipes."""
        self._finalizer()

    def list_pids(self) -> list[int]:
        """The processes that wait for work, for tests and the curious."""
        with self._lock:
            return [reader.pid for reader in self._idle]

    def _open_reader(self) -> _Reader:
        return _Reader(self._settings.megabytes, self._terms.modules)

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
            reader = reader or self._open_reader()
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

    def __init__(self, megabytes: float, modules: Sequence[str]) -> None:
        command = [sys.executable, "-m", "lakeside.apart.worker", str(int(megabytes * 1e6)), *modules]
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

    def hear(self, deadline: float, maximum_bytes: int = MAXIMUM_PARTS_BYTES) -> Message:
        return receive(self._answers.fileno(), deadline, maximum_bytes)

    def kill(self) -> None:
        self._process.kill()

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


def _killing(reader: _Reader, seconds: float, handle: QueryHandle | None) -> AbstractContextManager[None]:
    """While the block runs, the reader is killed as soon as the handle is cancelled."""
    return nullcontext() if handle is None else stopped_by(reader.kill, seconds + _END_SECONDS, handle)


def _end_all(idle: list[_Reader]) -> None:
    for reader in idle:
        with suppress(OSError, subprocess.TimeoutExpired):
            reader.end()
    idle.clear()


def _write_request(job: str, arguments: Sequence[object], modules: Sequence[str]) -> Message:
    packed = pack(list(arguments))
    return Message({"job": job, "modules": list(modules), "arguments": packed.body}, packed.parts)


def _tell_death(code: int, subject: str) -> str:
    if code < 0:
        try:
            how = f"by {signal.Signals(-code).name}"
        except ValueError:
            how = f"by signal {-code}"
    else:
        how = f"with exit code {code}"
    return f"The parquet reader died on {subject} ({how})."


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


def _make_error(document: dict[str, Any], subject: str) -> LakesideError:
    """The error of our tree that the reader raised; one that names nothing is given the subject."""
    kind: Any = getattr(lakeside.errors, str(document.get("kind")), LakesideError)
    if not (isinstance(kind, type) and issubclass(kind, LakesideError)):
        kind = LakesideError
    message = str(document.get("message", ""))
    if message.startswith("Reading it "):
        message = message.replace("Reading it ", f"Reading {subject} ", 1)
    hint, at = str(document.get("hint", "")), _read_place(document.get("at"))
    limit = [str(document.get("limit", ""))] if issubclass(kind, LimitExceeded) else []
    error: LakesideError = kind(message, hint, at, *limit)
    return error


def _read_place(document: Any) -> tuple[int, int] | None:
    """(line, column) of a cause in a text, where the reader told it."""
    if not isinstance(document, list) or len(document) != 2:
        return None
    line, column = document
    return (line, column) if type(line) is int and type(column) is int else None
