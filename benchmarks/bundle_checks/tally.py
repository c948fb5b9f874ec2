"""One comparison of a bundled table with a second source: cells, agreement, and why the rest differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.storage.bundled import core_file

__all__ = ["KEYS", "Comparison", "bundled", "core", "tally"]

KEYS = ["country_id", "year"]
#: Differences shown when no rule explains them.
_SHOWN = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Result of one comparison.

    Attributes
    ----------
    table, second_source, what : str
        Bundled table, what it was compared with, and what a cell is.
    cells, agree : int
        Cells that both have, and those in which they agree.
    explained : dict of str to int
        Differing cells by the rule that explains them.
    unexplained : int
        Differing cells that no rule explains; the first of them stand in ``examples``.
    """

    table: str
    second_source: str
    what: str
    cells: int
    agree: int
    explained: dict[str, int]
    unexplained: int
    examples: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the share that agrees."""
        return asdict(self) | {"agreement": round(self.agree / self.cells, 4) if self.cells else None}


def tally(
    cells: pd.DataFrame,
    agree: pd.Series[bool],
    rules: Sequence[tuple[str, pd.Series[bool]]] = (),
    *,
    table: str,
    second_source: str,
    what: str,
) -> Comparison:
    """Count the cells that agree, those that a rule explains, and the rest.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row per cell.
    agree : Series of bool
        Whether the two sources agree in it.
    rules : list of (str, Series of bool)
        Reasons with the cells that they hold in; the first that holds counts.
    table, second_source, what : str
        As in :class:`Comparison`.
    """
    left = ~agree.to_numpy(dtype=bool)
    explained = {}
    for reason, holds in rules:
        here = left & holds.to_numpy(dtype=bool)
        explained[reason] = int(here.sum())
        left = left & ~here
    examples = cells[left].head(_SHOWN).to_dict("records")
    return Comparison(
        table=table,
        second_source=second_source,
        what=what,
        cells=len(cells),
        agree=int(agree.sum()),
        explained={reason: count for reason, count in explained.items() if count},
        unexplained=int(left.sum()),
        examples=[{name: _plain(value) for name, value in one.items()} for one in examples],
    )


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def core(name: str) -> pd.DataFrame:
    """Return a bundled table as its file has it."""
    return pd.read_csv(core_file(f"{name}.csv"), keep_default_na=False, na_values=[""])


def bundled(variable: str) -> pd.DataFrame:
    """State-years of one of the panel's variables, from the bundled tables."""
    table = next(one for one in core_tables() if variable in one.coverage)
    return table.to_frame()[[*KEYS, variable]]
