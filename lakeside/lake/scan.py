"""Many objects as one Arrow dataset, for engines that push columns and filters down into parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.dataset as ds

from lakeside.lake.errors import decoded, translated
from lakeside.lake.storage import Kind, Storage


def open_dataset(storage: Storage, keys: Sequence[str], schema: pa.Schema) -> ds.Dataset:
    """The objects' rows one after the other, as `schema`; a column an object lacks is null."""
    filesystem = None if storage.kind is Kind.FOLDER else storage.filesystem
    with translated(storage.location.url):
        paths = [storage.path_of(key) for key in keys]
        return ds.dataset(paths, schema=schema, format="parquet", filesystem=filesystem)


def open_column(storage: Storage, key: str, field: pa.Field, groups: Sequence[int]) -> ds.Dataset:
    """One column of some row groups of one object."""
    filesystem = None if storage.kind is Kind.FOLDER else storage.filesystem
    url = storage.url_of(key)
    with translated(url), decoded(url):
        schema = pa.schema([field])
        whole = ds.dataset([storage.path_of(key)], schema=schema, format="parquet", filesystem=filesystem)
        parts = [fragment.subset(row_group_ids=list(groups)) for fragment in whole.get_fragments()]
        return ds.FileSystemDataset(parts, schema, whole.format, filesystem=whole.filesystem)


def open_groups(storage: Storage, groups: Mapping[str, Sequence[int]], schema: pa.Schema) -> ds.Dataset:
    """Some columns of some row groups of several objects; a column an object lacks is null."""
    filesystem = None if storage.kind is Kind.FOLDER else storage.filesystem
    url = storage.location.url
    with translated(url), decoded(url):
        paths = {storage.path_of(key): list(numbers) for key, numbers in groups.items()}
        whole = ds.dataset(list(paths), schema=schema, format="parquet", filesystem=filesystem)
        parts = [fragment.subset(row_group_ids=paths[fragment.path]) for fragment in whole.get_fragments()]
        return ds.FileSystemDataset(parts, schema, whole.format, filesystem=whole.filesystem)
