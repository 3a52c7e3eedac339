"""A mark that every write to the lake changes, so that no process shows a listing older than our own write.

A listing is a request or thousands; the mark is a small file in the home, which the console, its workers
and the commands share. What others write to the lake does not change it: for that a listing has an age.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """The file; None, or one in a folder that is not there, stands for no mark at all."""

    path: Path | None

    def read(self) -> str:
        """The mark; empty while there is none."""
        try:
            return self.path.read_text() if self.path else ""
        except OSError:
            return ""

    def change(self) -> None:
        """Leave another mark. A home that cannot be written to must not fail a write to the lake."""
        if self.path is None or not self.path.parent.is_dir():
            return
        try:
            self.path.write_text(uuid.uuid4().hex)
        except OSError as error:
            logger.warning("the mark of changes was not written", extra={"error": str(error)})
