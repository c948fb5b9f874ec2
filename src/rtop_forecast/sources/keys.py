"""Registry keys in the source of a variable or table that is made of several releases, joined by ``+``."""

from __future__ import annotations

from rtop_forecast.sources.registry import registry

__all__ = ["datasets_of", "releases_of", "source_keys"]


def releases_of(source: str) -> list[tuple[str, str]]:
    """Dataset and release of each registry key in a variable's source, where they are joined by ``+``.

    Examples
    --------
    >>> releases_of("powell-thyne-2010+powell-thyne+csp-ewp2025+vdem-16")
    [('coups', '2010'), ('coups', '2025'), ('vdem', '16')]
    >>> releases_of("ewp-2031")
    [('ewp_events', '2031')]
    """
    found = []
    for key in source_keys(source):
        name, _, release = key.rpartition("-")
        entry = registry().get(key)
        found.append((entry.dataset, entry.release) if entry else (_dataset_of(name), release))
    return found


def _dataset_of(name: str) -> str:
    """Dataset of an unregistered release: that of the registered ones of the same name."""
    named = (entry.dataset for key, entry in registry().items() if key.rpartition("-")[0] == name)
    return next(named, name.replace("-", "_"))


def source_keys(source: str) -> list[str]:
    """Registry keys in a variable's source, where they are joined by ``+``.

    Examples
    --------
    >>> source_keys("powell-thyne-2010+powell-thyne+csp-ewp2025")
    ['powell-thyne-2010', 'powell-thyne+csp-ewp2025']
    """
    entries = registry()
    keys, parts = [], source.split("+")
    while parts:
        # a key may hold a plus itself: the longest one that is registered, else one part
        length = next((n for n in range(len(parts), 0, -1) if "+".join(parts[:n]) in entries), 1)
        keys.append("+".join(parts[:length]))
        parts = parts[length:]
    return keys


def datasets_of(source: str) -> set[str]:
    """Datasets behind a variable's source."""
    return {dataset for dataset, _ in releases_of(source)}
