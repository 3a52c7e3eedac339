"""The process that reads strangers' files. It may die: whoever asked is told, and another is started.

    python -m lakeside.apart.worker MEMORY_BYTES [MODULE ...]

The modules are those its jobs take, imported before the memory is limited.
It takes messages {job, modules, arguments} from stdin and answers each on stdout with {begun}, so that a
death before it is not blamed on the file, and then with {value}, {error} or {fault}.
When stdin ends it ends too, even in the middle of a job: nobody is left to answer.
"""

from __future__ import annotations

import logging
import os
import queue
import resource
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path

from lakeside.apart.codec import pack, unpack
from lakeside.apart.frames import Message, PipeClosed, receive, send
from lakeside.errors import FileTooLarge, LakesideError

logger = logging.getLogger(__name__)

BEGUN = Message({"begun": True}, [])
_MEMORY_HINT = "Choose fewer columns, or raise LAKESIDE_READERS__MEGABYTES if you trust the file."
_KEPT_BYTES = 512 << 20  # a process that holds more after a job is replaced by a fresh one


def main(arguments: list[str]) -> None:
    """Answer messages until nobody asks any more."""
    requests, answers = _claim_pipes()
    _import_what_reading_takes(arguments[1:])
    _limit_memory(int(arguments[0]))
    waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), name="requests", daemon=True).start()
    while True:
        request = waiting.get()
        try:
            send(answers, BEGUN)
            send(answers, _answer(request))
        except PipeClosed:
            os._exit(0)


def _claim_pipes() -> tuple[int, int]:
    """The two ends under numbers of their own, so that no library prints into an answer."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, answers


class _NoPandas:
    """Arrow imports pandas where it is found, which costs a reader a second and 60 MB for nothing."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("a reader has no pandas", name=name)


def _import_what_reading_takes(modules: list[str]) -> None:
    """While nobody waits yet, and before the memory is limited."""
    sys.meta_path.insert(0, _NoPandas)
    for name in ("pyarrow.parquet", "lakeside.lake.lake", "lakeside.lake.plain", *modules):
        import_module(name)


def _limit_memory(allowance_bytes: int) -> None:
    """So much address space beyond what the program itself has taken; no core dumps of strangers' data."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if allowance_bytes and sys.platform == "linux":
        allowed = _read_memory(0) + allowance_bytes
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _listen(requests: int, waiting: queue.SimpleQueue[Message]) -> None:
    while True:
        try:
            waiting.put(receive(requests))
        except PipeClosed:
            os._exit(0)


def _answer(message: Message) -> Message:
    try:
        module, _, name = message.body["job"].partition(":")
        function = getattr(import_module(module), name)
        for needed in message.body["modules"]:
            import_module(needed)
        value = function(*unpack(Message(message.body["arguments"], message.parts)))
        packed = pack(value)
        return Message({"value": packed.body, "last": _is_swollen()}, packed.parts)
    except LakesideError as error:
        return Message({"error": error.as_dict() | {"at": error.at}, "last": _is_swollen()}, [])
    except MemoryError:
        refusal = FileTooLarge(
            "Reading it took more memory than a reader may use.", _MEMORY_HINT, limit="readers.megabytes"
        )
        return Message({"error": refusal.as_dict(), "last": True}, [])
    except Exception:
        logger.exception("a job failed")  # of ours: who asked raises it
        return Message({"fault": traceback.format_exc(), "last": False}, [])


def _is_swollen() -> bool:
    """Whether the process still holds much memory; only Linux tells."""
    if sys.platform != "linux":
        return False
    return _read_memory(1) > _KEPT_BYTES


def _read_memory(column: int) -> int:
    """Bytes of this process by Linux' proc(5), statm: column 0 is the address space, 1 what is resident."""
    return int(Path("/proc/self/statm").read_text().split()[column]) * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1:])
