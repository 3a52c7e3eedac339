"""Work in order on several cores: parse in a pool, write in one thread, never far ahead."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from lakeside.ingest.conform import Conformed

Work = Callable[[], Conformed]

# Pieces beyond those being parsed. With two less, a core waits while a row group is written; with more,
# nothing is quicker and memory is held for longer.
_AHEAD = 4


def run_in_order(work: Iterable[Work], write: Callable[[Conformed], None], workers: int = 0) -> None:
    """Do each piece of work in a pool and hand the results to `write`, in the order of the work.

    Reading (the iterable, in this thread), parsing (the pool) and writing (a thread of its own) overlap.
    At most `workers` + 4 pieces are under way or waiting, which bounds the memory.

    Args:
        workers: parser threads; 0 means one per core.

    Raises:
        Whatever reading, work or writing raises, the earliest in the file first; nothing runs on after it.
    """
    workers = workers or len(os.sched_getaffinity(0))
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(workers, "parse") as pool, ThreadPoolExecutor(1, "write") as writer:

        def hand_on(parsed: Future[Conformed]) -> None:
            write(parsed.result())

        try:
            for piece in work:
                waiting.append(writer.submit(hand_on, pool.submit(piece)))
                if len(waiting) > workers + _AHEAD:
                    waiting.popleft().result()
            while waiting:
                waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            writer.shutdown(wait=False, cancel_futures=True)
            raise
