"""How results show themselves, a line and the head of a table, and how progress does, a bar or plain lines."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from html import escape
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from tqdm import tqdm

__all__ = ["Displayed", "draws_bars", "significant", "with_progress"]

Item = TypeVar("Item")

_TEXT_ROWS, _HTML_ROWS = 7, 20
# In characters: a repr has at most a thousand.
_LINE, _WIDTH, _CELL = 200, 96, 40
_SECONDS_BETWEEN_LINES = 5.0


def significant(value: float) -> str:
    """Finite number with two significant digits, as scores and their intervals are published.

    Examples
    --------
    >>> significant(0.8160), significant(-0.01424), significant(12.6), significant(0.0999)
    ('0.82', '-0.014', '13', '0.10')
    """
    if value == 0:
        return "0"
    digits = 1 - int(np.floor(np.log10(abs(value))))
    rounded = round(value, digits)
    digits = 1 - int(np.floor(np.log10(abs(rounded))))
    return f"{rounded:.{max(digits, 0)}f}"


class Displayed:
    """Base of the frozen results: ``repr`` is at most ten lines, ``_repr_html_`` a line and a table.

    A class says its line in ``_headline`` and its table in ``_shown``; by default the line is the name of the class
    and the table its fields, each in a few words.
    """

    __slots__ = ()

    def _headline(self) -> str:
        """Say in one line what this is."""
        return type(self).__name__

    def _shown(self) -> pd.DataFrame:
        """Table whose head is shown."""
        names = list(getattr(self, "__dataclass_fields__", ()))
        return pd.DataFrame(
            {"field": names, "value": [_in_short(getattr(self, name)) for name in names]}, dtype=object
        )

    def __repr__(self) -> str:
        """Line, head of the table, and how many rows are left."""
        table = self._shown()
        shown = _cells(table.head(_TEXT_ROWS))
        lines = shown.to_string(index=False).split("\n") if len(shown) else []
        if len(table) > len(shown):
            lines.append(f"… {len(table) - len(shown):,} more rows")
        return "\n".join([_cut(self._headline(), _LINE), *(_cut(line, _WIDTH) for line in lines)])

    def _repr_html_(self) -> str:
        """Line, head of the table, and how many rows are left, for a notebook."""
        table = self._shown()
        shown = _cells(table.head(_HTML_ROWS))
        head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in shown.columns)
        lines = [f"<p>{escape(self._headline())}</p>"]
        if len(shown):
            lines += ["<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>"]
            lines += [_row(row) for row in shown.itertuples(index=False)]
            lines += ["</tbody>", "</table>"]
        if len(table) > len(shown):
            lines.append(f"<p>… {len(table) - len(shown):,} more rows</p>")
        return "\n".join(lines)


def _row(row: Any) -> str:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row)
    return f"<tr>{cells}</tr>"


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as short text."""
    if table.index.name is not None:
        table = table.reset_index()
    return pd.DataFrame({name: [_cell(value) for value in table[name].tolist()] for name in table.columns})


def _cell(value: Any) -> str:
    """Figures to four digits, missing values empty, long text cut."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    return _cut(str(value).replace("\n", " "), _CELL)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _in_short(value: Any) -> str:
    """Size of what is large, the value of what is small."""
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return f"{type(value).__name__} of shape {value.shape}"
    if isinstance(value, Mapping | tuple | list | set | frozenset) and len(value) > 3:
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, Displayed):
        return _cut(value._headline(), _CELL)
    if isinstance(value, str | int | float | None) or not isinstance(value, Collection):
        return _cut(repr(value).split("\n")[0], _CELL)
    return _cut(", ".join(_in_short(one) for one in value), _CELL)


def with_progress(items: Iterable[Item], *, count: int, caption: str | None) -> Iterable[Item]:
    """Items as they come, with what is done of them on stderr.

    Parameters
    ----------
    items : iterable
    count : int
        Their number.
    caption : str, optional
        What is being done; nothing is shown without one.

    Returns
    -------
    iterable
        A terminal or a notebook gets a bar; a pipe, a file or a log gets a plain line at the start, one every few
        seconds, and one at the end.
    """
    if caption is None:
        return items
    if draws_bars():
        bar: Iterable[Item] = tqdm(items, total=count, desc=caption, leave=False)
        return bar
    return _with_lines(items, count=count, caption=caption)


def draws_bars() -> bool:
    """Whether what reads stderr can draw a bar over itself."""
    stream = sys.stderr
    notebook = type(stream).__module__.startswith("ipykernel")
    return stream is not None and (notebook or (stream.isatty() and _has_width(stream)))


def _has_width(stream: Any) -> bool:
    """Whether a terminal has any columns; those of some batch jobs have none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns > 0
    except (OSError, ValueError):
        return True


def _with_lines(items: Iterable[Item], *, count: int, caption: str) -> Iterator[Item]:
    _write_line(f"{caption}: 0 of {count}")
    written = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if done == count or now - written >= _SECONDS_BETWEEN_LINES:
            _write_line(f"{caption}: {done} of {count}")
            written = now


def _write_line(text: str) -> None:
    # no one has to read the progress for the work to go on
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
