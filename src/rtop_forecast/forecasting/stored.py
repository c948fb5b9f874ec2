"""What a computation asks of a store of results, and what a result depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from rtop_forecast.checks.arguments import instance_of
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.forecasting.request import Request

__all__ = ["ResultStore", "kept", "request_parts"]

_Result = TypeVar("_Result")


@runtime_checkable
class ResultStore(Protocol):
    """A place where results are kept by the content of all that they come from."""

    def find(self, noun: str, parts: Mapping[str, Any]) -> Any:
        """Return the result that was kept for these parts; None if there is none."""
        ...

    def keep(self, noun: str, parts: Mapping[str, Any], result: Any) -> None:
        """Keep a result for these parts."""
        ...


def request_parts(request: Request) -> dict[str, Any]:
    """Model, features, target and panel behind a result, by their content."""
    features, target = request.features, request.target
    panel = features.panel
    contents = {
        "features": features.frame,
        "ages": features.ages,
        "target": target.frame,
        "groups": request.rows.labels,
        "panel": panel.frame,
        "origin of the panel": panel.origin,
    }
    if panel.provisional is not None:
        contents["provisional episodes"] = panel.provisional.frame
    return {
        "made_of": {name: part[0] for name, part in request.made_of.items()},
        **{name: fingerprint(value, name=name) for name, value in contents.items()},
    }


def kept(
    cache: ResultStore | None, noun: str, parts: Callable[[], Mapping[str, Any]], made: Callable[[], _Result]
) -> _Result:
    """Take a result from the store, or make it and keep it there; without a store only make it.

    Parameters
    ----------
    cache : ResultStore, optional
    noun : str
        What the result is, as the store calls it.
    parts, made : callable
        All that the result depends on; the computation.

    Raises
    ------
    InputError
        If the cache is no store of results.
    """
    if cache is None:
        return made()
    instance_of(cache, ResultStore, name="cache", remedy="Pass rtop.ResultCache().")
    named = parts()
    found: _Result | None = cache.find(noun, named)
    if found is not None:
        return found
    result = made()
    cache.keep(noun, named, result)
    return result
