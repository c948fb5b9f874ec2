"""Styles for the columns of a journal: sizes, fonts that stay legible in print, text that stays text."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from rtop_forecast.checks.arguments import choice

__all__ = ["BLUE", "GREEN", "ORANGE", "PALETTE", "TEXT_AS_TEXT", "VERMILLION", "Column", "column"]

# Okabe and Ito's palette, safe for the colour-blind
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PALETTE = (BLUE, VERMILLION, GREEN, ORANGE)
#: Text of SVG, PDF and PostScript files that can be searched, copied and edited.
TEXT_AS_TEXT: dict[str, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42, "ps.fonttype": 42}

_SIZES = {"single": (3.5, 2.6), "double": (7.2, 4.0)}


class Column(dict[str, Any]):
    """Settings of matplotlib: a dict for ``rcParams.update`` or ``style.use``, and a context that undoes them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self._open = ExitStack()

    def __enter__(self) -> Column:
        """Apply the settings."""
        from matplotlib import rc_context

        settings: Any = dict(self)
        self._open.enter_context(rc_context(settings))
        return self

    def __exit__(self, *error: object) -> None:
        """Restore what was set before."""
        self._open.close()


def column(width: str = "single") -> Column:
    """Style for a figure as wide as one or two columns of a journal.

    Okabe and Ito's colours, labels of 8 and ticks of 7 points, thin lines, no frame above and to the right, constrained
    layout, 300 dots per inch, and text that stays text in SVG and PDF. The last three count when a figure is made or
    saved: do both within the context.

    Parameters
    ----------
    width : {"single", "double"}
        3.5 or 7.2 inches.

    Returns
    -------
    Column
        A dict of settings, and a context manager that applies them and then restores those before.

    Raises
    ------
    InputError
        If the width is another.

    Examples
    --------
    >>> column("single")["figure.figsize"]
    (3.5, 2.6)
    >>> with column("double") as style:
    ...     style["svg.fonttype"]
    'none'
    """
    from cycler import cycler

    size = _SIZES[choice(width, name="width", options=tuple(_SIZES))]
    return Column(
        {
            "figure.figsize": size,
            "figure.constrained_layout.use": True,
            "savefig.dpi": 300,
            "font.size": 8,
            "axes.labelsize": 8,
            "axes.titlesize": 8,
            "figure.titlesize": 9,
            "xtick.labelsize": 7,
            "ytick.labelsize": 7,
            "legend.fontsize": 7,
            "legend.frameon": False,
            "legend.handlelength": 1.8,
            "lines.linewidth": 1.0,
            "lines.markersize": 4.0,
            "hatch.linewidth": 0.5,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=PALETTE),
            **TEXT_AS_TEXT,
        }
    )
