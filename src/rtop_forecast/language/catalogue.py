"""Translations of a language, from its ``.po`` file beside this module."""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from rtop_forecast.errors import DataIntegrityError

FOLDER = Path(__file__).resolve().parent / "locale"


def catalogue_file(code: str) -> Path:
    """Path of a language's translations."""
    return FOLDER / f"{code}.po"


@lru_cache(maxsize=8)
def translations(code: str) -> NullTranslations:
    """Read the translations of a language; English, whose texts are the keys of all others, has none.

    The text file is compiled when it is read, so that no binary copy of it can be out of date.

    Raises
    ------
    DataIntegrityError
        If the file is missing.
    """
    if code == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = catalogue_file(code)
    if not path.is_file():
        message = f"the translations {path.name} are missing from {path.parent}. Reinstall rtop-forecast."
        raise DataIntegrityError(message)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
