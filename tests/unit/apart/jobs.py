"""What tests let a reader do: misbehave in every way a parser may."""

from __future__ import annotations

import ctypes
import os
import signal
import time

from lakeside.errors import BadFile, LimitExceeded


def echo(value: object) -> object:
    return value


def find_pid() -> int:
    return os.getpid()


def read_null_pointer() -> None:
    ctypes.string_at(0)


def write_noise() -> str:
    os.write(1, b"noise from a library")
    return "heard"


def take_memory(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def say_and_wait(path: str) -> None:
    """Write the own process id into the file `path` once at work, then wait to be killed."""
    with open(f"{path}.part", "w") as file:  # noqa: PTH123
        file.write(str(os.getpid()))
    os.replace(f"{path}.part", path)  # noqa: PTH105
    time.sleep(600)


def refuse() -> None:
    raise LimitExceeded("Too much.", "Take less.")


def find_bad() -> None:
    raise BadFile("object is cut.", "Look.")


def stumble() -> None:
    raise RuntimeError("a defect")


def answer_with_a_stranger() -> object:
    return signal.Signals.SIGTERM
