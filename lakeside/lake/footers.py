"""Reading parquet footers by their tail, many at once, remembered by version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from lakeside.errors import BadFile, LakesideError, NotFound
from lakeside.lake.errors import decoded
from lakeside.lake.listing import get_object
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.provenance import FOOTER_KEY, Provenance
from lakeside.lake.reading import THREADS, read_range
from lakeside.lake.storage import Storage

FIRST_TAIL_BYTES = 64 << 10
MAXIMUM_FOOTER_BYTES = 64 << 20
REMEMBERED_FOOTERS = 2_000

# Parquet format: a file ends with the footer, its length (4 bytes, little endian) and a magic word.
_MAGIC, _ENCRYPTED, _END_BYTES = b"PAR1", b"PARE", 8


class FooterReader:
    """Reads footers of one lake and remembers the last 2,000 by (key, version)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._remembered: OrderedDict[tuple[str, str], Footer] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, key: str) -> Footer:
        """The footer of a key's present version; see `Lake.read_footer`."""
        return self.read_found(get_object(self._storage, key))

    def read_many(self, objects: Sequence[LakeObject]) -> dict[str, Footer | LakesideError]:
        """Footer or error of each object, by key."""
        with ThreadPoolExecutor(THREADS[self._storage.kind], thread_name_prefix="footers") as pool:
            return dict(zip([o.key for o in objects], pool.map(self._read_or_error, objects), strict=True))

    def read_found(self, found: LakeObject) -> Footer:
        """The footer of an object that was found, or of what has replaced it since; earlier ones exactly."""
        try:
            return self._read_version(found)
        except (NotFound, BadFile):
            if not found.is_live:
                raise
            present = get_object(self._storage, found.key)
            if present.version == found.version:
                raise
            return self._read_version(present)

    def _read_or_error(self, found: LakeObject) -> Footer | LakesideError:
        try:
            return self.read_found(found)
        except LakesideError as error:
            return error

    def _read_version(self, found: LakeObject) -> Footer:
        name = (found.key, found.version)
        with self._lock:
            if name in self._remembered:
                self._remembered.move_to_end(name)
                return self._remembered[name]
        footer = parse_footer(self.read_tail(found), self._storage.url_of(found.key))
        with self._lock:
            self._remembered[name] = footer
            while len(self._remembered) > REMEMBERED_FOOTERS:
                self._remembered.popitem(last=False)
        return footer

    def read_tail(self, found: LakeObject) -> bytes:
        """The whole footer with length and magic word, by one range or two."""
        url, size = self._storage.url_of(found.key), found.size_bytes
        tail = read_range(self._storage, found, max(0, size - FIRST_TAIL_BYTES), size)
        needed = _footer_bytes(tail, size, url)
        if needed > len(tail):
            tail = read_range(self._storage, found, size - needed, size - len(tail)) + tail
        return tail


def _footer_bytes(tail: bytes, size_bytes: int, url: str) -> int:
    """How many bytes from the end hold the footer; BadFile when there can be none."""
    magic = tail[-4:]
    if magic == _ENCRYPTED:
        raise BadFile(f"{url} is an encrypted parquet file.", "Lakeside reads plain parquet files only.")
    needed = int.from_bytes(tail[-_END_BYTES:-4], "little") + _END_BYTES
    if magic != _MAGIC or needed > size_bytes:
        raise BadFile(
            f"{url} has no parquet footer ({size_bytes:,} bytes): it is cut or not parquet.",
            "Ingest the month again with --force, or remove the object.",
        )
    if needed > MAXIMUM_FOOTER_BYTES:
        raise BadFile(
            f"{url} has a footer of {needed:,} bytes, more than {MAXIMUM_FOOTER_BYTES:,}.",
            "Write it again with larger row groups.",
        )
    return needed


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
        created_by=metadata.created_by or "",
        uncompressed_bytes=uncompressed,
        provenance_fault=fault,
    )


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
