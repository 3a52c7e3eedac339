"""Other processes of this machine."""

from __future__ import annotations

import os


def process_exists(pid: int) -> bool:
    """Whether any process has this id, also one of another user; a finished one not yet reaped counts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
