"""Names of states and other places in a language, by CLDR through Babel.

References
----------
Unicode Consortium. Common Locale Data Repository (CLDR), territory names, through Babel. https://cldr.unicode.org
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rtop_forecast.world.codes import plain_name
from rtop_forecast.world.reverse import find_codes


@lru_cache(maxsize=8)
def territories(code: str) -> dict[str, str]:
    """Names of territories by their ISO 3166-1 alpha-2 code."""
    from babel import Locale

    return {key: name for key, name in Locale(code).territories.items() if len(key) == 2 and key.isalpha()}


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    """Code of each territory by its plain English name."""
    return {_bare(name): key for key, name in territories("en").items()}


def _bare(name: str) -> str:
    """Plain name without an article in brackets, its "St." and "&" as words."""
    plain = plain_name(name).removesuffix("(the)").strip()
    return plain.replace("&", "and").replace("st. ", "saint ").replace("-", " ")


def state_names(code: str, country_ids: Sequence[int], names: Sequence[str], year: int) -> list[str | None]:
    """Name of each state in a language; None where CLDR has none, as for states that are no more.

    Parameters
    ----------
    code : str
    country_ids : sequence of int
        Gleditsch-Ward numbers.
    names : sequence of str
        Their English names.
    year : int
        In which they have their codes.
    """
    own = territories(code)
    iso = find_codes(list(country_ids), year, codes=["iso2"])["iso2"].tolist() if len(country_ids) else []
    return [
        own.get(two) if isinstance(two, str) else place_name(code, name)
        for two, name in zip(iso, names, strict=True)
    ]


def place_name(code: str, name: str) -> str | None:
    """Name of a place that CLDR knows by its English one."""
    two = _english().get(_bare(name))
    return None if two is None else territories(code).get(two)
