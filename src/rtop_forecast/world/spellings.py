"""Names as people write them: abbreviations, turned order, ISO codes, and French and Spanish names of CLDR.

Readers of releases match exactly and never come here: what a release calls a state is a rule of its own. This is for
names that a user types or has in a table of her own, after the bundled list of names has none.

References
----------
Unicode Consortium. Common Locale Data Repository (CLDR), territory names, through Babel. https://cldr.unicode.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import product

from rtop_forecast.world.codes import codes_of, normalise

__all__ = ["find_spelling"]

_ABBREVIATED = {
    "s": ("south",),
    "n": ("north",),
    "e": ("east",),
    "w": ("west", "western"),
    "st": ("saint",),
    "rep": ("republic",),
    "dem": ("democratic",),
    "fed": ("federation", "federal"),
    "is": ("islands",),
    "eq": ("equatorial",),
    "herz": ("herzegovina",),
    "drc": ("democratic republic",),
    "dr": ("democratic republic",),
}
_LANGUAGES = ("en", "fr", "es")
_MOST_TOKENS = 8


@lru_cache(maxsize=4096)
def find_spelling(text: str) -> tuple[str, str] | None:
    """Code system and code that a name stands for; None if there is none, or more than one.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of (str, str) or None
        As :func:`rtop_forecast.world.codes.meaning` takes them, the second first.

    Examples
    --------
    >>> find_spelling("N. Korea"), find_spelling("Tanzania, United Rep."), find_spelling("SDN")
    (('name', 'north korea'), ('name', 'united republic of tanzania'), ('iso3', 'SDN'))
    """
    numbers = codes_of("name").number
    for spelling in (text, text.replace(".", "")):
        if normalise(spelling, system="name") in numbers:
            return "name", normalise(spelling, system="name")
    found = dict.fromkeys(variant for variant in _variants(text) if variant in numbers)
    # spellings of one state may well be several; of two states they are no answer
    states = {tuple(codes_of("name").state[list(codes_of("name").spells(key))]) for key in found}
    if found and len(states) == 1:
        return "name", next(iter(found))
    bare = text.replace(".", "").strip()
    if bare.isupper():
        for system, length in (("iso3", 3), ("iso2", 2)):
            if len(bare) == length and bare in codes_of(system).number:
                return system, bare
    territory = _territories().get(normalise(text, system="name"))
    return ("iso2", territory) if territory in codes_of("iso2").number else None


def _variants(text: str) -> Iterator[str]:
    """Normalised spellings without abbreviations, in the order given and with what follows a comma in front."""
    plain = normalise(text.replace("&", " and "), system="name")
    orders = [plain]
    if "," in plain:
        first, _, last = plain.partition(",")
        orders += [f"{last.strip()} {first.strip()}", f"{last.strip()} of {first.strip()}",
                   f"{last.strip()} of the {first.strip()}"]  # fmt: skip
    for order in orders:
        tokens = [token for token in re.split(r"[\s,]+", order) if token]
        if len(tokens) > _MOST_TOKENS:
            continue
        for chosen in product(*map(_expanded, tokens)):
            words = " ".join(chosen)
            yield words
            head, _, tail = words.rpartition(" ")
            if head:
                yield f"{head} of {tail}"
                yield f"{head} of the {tail}"


def _expanded(token: str) -> tuple[str, ...]:
    bare = token.rstrip(".")
    whole = _ABBREVIATED.get(bare, ())
    # a bare letter is an abbreviation only with its full stop; DRC and Rep need none
    return (whole or (bare,)) if token != bare or bare in {"drc", "dr", "rep", "dem"} else (token,)


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code of each CLDR name that means one territory; empty without Babel."""
    if find_spec("babel") is None:
        return {}
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(normalise(name, system="name"), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
