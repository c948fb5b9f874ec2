"""Names as people write them: abbreviations, turned order, ISO codes, and names of CLDR in the report's languages.

Readers of releases never come here: they know a name by the bundled list, in the form that
:func:`rtop_forecast.world.codes.normalise` gives to both. This is for names that a user types or has in a table of her
own, after the list has none; what it writes out may mean more than one word, or stand in another order.

References
----------
Unicode Consortium. Common Locale Data Repository (CLDR), territory names, through Babel. https://cldr.unicode.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from rtop_forecast.world.codes import codes_of, normalise, plain_name

__all__ = ["find_spelling"]

_ABBREVIATED = {
    "s": ("south", "sao", "san"),
    "n": ("north", "new"),
    "e": ("east",),
    "w": ("west", "western"),
    "fed": ("federation", "federal", "federated"),
    "is": ("islands",),
    "eq": ("equatorial",),
    "drc": ("democratic republic",),
    "dr": ("democratic republic",),
}
_LANGUAGES = ("en", "fr", "es", "ar")
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
    if normalise(text, system="name") in numbers:
        return "name", normalise(text, system="name")
    written = (normalise(variant, system="name") for variant in _variants(text))
    found = dict.fromkeys(variant for variant in written if variant in numbers) or _both_names(text)
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
    """Spellings without abbreviations, as given and with what follows a comma or stands in brackets in front."""
    plain = plain_name(text)
    orders = [plain]
    turned = re.fullmatch(r"([^,(]+)(?:,|\()([^,()]+)\)?", plain)
    if turned is not None:
        first, last = turned.groups()
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
    return (whole or (token,)) if token != bare or bare in {"drc", "dr"} else (token,)


def _both_names(text: str) -> dict[str, None]:
    """Two names, one in brackets or after a stroke, if both are known: "Swaziland/Eswatini"."""
    keys = [normalise(part, system="name") for part in re.split(r"[()/]", text) if part.strip()]
    both_known = len(keys) == 2 and all(key in codes_of("name").number for key in keys)
    return dict.fromkeys(keys) if both_known else {}


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code of each CLDR name that means one territory."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(normalise(name, system="name"), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
