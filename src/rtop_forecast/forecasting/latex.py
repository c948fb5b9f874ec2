"""Scores and comparisons as tables of LaTeX, with the rules of the package booktabs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.display import significant
from rtop_forecast.errors import InputError

__all__ = ["comparison_table", "escaped", "score_table_latex"]

TITLES = {
    "auc": "AUC",
    "ap": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "expected_observed": "Expected / observed",
    "recall_at_10": "Recall at 10",
    "recall_at_20": "Recall at 20",
    "recall_at_30": "Recall at 30",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_NONE = "--"


def escaped(text: str) -> str:
    r"""Text that LaTeX sets as it stands.

    Examples
    --------
    >>> print(escaped("R&D_50%"))
    R\&D\_50\%
    """
    return re.sub(r"[\\~^&%$#_{}]", lambda found: _SPECIAL[found[0]], text)


def score_table_latex(frame: pd.DataFrame, *, level: float, caption: Any, label: Any) -> str:
    """Table of :meth:`BacktestResult.score_frame`: score, value, interval."""
    rows = [
        [
            TITLES[str(score)],
            *_numbers([row["value"]], significant),
            _span(row["low"], row["high"], significant),
        ]
        for score, row in frame.iterrows()
    ]
    head = ["Score", "Value", escaped(f"{level:.0%} interval")]
    return _table(head, rows, caption=caption, label=label)


def comparison_table(
    frame: pd.DataFrame, *, names: tuple[str, str], level: float, caption: Any, label: Any
) -> str:
    """Table of a :class:`Comparison`: both scores, their difference, its interval, the share of resamples."""
    rows = []
    for score, row in frame.iterrows():
        digits = _digits(row["high"] - row["low"])

        def rounded(value: float, digits: int = digits) -> str:
            return f"{value:.{digits}f}"

        rows.append(
            [
                TITLES[str(score)],
                *_numbers([row["a"], row["b"], row["difference"]], rounded),
                _span(row["low"], row["high"], rounded),
                *_numbers([row["prob_better"]], _share),
            ]
        )
    first, second = (escaped(name) for name in names)
    head = ["Score", first, second, "Difference", escaped(f"{level:.0%} interval"), f"P({first} better)"]
    return _table(head, rows, caption=caption, label=label)


def _share(value: float) -> str:
    """Share of resamples; a few thousand of them are sure of nothing."""
    if value >= 0.995:
        return "$>$0.99"
    return "$<$0.01" if value < 0.005 else f"{value:.2f}"


def _digits(width: float) -> int:
    """Decimal places at which the width of an interval has two significant digits."""
    if not np.isfinite(width) or width <= 0:
        return 2
    return max(1 - int(np.floor(np.log10(width))), 0)


def _numbers(values: Sequence[float], form: Any) -> list[str]:
    """Numbers as text; a minus is the sign and not a hyphen, and minus nothing is nothing."""
    return [_signed(form(float(value))) if np.isfinite(value) else _NONE for value in values]


def _signed(text: str) -> str:
    if not text.startswith("-"):
        return text
    return f"${text}$" if float(text) else text.removeprefix("-")


def _span(low: float, high: float, form: Any) -> str:
    first, last = _numbers([low, high], form)
    return _NONE if _NONE in (first, last) else f"{first} to {last}"


def _table(head: list[str], rows: list[list[str]], *, caption: Any, label: Any) -> str:
    """Head and rows between the rules, within a floating table if it has a caption or label."""
    for name, value in (("caption", caption), ("label", label)):
        if value is not None and not isinstance(value, str):
            message = f"{name} must be a string or None; got {type(value).__name__}."
            raise InputError(message)
    lines = [
        rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
        r"\toprule",
        *(rf"{' & '.join(line)} \\" for line in (head,)),
        r"\midrule",
        *(rf"{' & '.join(line)} \\" for line in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    if caption is None and label is None:
        return "\n".join([*lines, ""])
    above = [] if caption is None else [rf"\caption{{{escaped(caption)}}}"]
    below = [] if label is None else [rf"\label{{{label}}}"]
    return "\n".join([r"\begin{table}", r"\centering", *above, *below, *lines, r"\end{table}", ""])
