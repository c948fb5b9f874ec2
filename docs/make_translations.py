"""Find every text that the report and the command show, and bring the translations up to date.

Texts are in English where they stand: messages by id, sentences and labels of features, titles of risk factors, tables
of mechanisms, regions, and calls of ``text`` and ``counted`` in the command. A text that is no longer shown leaves the
translations, a new one enters them empty; ``tests/language`` refuses empty ones.

    python docs/make_translations.py            # rewrite src/rtop_forecast/language/locale/*.po
    python docs/make_translations.py --list     # print the English texts, one per line
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from rtop_forecast.explanation.reference import world_name
from rtop_forecast.features import CATALOGUE
from rtop_forecast.features.framework import RISK_FACTORS
from rtop_forecast.language import LANGUAGES
from rtop_forecast.language.catalogue import catalogue_file
from rtop_forecast.language.language import label_parts, table_message
from rtop_forecast.language.names import place_name, state_names
from rtop_forecast.mechanisms import listing
from rtop_forecast.report.feature_messages import CHANGE
from rtop_forecast.report.messages import MESSAGES
from rtop_forecast.report.places import unranked
from rtop_forecast.report.sentences import PHRASES, with_unit
from rtop_forecast.report.words import Words
from rtop_forecast.sources.mechanisms import GROUPS, ORGANISATIONS, load_mechanisms, mechanism_tables
from rtop_forecast.targets.events import BEGUN_CLAUSES, CLAUSES, EVENTS, outcome_clause
from rtop_forecast.world.states import LAST_YEAR, list_states, state_years

SRC = Path(__file__).resolve().parents[1] / "src" / "rtop_forecast"
KEYWORDS = {"text": None, "counted": (1, 2)}
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
FIRST_YEAR = 1975  # of past cases that a brief names

PLACE = re.compile(r"\{\w*\}")

Text = tuple[str, str | None, str]


def texts() -> Iterator[Text]:
    """Every English text, its form for several, and where it is shown."""
    for parts in (page(), features(), mechanisms(), places(), references(), command()):
        yield from parts


def page() -> Iterator[Text]:
    """Messages of the page and clauses of outcomes."""
    for key, message in MESSAGES.items():
        one = MESSAGES.get(f"{key}.one")
        if one is not None:
            yield one, message, f"page: {key}"
        elif not key.endswith(".one"):
            yield message, None, f"page: {key}"
    for begun in (False, True):
        yield outcome_clause("mass_killing", begun=begun)[0], None, "page: outcome"
    for clause in (*CLAUSES.values(), *BEGUN_CLAUSES.values()):
        yield clause, None, "page: outcome"
    for event in EVENTS.values():
        yield table_message(event.label), None, "page: event"
    for factor in RISK_FACTORS:
        yield factor.title, None, f"table: title of risk factor {factor.number}"
        yield factor.short, None, f"page: short title of risk factor {factor.number}"


def features() -> Iterator[Text]:
    """Sentences and labels of features."""
    for name, (kind, *phrases) in PHRASES.items():
        for place, phrase in enumerate(phrases):
            unit = kind == CHANGE and place == 1
            yield with_unit(phrase) if unit else phrase, None, f"feature: {name}"
    for spec in CATALOGUE:
        what, how = label_parts(spec.label)
        yield table_message(what), None, f"label: {spec.name}"
        if how is not None:
            yield table_message(how), None, "label"
        if spec.unit:
            yield table_message(spec.unit), None, f"command: unit of {spec.name}"


def mechanisms() -> Iterator[Text]:
    """Titles, statuses and notes of mechanisms."""
    rows, tables = load_mechanisms(), mechanism_tables()
    for group in GROUPS:
        yield group, None, "mechanism: group"
    codes = {*ORGANISATIONS, *tables["mechanism"]} - set(tables["title"])
    for text in (*ORGANISATIONS.values(), *tables["title"], *rows["mechanism"]):
        if text not in codes:
            yield table_message(text), None, "mechanism"
    told_otherwise = {*listing._ENDED, "universal_periodic_review", "women_peace_security"}
    ended = rows.loc[(rows["until"] != "") & ~rows["table"].isin(told_otherwise), "status"] + ", ended"
    for status in (*rows["status"], *listing._ENDED.values(), *ended, "not recorded by 2025-01-01"):
        yield table_message(status), None, "mechanism: status"
    notes = pd.concat([rows["note"], rows["until_note"]])
    for note in (*notes, "found by elimination", "scheduled only", "partial table"):
        for part in note.split("; "):
            yield table_message(part), None, "mechanism: note"


def places() -> Iterator[Text]:
    """Regions, and the names of states and places that CLDR does not have."""
    states = list_states()
    for region in (*states["region"], *states["subregion"]):
        yield region, None, "page: region"
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        present = state_years(first=year, last=year)
        numbers, names = present["country_id"].tolist(), present["name"].tolist()
        for found, name in zip(state_names("fr", numbers, names, year), names, strict=True):
            if found is None:
                yield name, None, "page: state"
    for name, _, why in unranked(set(states["country_id"]), set(), LAST_YEAR, Words()):
        if place_name("fr", name) is None:
            yield name, None, "page: place"
        yield table_message(why), None, "page: why a place is not ranked"


def command() -> Iterator[Text]:
    """Texts in the calls of the command, of explanations and of the languages themselves."""
    for path in sorted(
        one for room in ("cli", "explanation", "language") for one in (SRC / room).glob("*.py")
    ):
        with path.open("rb") as file:
            for _, message, _, _ in extract("python", file, keywords=KEYWORDS):
                one, several = message if isinstance(message, tuple) else (message, None)
                yield one, several, f"command: {path.name}"


def references() -> Iterator[Text]:
    """Whom explanations compare with."""
    yield table_message(world_name(LAST_YEAR)), None, "command: reference"
    yield table_message("its own 2014-2023"), None, "command: reference"


def template() -> Catalog:
    """Catalogue of all texts, without translations."""
    made = Catalog(project="rtop_forecast", header_comment="# Translations of rtop_forecast.", fuzzy=False)
    for one, several, shown in texts():
        if PLACE.sub("", one).strip():  # what holds more than places to fill
            made.add((one, several) if several else one, auto_comments=[shown])
    return made


def written(code: str, new: Catalog) -> bytes:
    """File of a language: its translations of the texts that are shown, in their order."""
    path = catalogue_file(code)
    old = Catalog(locale=code)
    if path.is_file():
        with path.open("rb") as file:
            old = read_po(file, locale=code)
    made = Catalog(locale=code, project="rtop_forecast", header_comment=old.header_comment, fuzzy=False)
    made.mime_headers = [("Plural-Forms", PLURALS[code])]
    for message in new:
        if message.id:
            known = old.get(message.id)
            made.add(
                message.id, known.string if known else None, auto_comments=message.auto_comments[:1],
                user_comments=known.user_comments if known else (),
            )  # fmt: skip
    file = io.BytesIO()
    write_po(file, made, width=110, omit_header=True)
    head = [
        *made.header_comment.splitlines(), 'msgid ""', 'msgstr ""', f'"Language: {code}\\n"',
        '"MIME-Version: 1.0\\n"', '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"', f'"Plural-Forms: {PLURALS[code]}\\n"', "", "",
    ]  # fmt: skip
    return "\n".join(head).encode() + file.getvalue()


def main() -> None:
    """Rewrite the files, or list the texts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print the English texts")
    new = template()
    if parser.parse_args().list:
        for message in new:
            if message.id:
                sys.stdout.write(f"{message.id}\n")
        return
    for code in LANGUAGES[1:]:
        catalogue_file(code).parent.mkdir(exist_ok=True)
        catalogue_file(code).write_bytes(written(code, new))


if __name__ == "__main__":
    main()
