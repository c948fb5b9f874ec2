"""A language of the report: its words, its numbers and dates, its names of states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from rtop_forecast.checks.arguments import choice
from rtop_forecast.language import names, numbers
from rtop_forecast.language.catalogue import translations

__all__ = ["LANGUAGES", "Language"]

#: Codes of the languages that the report is written in.
LANGUAGES = ("en", "fr", "es", "ar")
_RIGHT_TO_LEFT = ("ar",)
#: What stands in a text of a table and is no word: an address, a day, a number.
_FIGURES = re.compile(r"https?://\S+|\d{4}-\d{2}-\d{2}|\d+(?:,\d{3})*")
#: What the label of a feature may end in, apart from what is measured.
_MODIFIER = re.compile(
    r"^(?P<what>.+), (?P<how>change in (?:\d|three) years?|mean of \d+ years|largest of \d+ years"
    r"|(?:years with any, )?halved every (?:\d+|three|five|ten) years|low estimate|high estimate)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    r"""Words, numbers, dates and names of states of one language; English texts are the keys of the others.

    Attributes
    ----------
    code : str
        One of :data:`LANGUAGES`: English, French, Spanish or Arabic.

    Examples
    --------
    >>> Language.of("fr").percent("4.3"), Language.of("ar").direction
    ('4,3\xa0%', 'rtl')
    """

    code: str = "en"

    @classmethod
    def of(cls, lang: str) -> Self:
        """Language of a code.

        Parameters
        ----------
        lang : str
            One of :data:`LANGUAGES`.

        Raises
        ------
        InputError
            If it is another.
        """
        return cls(code=choice(lang, name="lang", options=LANGUAGES))

    @property
    def direction(self) -> str:
        """``"ltr"`` or ``"rtl"``."""
        return "rtl" if self.code in _RIGHT_TO_LEFT else "ltr"

    def text(self, message: str, **values: object) -> str:
        """Message in this language, filled.

        Parameters
        ----------
        message : str
            In English, with names in braces for what is filled in.
        **values : object
            By those names.
        """
        found = translations(self.code).gettext(message) if message else ""
        return found.format(**values) if values else found

    def counted(self, one: str, several: str, *, count: int, **values: object) -> str:
        """Message in the form that a number takes.

        Parameters
        ----------
        one, several : str
            English messages for one and for any other number.
        count : int
        **values : object
            What else is filled in.
        """
        found = translations(self.code).ngettext(one, several, count)
        return found.format(count=count, **values)

    def of_table(self, text: str) -> str:
        """Text of a table in this language: the figures and addresses in it stay, or take this language's form.

        Parameters
        ----------
        text : str

        Examples
        --------
        >>> Language.of("es").of_table("reviewed, session 3")
        'examinado, período de sesiones 3'
        """
        if self.code == "en" or not text:
            return text
        figures = _FIGURES.findall(text)
        return self.text(table_message(text)).format(*(self._own_form(one) for one in figures))

    def _own_form(self, figure: str) -> str:
        return self.decimal(figure) if "," in figure and figure[0].isdigit() else self.day(figure)

    def label(self, text: str) -> str:
        """Label of a feature in this language.

        Parameters
        ----------
        text : str
            What is measured and, after a comma, how, as "conflicts, change in 3 years".
        """
        what, how = label_parts(text)
        return (
            self.of_table(what)
            if how is None
            else self.text("{what}, {how}").format(what=self.of_table(what), how=self.of_table(how))
        )

    def decimal(self, text: str) -> str:
        """Write a number that is written in English in this language's form.

        Parameters
        ----------
        text : str
            As "1,234.5".
        """
        return numbers.decimal(self.code, text)

    def percent(self, text: str) -> str:
        """Write a number of hundredths with the sign for them.

        Parameters
        ----------
        text : str
            As "4.3".
        """
        return numbers.percent(self.code, text)

    def day(self, text: str, *, words: str = "short") -> str:
        """Write a day, month or year.

        Parameters
        ----------
        text : str
            In ISO form; English keeps it.
        words : {"short", "long"}
            Whether the name of the month may be abbreviated.
        """
        return numbers.calendar_day(self.code, text, words=words)

    def listed(self, parts: Sequence[str]) -> str:
        """Enumerate in a sentence.

        Parameters
        ----------
        parts : sequence of str

        Examples
        --------
        >>> Language().listed(["Chad", "Mali", "Sudan"]), Language.of("es").listed(["Chad", "Malí", "Sudán"])
        ('Chad, Mali and Sudan', 'Chad, Malí y Sudán')
        """
        if len(parts) < 2:
            return "".join(parts)
        front = self.text(", ").join(parts[:-1])
        return self.text("{front} and {last}", front=front, last=parts[-1])

    def states(self, country_ids: Sequence[int], english: Sequence[str], year: int) -> list[str]:
        """Names of states in this language.

        Parameters
        ----------
        country_ids : sequence of int
            Gleditsch-Ward numbers.
        english : sequence of str
            Their names; they stay in English.
        year : int

        Examples
        --------
        >>> Language.of("fr").states([626, 347], ["South Sudan", "Kosovo"], 2024)
        ['Soudan du Sud', 'Kosovo']
        """
        if self.code == "en":
            return list(english)
        found = names.state_names(self.code, country_ids, english, year)
        return [self.text(name) if own is None else own for own, name in zip(found, english, strict=True)]

    def place(self, name: str) -> str:
        """Name of a place that is no ranked state, in this language.

        Parameters
        ----------
        name : str
            In English.
        """
        if self.code == "en":
            return name
        return names.place_name(self.code, name) or self.text(name)


def table_message(text: str) -> str:
    """Text of a table as a message: its figures and addresses are places to fill.

    Examples
    --------
    >>> table_message("reviewed, session 3"), table_message("term 2025-2027")
    ('reviewed, session {0}', 'term {0}-{1}')
    """
    places = iter(range(text.count("") + 1))
    return _FIGURES.sub(lambda _: f"{{{next(places)}}}", text)


def label_parts(text: str) -> tuple[str, str | None]:
    """Split the label of a feature into what is measured and how, if it says so at its end.

    Examples
    --------
    >>> label_parts("armed conflicts, change in 3 years"), label_parts("population")
    (('armed conflicts', 'change in 3 years'), ('population', None))
    """
    match = _MODIFIER.match(text)
    return (text, None) if match is None else (match["what"], match["how"])
