"""Where rows go that are set aside: an object of their own, written only when there are any."""

from __future__ import annotations

import logging
from contextlib import ExitStack, suppress
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from lakeside.errors import LakesideError, LimitExceeded, NotFound
from lakeside.ingest.rejects import Reject
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.lake.provenance import Provenance

logger = logging.getLogger(__name__)

SCHEMA = pa.schema(
    [
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("line", pa.string()),
    ]
)
SOURCE_KEY = b"lakeside.source_sha256"  # of the file the rows are from, in the footer
_BATCH_ROWS = 10_000
_BATCH_LETTERS = 16_000_000  # one line may be as long
_SHOWN_LETTERS = 100
_SHOWN = 3


def is_of_another(lake: Lake, key: str, provenance: Provenance) -> bool:
    """Whether rows are set aside there that the month's object does not know of.

    So they are where its run was killed after the rows set aside had appeared, and before the object did.
    None at all are no such rows: they are removed after a while.
    """
    if lake.find_object(key) is None:
        return False
    try:
        with lake.open_reader(key) as file:
            footer = parquet.ParquetFile(file).metadata
    except NotFound:
        return False
    except (pa.ArrowException, OSError):  # damaged; OSError is Arrow's word for it too
        return True
    source = (footer.metadata or {}).get(SOURCE_KEY, provenance.source_sha256.encode())
    return bool(footer.num_rows != provenance.rows_rejected or source != provenance.source_sha256.encode())


class Quarantine:
    """Collects rejects in bounded memory; the object appears when the block is left cleanly.

    A month's quarantine of an earlier run is removed when this run sets nothing aside. It comes before the
    month's own object; where that fails, `put_back` brings the earlier quarantine back.
    """

    def __init__(self, lake: Lake, key: str, most_rows: int) -> None:
        self._lake, self._key = lake, key
        self._left = self._most = most_rows
        self._waiting_letters = 0
        self._stack = ExitStack()
        self._writer: Any = None
        self._before: LakeObject | None = None
        self._after: LakeObject | None = None
        self._is_done = False
        self._waiting: list[tuple[int, Reject]] = []
        self.first: list[str] = []
        self.source_sha256 = ""  # told before the block is left

    def __enter__(self) -> Quarantine:
        self._stack.__enter__()
        return self

    def add(self, rejects: list[Reject], first_row: int) -> None:
        """Take rows in; `first_row` is the source row of their batch's first.

        Raises:
            LimitExceeded: they are more than are set aside of one month.
        """
        self._left -= len(rejects)
        if self._left < 0:
            raise LimitExceeded(
                f"More than {self._most:,} rows do not fit the contract. The first: {'; '.join(self.first)}.",
                "Look at the file: it is probably not what its name says.",
                limit="ingest.quarantined_rows",
            )
        for reject in rejects:
            row = first_row + reject.row
            self._waiting.append((row, reject))
            self._waiting_letters += len(reject.line) + len(reject.value or "")
            if len(self.first) < _SHOWN:
                where = f" in {reject.column}" if reject.column else ""
                value = f" ({reject.value[:_SHOWN_LETTERS]!r})" if reject.value else ""
                self.first.append(f"row {row}: {reject.reason}{where}{value}")
            if len(self._waiting) >= _BATCH_ROWS or self._waiting_letters >= _BATCH_LETTERS:
                self._flush()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool | None:
        if error is None:
            self._before = self._lake.find_object(self._key)
            self._finish()
        elif self._writer is not None:
            with suppress(Exception):
                self._writer.close()
        answer = self._stack.__exit__(kind, error, trace)
        if error is None and (self._before or self._writer):
            self._after = self._lake.find_object(self._key)
            self._is_done = True
        return answer

    def put_back(self) -> None:
        """Undo what leaving the block did, because the object it belongs to did not appear.

        Where that cannot be done (nothing is kept of earlier versions), the next run of the month mends it.
        """
        if not self._is_done or self._before == self._after:
            return
        try:
            if self._before is not None:
                self._lake.restore_version(self._before, self._after)
            elif self._lake.find_object(self._key) == self._after:
                self._lake.remove_object(self._key)
        except LakesideError as error:
            logger.warning("quarantine.kept key=%s reason=%s", self._key, error.message)

    def _finish(self) -> None:
        if self._waiting:
            self._flush()
        if self._writer is not None:
            self._writer.add_key_value_metadata({SOURCE_KEY: self.source_sha256.encode()})
            self._writer.close()
            return
        with suppress(NotFound):
            self._lake.remove_object(self._key)

    def _flush(self) -> None:
        if self._writer is None:
            sink = self._stack.enter_context(self._lake.open_writer(self._key))
            self._writer = parquet.ParquetWriter(sink, SCHEMA, compression="zstd")
        rows = [
            {
                "source_row": row,
                "reason": r.reason.value,
                "column": r.column,
                "value": r.value,
                "line": r.line,
            }
            for row, r in self._waiting
        ]
        self._waiting, self._waiting_letters = [], 0
        self._writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
