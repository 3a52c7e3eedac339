"""Start a program that ends when its supervisor does.

    python -m cli.supervisor_leash SUPERVISOR_PID PROGRAM...

On Linux the kernel sends SIGTERM to the program when the supervisor dies, even by kill -9. Elsewhere the
program just runs; the next `lakeside up` then finds and stops it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and become the program."""
    supervisor, *program = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != int(supervisor):  # it died before the leash was on
            sys.exit(1)
    os.execvp(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
