"""Nothing listens where these tests look for Prefect."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that is taken and accepts nothing."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
