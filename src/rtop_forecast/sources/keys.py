"""Registry keys in the source of a variable or table, joined by ``+`` where it has several; releases by age."""

from __future__ import annotations

import re

from rtop_forecast.sources.registry import registry

__all__ = ["datasets_of", "is_release", "plain_release", "release_order", "releases_of", "source_keys"]


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


def release_order(release: str) -> tuple[int, ...]:
    """Sort key of a release: its numbers from left to right.

    Examples
    --------
    >>> release_order("25.1") > release_order("9.2"), release_order("v15") > release_order("14")
    (True, True)
    """
    return tuple(int(part) for part in re.findall(r"\d+", release))


def is_release(one: str, other: str) -> bool:
    """Whether two spellings mean one release.

    Examples
    --------
    >>> is_release("v14", "14"), is_release("14", "15")
    (True, False)
    """
    return plain_release(one) == plain_release(other)


def plain_release(release: str) -> str:
    """Release without the letter before its number."""
    return str(release).strip().lower().removeprefix("v")
