"""Between Arrow and numpy without a copy, by buffers.

`Array.to_numpy`, `pa.scalar(date)` and `pa.array(list)` look whether they were given pandas objects, and
import pandas for it: 0.4 s of a command that needs none of it. `pyarrow.compute` writes three hundred
wrappers and their documentation when it is imported, a tenth of the command's start; the few kernels of
the hot path are called by name instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow._compute import call_function

__all__ = ["call_function", "flags_of", "from_numpy", "to_numpy"]


def to_numpy(array: pa.Array) -> npt.NDArray[Any]:
    """The values of an array of fixed-width numbers, dates or times that has no nulls; a view."""
    width = array.type.bit_width // 8
    kind = "f" if pa.types.is_floating(array.type) else "i"
    data = array.buffers()[1]
    if data is None:
        return np.empty(0, f"{kind}{width}")
    return np.frombuffer(data, f"{kind}{width}", len(array), array.offset * width)


def from_numpy(values: npt.NDArray[Any], type_: pa.DataType) -> pa.Array:
    """An array without nulls over the same memory; booleans are packed."""
    if pa.types.is_boolean(type_):
        packed = np.packbits(values, bitorder="little")
        return pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(packed)])
    contiguous = np.ascontiguousarray(values, f"{values.dtype.kind}{type_.bit_width // 8}")
    return pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(contiguous)])


def flags_of(array: pa.Array) -> npt.NDArray[np.bool_]:
    """A boolean array without nulls, unpacked."""
    bits = np.unpackbits(np.frombuffer(array.buffers()[1], np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].astype(bool)
