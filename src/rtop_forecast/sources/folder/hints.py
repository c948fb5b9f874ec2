"""What a file that no reader recognises may be, and what it lacks: said beside it, never a guess that is acted on."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.spec import CountryYears, Layouts
from rtop_forecast.sources.reading.text import decompressed, stamp_of
from rtop_forecast.sources.registry import datasets

__all__ = ["hint"]

_UNKNOWN = "not recognised"
_NAMED = 4
#: Columns of so many tables that they tell nothing.
_COMMON = frozenset(
    {"country", "year", "ccode", "date", "month", "day", "id", "code", "from", "to", "region"}
)


def hint(path: Path) -> str:
    """Say why a file is not recognised, as far as its columns tell.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        "not recognised", with the kinds of files that are read, that an R file is damaged, or with the dataset of
        which the file has at least half of the columns that mark it, or two of them, one of which marks no other
        dataset, and the columns that it lacks.
    """
    kind = files.kind_of(path)
    if not kind:
        suffix = f"files such as *{path.suffix}" if path.suffix else "files of this kind"
        return f"{_UNKNOWN}: {suffix} are not read; save the table as CSV"
    if kind == "r":
        whole = decompressed(stamp_of(path))
        return (
            _UNKNOWN
            if whole
            else f"{_UNKNOWN}: it cannot be decompressed; it is cut or damaged, download it again"
        )
    try:
        header = {name.casefold() for name in files.header_of(path)}
    except (InputError, DataIntegrityError):
        return _UNKNOWN
    shares = [
        (len(marks & header) / len(marks), len(marks), dataset)
        for dataset in datasets()
        for marks in _marks(dataset)
    ]
    share, _, nearest = max(shares, default=(0.0, 0, ""))
    if share < 0.5:
        nearest = _alone_marked(header)
    if not nearest:
        return _UNKNOWN
    marks = max(_marks(nearest), key=lambda one: len(one & header) / len(one))
    absent = sorted(marks - header)
    if not absent:
        return f"{_UNKNOWN}: it has the columns of {nearest}, but not its form; use the official file"
    more = "" if len(absent) <= _NAMED else f" and {len(absent) - _NAMED} more"
    return f"{_UNKNOWN}: it is nearest to {nearest}, but lacks {', '.join(absent[:_NAMED])}{more}"


def _alone_marked(header: set[str]) -> str:
    """Dataset of which a header has two columns that mark it, one of them no other; empty if none or several."""
    found = {
        dataset: max(len(marks & header) for marks in _marks(dataset))
        for dataset, own in _own_marks().items()
        if own & header
    }
    most = max(found.values(), default=0)
    nearest = [dataset for dataset, count in found.items() if count == most]
    return nearest[0] if most > 1 and len(nearest) == 1 else ""


@cache
def _own_marks() -> dict[str, frozenset[str]]:
    """Columns that mark one dataset and no other."""
    marks = {dataset: frozenset().union(*_marks(dataset)) for dataset in datasets()}
    return {
        dataset: own - frozenset().union(*(others for other, others in marks.items() if other != dataset))
        for dataset, own in marks.items()
    }


@cache
def _marks(dataset: str) -> tuple[frozenset[str], ...]:
    """Columns by which each layout of a dataset is told, in lower case; none where columns do not tell."""
    module = import_module(f"rtop_forecast.sources.catalogue.{dataset}")
    source = getattr(module, "SOURCE", None)
    if isinstance(source, Layouts):
        found = [layout.marks for layout in source.layouts]
    elif isinstance(source, CountryYears):
        found = [source.marks]
    else:
        found = [frozenset(getattr(module, name, ())) for name in ("_MARKS", "COLUMNS")]
    telling = [frozenset(name.casefold() for name in one) - _COMMON for one in found]
    return tuple(one for one in telling if len(one) > 2)
