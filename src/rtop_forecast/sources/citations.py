"""How to cite what a result rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal, Protocol

from rtop_forecast.errors import InputError
from rtop_forecast.sources.registry import Release, registry, releases_named

__all__ = ["METHODS", "cite"]

#: Papers behind the default model and the scores.
METHODS = (
    "Friedman, J., Hastie, T., & Tibshirani, R. (2010). Regularization paths for generalized linear models via "
    "coordinate descent. Journal of Statistical Software, 33(1), 1-22.",
    "Ke, G., Meng, Q., Finley, T., Wang, T., Chen, W., Ma, W., Ye, Q., & Liu, T.-Y. (2017). LightGBM: A highly "
    "efficient gradient boosting decision tree. Advances in Neural Information Processing Systems, 30.",
    "United Nations Office on Genocide Prevention and the Responsibility to Protect (2014). Framework of Analysis for "
    "Atrocity Crimes: A tool for prevention.",
)

Style = Literal["text", "bibtex"]


class _Described(Protocol):
    """Panel: its variables say where they come from."""

    @property
    def variables(self) -> Mapping[str, Any]: ...


class _Traced(Protocol):
    """Backtest or forecast: its provenance lists the sources."""

    @property
    def provenance(self) -> Mapping[str, Any]: ...


def cite(what: str | Sequence[str] | _Described | _Traced | None = None, *, style: Style = "text") -> str:
    """Give the references for a result: the library, the methods and every source of data behind it.

    Parameters
    ----------
    what : Panel, BacktestResult, Forecast, str or list of str, optional
        What is cited; a string is a dataset ("ucdp_brd": the newest release registered) or a key of the registry
        ("ucdp-brd-25.1"), for which the references of the data alone are given. By default the library and
        its methods.
    style : {"text", "bibtex"}

    Returns
    -------
    str
        One reference a line, sorted; or BibTeX entries.

    Raises
    ------
    InputError
        If a name or the style is unknown.

    Examples
    --------
    >>> print(cite("pts"))  # doctest: +ELLIPSIS
    Gibney, M., Haschke, P., ... The Political Terror Scale 1976-2023. https://www.politicalterrorscale.org
    """
    if style not in ("text", "bibtex"):
        message = f"style must be text or bibtex; got {style!r}."
        raise InputError(message)
    if isinstance(what, str) or (isinstance(what, Sequence) and not hasattr(what, "variables")):
        names = [what] if isinstance(what, str) else list(what)
        releases, own = [releases_named(name)[-1] for name in names], []
    else:
        releases = _registered(_keys(what))
        own = [_library(), *METHODS]
    lines = sorted({line for one in releases for line in _references(one)} | set(own))
    return "\n".join(lines) if style == "text" else "\n\n".join(_bibtex(line) for line in lines)


def _keys(what: _Described | _Traced | None) -> Iterable[str]:
    """Registry keys behind an object, as they stand joined by "+" or ";"."""
    if what is None:
        return []
    variables = getattr(what, "variables", None)
    if variables is not None:
        joined = [variable.source for variable in variables.values()]
    elif hasattr(what, "provenance"):
        joined = [str(source) for source in what.provenance["sources"]]
    else:
        message = f"cite() takes a panel, a backtest, a forecast or the name of a source; got {type(what).__name__}."
        raise InputError(message)
    entries = registry()
    found: list[str] = []
    for text in dict.fromkeys(joined):
        # A key may itself hold a "+": powell-thyne+csp-ewp2025.
        rest = text
        for key in sorted(entries, key=len, reverse=True):
            if re.search(rf"(^|[+;]){re.escape(key)}([+;]|$)", rest):
                found.append(key)
                rest = rest.replace(key, "")
        found += [part for part in re.split(r"[+;]", rest) if part]
    return dict.fromkeys(found)


def _registered(keys: Iterable[str]) -> list[Release]:
    """Entries of keys; a release that is not registered is cited as its dataset's nearest."""
    entries = registry()
    found = []
    for key in keys:
        entry = entries.get(key)
        if entry is None:
            dataset = key.rpartition("-")[0]
            entry = next((one for name, one in entries.items() if name.rpartition("-")[0] == dataset), None)
        if entry is not None:
            found.append(entry)
    return found


def _references(release: Release) -> list[str]:
    """Part an entry into its references: entries hold several, with a semicolon between."""
    parts = re.split(r"(?<=[.\d/]); (?=[A-Z])", release.citation)
    return [part if part.endswith((".", "/")) or "http" in part.split()[-1] else f"{part}." for part in parts]


def _library() -> str:
    title = "rtop_forecast: Forecasts of the risk of mass atrocities"
    return f"The rtop_forecast developers. {title}, version {version('rtop-forecast')}."


def _bibtex(line: str) -> str:
    """Entry of a reference: author, year and what follows them; the parts are not parsed further."""
    found = re.match(r"(?P<author>.+?) \((?P<year>\d{4})\)\. (?P<rest>.+)", line)
    author, year, rest = (found["author"], found["year"], found["rest"]) if found else ("", "", line)
    title, _, more = rest.partition(". ")
    key = re.sub(r"\W", "", (author or line).split(",")[0].split(" ")[-1]).lower() + (year or "")
    word = re.sub(r"\W", "", next((part for part in title.split() if len(part) > 3), "")).lower()
    author = " and ".join(re.split(r"(?<=\.), (?:& )?|, & ", author))
    fields = [("author", author), ("year", year), ("title", title.rstrip(".")), ("note", more.rstrip("."))]
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields if value)
    return f"@misc{{{key}{word},\n{body}}}"
