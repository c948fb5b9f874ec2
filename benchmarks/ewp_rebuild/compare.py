"""Cell by cell: equal, explained by the smallest set of conventions that makes it equal, or unexplained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ewp_rebuild.frame import Flags, Frame, Values

__all__ = ["ABSOLUTE", "RELATIVE", "Comparison", "Predictor", "compare"]

#: Two numbers are equal if they differ by no more than this; a missing cell equals a missing cell only.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """One column of EWP's panel.

    Attributes
    ----------
    name : str
    conventions : tuple of str
        EWP's conventions that bear on it.
    values : callable
        Its values over the frame, given the set of conventions that are switched on: none for ours, all for
        EWP's.
    """

    name: str
    conventions: tuple[str, ...]
    values: Callable[[frozenset[str]], Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One predictor held against EWP's panel.

    Attributes
    ----------
    name : str
    cells, equal, unexplained : int
    reasons : dict of tuple of str to tuple of (int, int)
        Cells that each smallest set of conventions explains, and those of them that are missing in ours.
    ewp_equal : int
        Cells equal with all of EWP's conventions switched on.
    open : pandas.DataFrame
        The unexplained cells of both comparisons: ``ccode, year, theirs, ours, rules``.
    """

    name: str
    cells: int
    equal: int
    unexplained: int
    reasons: dict[tuple[str, ...], tuple[int, int]]
    ewp_equal: int
    open: pd.DataFrame


def compare(predictor: Predictor, frame: Frame) -> Comparison:
    """Hold a predictor against EWP's panel, by our rules and by EWP's."""
    theirs = frame.prepared[predictor.name].to_numpy(dtype=np.float64)
    ours = predictor.values(frozenset())
    left = frame.shown & ~_equal(ours, theirs)
    equal = int(frame.shown.sum() - left.sum())
    cells: Counter[tuple[str, ...]] = Counter()
    missing: Counter[tuple[str, ...]] = Counter()
    for chosen in _subsets(predictor.conventions):
        if not left.any():
            break
        found = left & _equal(predictor.values(frozenset(chosen)), theirs)
        cells[chosen] += int(found.sum())
        missing[chosen] += int((found & np.isnan(ours)).sum())
        left &= ~found
    by_theirs = predictor.values(frozenset(predictor.conventions))
    wrong = frame.shown & ~_equal(by_theirs, theirs)
    return Comparison(
        name=predictor.name,
        cells=int(frame.shown.sum()),
        equal=equal,
        unexplained=int(left.sum()),
        reasons={chosen: (n, missing[chosen]) for chosen, n in cells.items() if n},
        ewp_equal=int((frame.shown & ~wrong).sum()),
        open=pd.concat(
            [_cells(frame, left, theirs, ours, "ours"), _cells(frame, wrong, theirs, by_theirs, "ewp")]
        ),
    )


def _subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def _equal(left: Values, right: Values) -> Flags:
    return np.isclose(left, right, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)


def _cells(frame: Frame, rows: Flags, theirs: Values, values: Values, rules: str) -> pd.DataFrame:
    found = frame.table.loc[rows, ["ccode", "year"]]
    return found.assign(theirs=theirs[rows], value=values[rows], rules=rules)
