"""A parquet file to batches: its footer checked first, its types brought to the contract's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from lakeside.datasets.contract import Kind
from lakeside.errors import BadFile, ContractViolation
from lakeside.ingest.conform import Batch, Conformed, conform
from lakeside.ingest.pipeline import Work
from lakeside.ingest.plan import Plan

BATCH_ROWS = 1 << 16
_MAGIC = b"PAR1"
_HINT = "Fetch it again; if it stays so, the source's file is broken."


def open_parquet(path: Path, file: str) -> parquet.ParquetFile:
    """Open a local copy and check its footer.

    Args:
        path: the copy.
        file: the source's name for it, for messages.

    Raises:
        BadFile: it is no parquet file, or its footer is missing: it was cut.
    """
    with path.open("rb") as copy:
        head = copy.read(64)
        size = copy.seek(0, 2)
        copy.seek(max(0, size - 4))
        tail = copy.read(4)
    if head[:4] != _MAGIC:
        page = head.lstrip()[:1] == b"<"
        what = "an HTML or XML page" if page else "something else"
        raise BadFile(f"{file} is not a parquet file but {what}.", "Check the URL template.")
    if tail != _MAGIC:
        raise BadFile(f"{file} is cut: its parquet footer is missing.", _HINT)
    try:
        return parquet.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"{file} is damaged: its parquet footer cannot be read ({error}).", _HINT) from error


def find_kinds(fields: Iterable[pa.Field], file: str) -> dict[str, Kind]:
    """What columns outside the contract hold, by their declared types.

    Raises:
        ContractViolation: a column is nested, or another type no table can hold.
    """
    kinds = {}
    for field in fields:
        kind = _kind_of(field.type)
        if kind is None:
            raise ContractViolation(
                f"{file} has the column {field.name} of type {field.type}, which cannot be kept.",
                "Only numbers, text, dates and times without a zone can.",
            )
        kinds[field.name] = kind
    return kinds


def check_types(plan: Plan, schema: pa.Schema) -> None:
    """Refuse a column whose type has nothing to do with the contract's, before anything is written.

    Raises:
        ContractViolation: for example numbers where a time is expected; names the column.
    """
    for planned in plan.kept:
        type_ = _plain(schema.field(planned.position).type)
        if not _may_become(type_, planned.kind):
            raise ContractViolation(
                f"{plan.file} has {planned.header} as {type_}, which is not {planned.kind.value}.",
                "The file's columns may be mixed up, or the contract needs a new rule.",
            )


def iterate_batches(source: parquet.ParquetFile, plan: Plan) -> Iterator[Work]:
    """The file's rows as work for the pool, 65,536 at a time, in order.

    Raises:
        BadFile: a page cannot be read.
    """
    names = [plan.headers[c.position] for c in plan.kept]
    try:
        for batch in source.iter_batches(BATCH_ROWS, columns=names, use_threads=False):
            yield _Job(batch, plan)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"{plan.file} is damaged: its rows cannot be read ({error}).", _HINT) from error


class _Job:
    """One batch, to be conformed in the pool."""

    def __init__(self, batch: pa.RecordBatch, plan: Plan) -> None:
        self._batch, self._plan = batch, plan

    def __call__(self) -> Conformed:
        return conform_batch(self._batch, self._plan)


def conform_batch(record: pa.RecordBatch, plan: Plan) -> Conformed:
    """Bring a batch's columns (named as in the file) to the contract."""
    columns = [_cast(record.column(plan.headers[c.position]), c.kind, bool(c.codes)) for c in plan.kept]

    def line_of(row: int) -> str:
        return json.dumps(record.slice(row, 1).to_pylist()[0], default=str)

    return conform(Batch(record.num_rows, columns, line_of), plan)


def _cast(array: pa.Array, kind: Kind, codes: bool) -> pa.Array:
    """The array as the kind's type where every value fits; as it is where one does not."""
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    if array.type == kind.arrow_type:
        return array
    if pa.types.is_string_view(array.type) or pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    if kind is not Kind.TEXT and pa.types.is_string(array.type):
        return array.cast(pa.binary())  # text where a number belongs goes the exact way
    try:
        return array.cast(kind.arrow_type)
    except pa.ArrowInvalid:
        return array


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
    )


def _kind_of(type_: pa.DataType) -> Kind | None:
    type_ = _plain(type_)
    if pa.types.is_integer(type_) or pa.types.is_boolean(type_):
        return Kind.INTEGER
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return Kind.FLOAT
    if pa.types.is_timestamp(type_) and type_.tz is None:
        return Kind.TIMESTAMP
    if pa.types.is_date(type_):
        return Kind.DATE
    return Kind.TEXT if _is_text(type_) or pa.types.is_null(type_) else None


def _may_become(type_: pa.DataType, kind: Kind) -> bool:
    if pa.types.is_null(type_) or _is_text(type_):
        return True
    found = _kind_of(type_)
    if found is None:
        return False
    numbers = (Kind.INTEGER, Kind.MONEY, Kind.FLOAT)
    times = (Kind.TIMESTAMP, Kind.DATE)
    if kind is Kind.TEXT:
        return True
    return found in (numbers if kind in numbers else times)
