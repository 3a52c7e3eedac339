"""Readers die in every way; who asked is told, and the next job is done."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lakeside.apart.pool import ReaderFault, ReaderPool, Terms
from lakeside.errors import BadFile, LimitExceeded, QueryCancelled, ReaderDied
from lakeside.settings import ReaderSettings
from lakeside.warehouse.cancelling import QueryHandle

JOBS = "tests.unit.apart.jobs:"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    readers = ReaderPool(ReaderSettings(processes=2, megabytes=300))
    yield readers
    readers.close()


def test_a_reader_is_kept_warm(pool: ReaderPool) -> None:
    first = pool.run(JOBS + "find_pid", "x")
    assert first != os.getpid()
    assert pool.run(JOBS + "find_pid", "x") == first
    assert pool.run(JOBS + "write_noise", "x") == "heard"
    assert pool.run(JOBS + "find_pid", "x") == first


def test_a_death_is_told_and_the_next_job_done(pool: ReaderPool) -> None:
    with pytest.raises(ReaderDied) as caught:
        pool.run(JOBS + "read_null_pointer", "lake/bad.parquet")
    assert caught.value.message == "The parquet reader died on lake/bad.parquet (by SIGSEGV)."
    assert isinstance(caught.value, BadFile)
    assert pool.run(JOBS + "echo", "x", [1, "two"]) == [1, "two"]


def test_a_reader_that_is_killed_while_it_reads(pool: ReaderPool, tmp_path: Path) -> None:
    at_work = tmp_path / "pid"
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pool.run, JOBS + "say_and_wait", "lake/slow.parquet", str(at_work))
        while not at_work.exists():
            assert not waiting.done(), waiting.result()
            time.sleep(0.02)
        os.kill(int(at_work.read_text()), signal.SIGKILL)
        with pytest.raises(ReaderDied, match=r"died on lake/slow.parquet \(by SIGKILL\)"):
            waiting.result(60)
    assert pool.run(JOBS + "echo", "x", 1) == 1


def test_memory_is_bounded(pool: ReaderPool) -> None:
    assert pool.run(JOBS + "take_memory", "x", 10) == 10 << 20
    with pytest.raises(BadFile, match=r"lake/large.parquet took more memory"):
        pool.run(JOBS + "take_memory", "lake/large.parquet", 4_000)


def test_errors_of_ours_come_through(pool: ReaderPool) -> None:
    with pytest.raises(LimitExceeded) as limit:
        pool.run(JOBS + "refuse", "x")
    assert (limit.value.message, limit.value.hint) == ("Too much.", "Take less.")
    with pytest.raises(BadFile, match=r"object is cut"):
        pool.run(JOBS + "find_bad", "x")
    with pytest.raises(ReaderFault, match=r"RuntimeError: a defect"):
        pool.run(JOBS + "stumble", "x")
    with pytest.raises(ReaderDied, match=r"is not ours"):
        pool.run(JOBS + "answer_with_a_stranger", "x")


def test_a_reader_killed_between_jobs_is_replaced(pool: ReaderPool) -> None:
    first = pool.run(JOBS + "find_pid", "x")
    os.kill(first, signal.SIGKILL)
    assert pool.run(JOBS + "find_pid", "x") not in (first, os.getpid())


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    readers = ReaderPool(ReaderSettings(processes=1, seconds=0.5))
    with pytest.raises(LimitExceeded, match=r"Reading x took longer than 0.5 s"):
        readers.run(JOBS + "say_and_wait", "x", str(tmp_path / "pid"))
    assert readers.list_pids() == []


def test_threads_share_the_readers(pool: ReaderPool) -> None:
    barrier = threading.Barrier(8)

    def ask(number: int) -> object:
        barrier.wait()
        return pool.run(JOBS + "echo", "x", number)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == list(range(8))
    assert len(pool.list_pids()) <= 2


def test_a_job_is_cancelled_by_killing_its_reader(pool: ReaderPool, tmp_path: Path) -> None:
    at_work, handle = tmp_path / "pid", QueryHandle()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(pool.run, JOBS + "say_and_wait", "x", str(at_work), handle=handle)
        while not at_work.exists():
            assert not waiting.done(), waiting.result()
            time.sleep(0.02)
        handle.cancel()
        with pytest.raises(QueryCancelled):
            waiting.result(60)
    with pytest.raises(ProcessLookupError):
        os.kill(int(at_work.read_text()), 0)
    assert pool.run(JOBS + "echo", "x", 1) == 1


def test_an_answer_beyond_its_bound_is_not_taken() -> None:
    readers = ReaderPool(ReaderSettings(processes=1), Terms(died_hint="Look.", answer_bytes=1_000))
    assert readers.run(JOBS + "echo", "x", b"1" * 1_000) == b"1" * 1_000
    with pytest.raises(ReaderDied) as caught:
        readers.run(JOBS + "echo", "x", b"1" * 1_001)
    assert caught.value.hint == "Look."
    readers.close()
