"""Values of plain parts and tables as files, and back: nothing is pickled, and what differs afterwards is refused."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rtop_forecast.errors import DataIntegrityError, InputError

__all__ = ["files_of", "same", "value_of"]

_TREE = "value.json"
_PARTS: dict[str, type] = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}
# As they are written, by the ending of the files.
PARQUET, ARROW = "parquet", "arrow"


def files_of(value: Any, classes: Sequence[type], *, form: str = PARQUET) -> dict[str, bytes]:
    """Files that hold a value.

    Parameters
    ----------
    value : object
        Strings, numbers, days and None; lists, tuples, sets and dicts of these; tables; and dataclasses of these.
    classes : sequence of type
        Dataclasses that may occur.
    form : {"parquet", "arrow"}
        Tables as Parquet, which is small, or as uncompressed Arrow files, which can be mapped into memory.

    Returns
    -------
    dict of str to bytes
        ``value.json`` and one file per table.

    Raises
    ------
    InputError
        If a part is of another kind, or would not be read back as it was.
    """
    tables: list[pd.DataFrame] = []
    tree = _written(value, {one.__name__ for one in classes}, tables)
    contents = {f"{place}.{form}": _table_bytes(table, form) for place, table in enumerate(tables)}
    contents[_TREE] = json.dumps(tree, ensure_ascii=False, allow_nan=False).encode()
    if not same(value, value_of(contents, classes)):
        message = f"a value of type {type(value).__name__} would not be read back as it was."
        raise InputError(message)
    return contents


def value_of(contents: Mapping[str, Any], classes: Sequence[type]) -> Any:
    """Value from the files that :func:`files_of` made, each given as bytes or another buffer."""
    named = {one.__name__: one for one in classes}

    def read(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        kind, content = part["kind"], part["content"]
        if kind in _PARTS:
            return _PARTS[kind](map(read, content))
        if kind == "dict":
            return {read(key): read(value) for key, value in content}
        if kind == "day":
            return date.fromisoformat(content)
        if kind == "rows":
            return pd.DataFrame(index=range(content))
        if kind == "table":
            form = PARQUET if f"{content}.{PARQUET}" in contents else ARROW
            return _table(contents[f"{content}.{form}"], form)
        if kind not in named:
            message = f"{kind} is no class of the values that are read here."
            raise DataIntegrityError(message)
        return named[kind](**{name: read(value) for name, value in content.items()})

    return read(json.loads(bytes(contents[_TREE])))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last bit, their types too; missing equals missing."""
    if type(one) is not type(other):
        return False
    if isinstance(one, pd.DataFrame):
        return _same_tables(one, other)
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in _fields(one))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return np.float64(one).tobytes() == np.float64(other).tobytes()
    return bool(one == other)


def _fields(value: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(value)


def _same_tables(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if one.attrs != other.attrs or not one.columns.identical(other.columns):
        return False
    if type(one.index) is not type(other.index) or not one.index.identical(other.index):
        return False
    return all(_same_columns(one.iloc[:, place], other.iloc[:, place]) for place in range(len(one.columns)))


def _same_columns(one: pd.Series, other: pd.Series) -> bool:
    if one.dtype != other.dtype:
        return False
    if one.dtype == object:
        pairs = zip(one, other, strict=True)
        return all(
            type(a) is type(b) and (a == b or (isinstance(a, float) and a != a and b != b)) for a, b in pairs
        )
    if isinstance(one.dtype, np.dtype) and one.dtype.kind == "f":
        first, second = one.to_numpy(), other.to_numpy()
        missing = np.isnan(first)
        equal = (first == second) & (np.signbit(first) == np.signbit(second))
        return bool((equal | (missing & np.isnan(second))).all())
    return bool(one.equals(other))


def _written(value: Any, classes: set[str], tables: list[pd.DataFrame]) -> Any:
    """Tree of a value for JSON; its tables go to the list, in their order."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and np.isfinite(value):
        return value
    if isinstance(value, pd.DataFrame) and not len(value.columns):
        return {"kind": "rows", "content": len(value)}
    if isinstance(value, pd.DataFrame):
        tables.append(value)
        return {"kind": "table", "content": len(tables) - 1}
    if type(value) is date:
        return {"kind": "day", "content": value.isoformat()}
    if type(value) is dict:
        pairs = [[_written(part, classes, tables) for part in pair] for pair in value.items()]
        return {"kind": "dict", "content": pairs}
    name = type(value).__name__
    if type(value) in _PARTS.values():
        parts = sorted(value) if isinstance(value, (set, frozenset)) else value
        return {"kind": name, "content": [_written(part, classes, tables) for part in parts]}
    if dataclasses.is_dataclass(value) and name in classes:
        parts = {part.name: _written(getattr(value, part.name), classes, tables) for part in _fields(value)}
        return {"kind": name, "content": parts}
    message = f"a value of type {name} is not written."
    raise InputError(message)


def _table_bytes(table: pd.DataFrame, form: str) -> bytes:
    try:
        arrow = pa.Table.from_pandas(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        message = f"a table cannot be written: {error}"
        raise InputError(message) from error
    buffer = io.BytesIO()
    if form == PARQUET:
        import pyarrow.parquet as pq

        pq.write_table(arrow, buffer, compression="lz4")
    else:
        with pa.ipc.new_file(buffer, arrow.schema) as writer:
            writer.write_table(arrow)
    return buffer.getvalue()


def _table(content: Any, form: str) -> pd.DataFrame:
    source = pa.BufferReader(pa.py_buffer(content))
    if form == PARQUET:
        import pyarrow.parquet as pq

        arrow = pq.read_table(source, use_threads=False)
    else:
        arrow = pa.ipc.open_file(source).read_all()
    frame: pd.DataFrame = arrow.to_pandas(use_threads=False)
    return frame
