"""What is fuzzed: examples, and a world in which each is tried. Trying one raises when it is a finding."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Target:
    """`open(folder)` gives what tries one example of `examples`; the suite tries `suite_examples`."""

    name: str
    examples: st.SearchStrategy[Any]
    open: Callable[[Path], AbstractContextManager[Callable[[Any], None]]]
    suite_examples: int
