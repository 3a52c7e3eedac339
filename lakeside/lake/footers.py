"""Reading parquet footers by their tail, many at once, remembered by version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from lakeside.apart.pool import ReaderPool
from lakeside.errors import BadFile, FileTooLarge, LakesideError, NotFound, ReaderDied
from lakeside.lake.errors import decoded
from lakeside.lake.listing import get_object
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.provenance import FOOTER_KEY, Provenance
from lakeside.lake.reading import THREADS
from lakeside.lake.storage import Storage
from lakeside.lake.version_file import read_range

FIRST_TAIL_BYTES = 64 << 10
MAXIMUM_FOOTER_BYTES = 64_000_000
REMEMBERED_FOOTERS = 2_000
PARSED_AT_ONCE = 100
_MOST_REPLACED = 5  # in a row, between a look and a read

_PARSE, _PARSE_MANY = "lakeside.lake.footers:parse_footer", "lakeside.lake.footers:parse_footers"

# Parquet format: a file ends with the footer, its length (4 bytes, little endian) and a magic word.
_MAGIC, _ENCRYPTED, _END_BYTES = b"PAR1", b"PARE", 8


class FooterReader:
    """Reads footers of one lake and remembers the last 2,000 by (key, version)."""

    def __init__(
        self, storage: Storage, readers: ReaderPool | None = None, maximum_bytes: int = MAXIMUM_FOOTER_BYTES
    ) -> None:
        self._storage = storage
        self._maximum_bytes = maximum_bytes
        self._readers = readers
        self._remembered: OrderedDict[tuple[str, str], Footer | ReaderDied] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, key: str) -> Footer:
        """The footer of a key's present version; see `Lake.read_footer`."""
        return self.read_found(get_object(self._storage, key))

    def read_many(self, objects: Sequence[LakeObject]) -> dict[str, Footer | LakesideError]:
        """Footer or error of each object, by key."""
        return {
            found.key: answer for found, (_, answer) in zip(objects, self._read_all(objects), strict=True)
        }

    def read_present(self, objects: Sequence[LakeObject]) -> list[tuple[LakeObject, Footer | LakesideError]]:
        """See `Lake.read_present`."""
        pairs = self._read_all(objects)
        return [(present, answer) for present, answer in pairs if not isinstance(answer, NotFound)]

    def _read_all(self, objects: Sequence[LakeObject]) -> list[tuple[LakeObject, Footer | LakesideError]]:
        with ThreadPoolExecutor(THREADS[self._storage.kind], thread_name_prefix="footers") as pool:
            if self._readers is not None:
                for start in range(0, len(objects), PARSED_AT_ONCE):
                    self._parse_ahead(objects[start : start + PARSED_AT_ONCE], pool, self._readers)
            return list(pool.map(self._read_or_error, objects))

    def _parse_ahead(
        self, objects: Sequence[LakeObject], pool: ThreadPoolExecutor, readers: ReaderPool
    ) -> None:
        """Let a reader parse many footers at once; those that fail are left to be read one by one."""
        wanted = [found for found in objects if (found.key, found.version) not in self._remembered]
        tails = list(pool.map(self._find_tail, wanted))
        pairs = [(found, tail) for found, tail in zip(wanted, tails, strict=True) if tail is not None]
        if len(pairs) < 2:
            return
        calls = [(tail, self._storage.url_of(found.key)) for found, tail in pairs]
        try:
            footers = readers.run(_PARSE_MANY, f"{len(calls)} footers", calls)
        except LakesideError:
            return  # one of them is to blame; alone it is found
        for (found, _), footer in zip(pairs, footers, strict=True):
            if footer is not None:
                self._remember(found, footer)

    def _find_tail(self, found: LakeObject) -> bytes | None:
        try:
            return self.read_tail(found)
        except LakesideError:
            return None

    def read_found(self, found: LakeObject) -> Footer:
        """The footer of an object that was found, or of what has replaced it since; earlier ones exactly."""
        return self._read_newest(found)[1]

    def _read_newest(self, found: LakeObject) -> tuple[LakeObject, Footer]:
        """The object that is there now, and its footer; it may be replaced again while it is looked for."""
        for _ in range(_MOST_REPLACED):
            try:
                return found, self._read_version(found)
            except ReaderDied:
                raise
            except (NotFound, BadFile):
                if not found.is_live:
                    raise
                present = get_object(self._storage, found.key)
                if present.version == found.version:
                    raise
                found = present
        return found, self._read_version(found)

    def parse(self, found: LakeObject, job: str, *arguments: object) -> Any:
        """What `job` (`module:function` of tail, URL and more) makes of a footer; not remembered."""
        tail, url = self.read_tail(found), self._storage.url_of(found.key)
        module, _, name = job.partition(":")
        function = getattr(import_module(module), name)
        if self._readers is None:
            return function(tail, url, *arguments)
        return self._readers.run(job, url, tail, url, *arguments, modules=[module])

    def _read_or_error(self, found: LakeObject) -> tuple[LakeObject, Footer | LakesideError]:
        try:
            return self._read_newest(found)
        except LakesideError as error:
            return found, error

    def _read_version(self, found: LakeObject) -> Footer:
        remembered = self._recall(found)
        if isinstance(remembered, ReaderDied):
            raise remembered.with_traceback(None)
        if remembered is not None:
            return remembered
        tail, url = self.read_tail(found), self._storage.url_of(found.key)
        try:
            footer: Footer = (
                self._readers.run(_PARSE, url, tail, url) if self._readers else parse_footer(tail, url)
            )
        except ReaderDied as death:  # it would kill the next one too
            self._remember(found, death)
            raise
        self._remember(found, footer)
        return footer

    def _recall(self, found: LakeObject) -> Footer | ReaderDied | None:
        name = (found.key, found.version)
        with self._lock:
            if name in self._remembered:
                self._remembered.move_to_end(name)
            return self._remembered.get(name)

    def _remember(self, found: LakeObject, footer: Footer | ReaderDied) -> None:
        with self._lock:
            self._remembered[(found.key, found.version)] = footer
            while len(self._remembered) > REMEMBERED_FOOTERS:
                self._remembered.popitem(last=False)

    def read_tail(self, found: LakeObject) -> bytes:
        """The whole footer with length and magic word, by one range or two."""
        url, size = self._storage.url_of(found.key), found.size_bytes
        tail = read_range(self._storage, found, max(0, size - FIRST_TAIL_BYTES), size)
        needed = _footer_bytes(tail, size, url, self._maximum_bytes)
        if needed > len(tail):
            tail = read_range(self._storage, found, size - needed, size - len(tail)) + tail
        return tail[-needed:]


def _footer_bytes(tail: bytes, size_bytes: int, url: str, maximum_bytes: int) -> int:
    """How many bytes from the end hold the footer; BadFile when there can be none, or too many."""
    if not size_bytes:
        raise BadFile(f"{url} is empty: it has no bytes at all.", "Write it again, or remove it.")
    magic = tail[-4:]
    if magic == _ENCRYPTED:
        raise BadFile(f"{url} is an encrypted parquet file.", "Lakeside reads plain parquet files only.")
    needed = int.from_bytes(tail[-_END_BYTES:-4], "little") + _END_BYTES
    if magic != _MAGIC or needed > size_bytes:
        raise BadFile(
            f"{url} has no parquet footer ({size_bytes:,} bytes): it is cut or not parquet.",
            "Ingest the month again with --force, or remove the object.",
        )
    if needed > maximum_bytes:
        raise FileTooLarge(
            f"{url} has a footer of {needed:,} bytes, more than {maximum_bytes:,}.",
            "Write it again with larger row groups.",
            limit="limits.footer_megabytes",
        )
    return needed


def parse_footers(calls: Sequence[tuple[bytes, str]]) -> list[Footer | None]:
    """The footers in many tails, each with its URL; None where one cannot be read."""
    found: list[Footer | None] = []
    for tail, url in calls:
        try:
            found.append(parse_footer(tail, url))
        except BadFile:
            found.append(None)
    return found


def parse_footer(tail: bytes, url: str) -> Footer:
    """The footer in the last bytes of a parquet file.

    Raises:
        BadFile: Arrow cannot read it.
    """
    with decoded(url):
        metadata = pq.read_metadata(pa.BufferReader(tail))
        schema = metadata.schema.to_arrow_schema().remove_metadata()
        uncompressed = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    provenance, fault = _read_provenance(metadata.metadata or {})
    return Footer(
        rows=metadata.num_rows,
        row_groups=metadata.num_row_groups,
        schema=schema,
        provenance=provenance,
        created_by=read_writer(metadata),
        uncompressed_bytes=uncompressed,
        provenance_fault=fault,
    )


def read_writer(metadata: pq.FileMetaData) -> str:
    """What the writing program calls itself; nothing depends on it, so damage there is only said."""
    try:
        return metadata.created_by or ""
    except UnicodeDecodeError:
        return "a name that is not text"


def _read_provenance(values: dict[bytes, bytes]) -> tuple[Provenance | None, str | None]:
    text = values.get(FOOTER_KEY.encode())
    if text is None:
        return None, None
    try:
        return Provenance.model_validate_json(text), None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        return None, f"{FOOTER_KEY}: {field}: {first['msg']}"
