"""Numbers and dates in a language's own form, by CLDR through Babel; in English as Python writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache


@lru_cache(maxsize=1 << 15)
def decimal(code: str, text: str) -> str:
    """Write a number with the same digits, and with the signs between them that the language has.

    Parameters
    ----------
    code : str
    text : str
        As English writes it: a point before the decimals, commas between the thousands, if any.

    Examples
    --------
    >>> decimal("fr", "0.0430"), decimal("es", "1,230,000"), decimal("en", "1,230,000")
    ('0,0430', '1.230.000', '1,230,000')
    """
    if code == "en":
        return text
    from babel.numbers import format_decimal

    _, _, digits = text.partition(".")
    whole = "#,##0" if "," in text else "0"
    pattern = f"{whole}.{'0' * len(digits)}" if digits else whole
    written: str = format_decimal(
        Decimal(text.replace(",", "")), format=pattern, locale=code, numbering_system="default"
    )
    return written


@lru_cache(maxsize=8)
def _percent_pattern(code: str) -> str:
    if code == "en":
        return "{}%"
    from babel.numbers import format_decimal, format_percent

    zero = format_decimal(0, locale=code, numbering_system="default")
    pattern: str = format_percent(0, locale=code, numbering_system="default").replace(zero, "{}")
    return pattern


def percent(code: str, text: str) -> str:
    r"""Write a number of hundredths with the sign that the language has for them.

    Examples
    --------
    >>> percent("en", "4.3"), percent("es", "4.3")
    ('4.3%', '4,3\xa0%')
    """
    return _percent_pattern(code).format(decimal(code, text))


def calendar_day(code: str, text: str, *, words: str = "short") -> str:
    """Write an ISO day, month or year.

    Parameters
    ----------
    code : str
    text : str
        ``2025-06-30``, ``2025-06`` or ``2025``; anything else stays as it is.
    words : {"short", "long"}
        Whether the name of the month may be abbreviated.

    Examples
    --------
    >>> calendar_day("fr", "2025-07-30"), calendar_day("es", "2025-07"), calendar_day("en", "2025-07-30")
    ('30 juil. 2025', 'jul 2025', '2025-07-30')
    """
    if code == "en" or len(text) not in (7, 10):
        return text
    try:
        day = date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    except ValueError:
        return text
    from babel.dates import format_date, format_skeleton

    if words == "long" and len(text) == 10:
        return str(format_date(day, "long", locale=code))
    return str(format_skeleton("yMMMd" if len(text) == 10 else "yMMM", day, locale=code))
