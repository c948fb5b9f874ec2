"""The translations are whole: every text that is shown has one, its places to fill agree, and none is left over."""

from __future__ import annotations

import importlib.util
import re
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from rtop_forecast.language import LANGUAGES, Language
from rtop_forecast.language.catalogue import catalogue_file, translations

ROOT = Path(__file__).resolve().parents[2]
OTHERS = LANGUAGES[1:]


@pytest.fixture(scope="module")
def script():
    """Script that finds every text."""
    spec = importlib.util.spec_from_file_location("make_translations", ROOT / "docs" / "make_translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def template(script):
    return script.template()


def catalogue(code):
    with catalogue_file(code).open("rb") as file:
        return read_po(file, locale=code)


def places(text):
    return sorted(re.findall(r"\{(\w*)\}", text))


def test_the_script_finds_texts_of_every_kind(template):
    shown = {message.id for message in template}
    assert len(shown) > 1000
    assert {
        "Highest risks",
        "predictive range",
        "Mass killings under way numbered {v}",
        "armed conflicts within the state",
        "change in {0} years",
        "Weak state structures",
        "Weakness of State structures",
        "a new mass killing begins",
        "UNMISS, United Nations Mission in the Republic of South Sudan",
        "reviewed, session {0}",
        "Eastern Africa",
        "Yugoslavia",
        "Largest features:",
        "raised most by (UN risk factor)",
    } <= shown


@pytest.mark.parametrize("code", OTHERS)
def test_the_file_is_what_the_script_writes(script, template, code):
    assert catalogue_file(code).read_bytes() == script.written(code, template), (
        "run docs/make_translations.py"
    )


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated_and_its_places_agree(template, code):
    found = catalogue(code)
    for message in template:
        if not message.id:
            continue
        entry = found.get(message.id)
        assert entry is not None, message.id
        assert not entry.fuzzy, message.id
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        own = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        assert all(own), message.id
        assert len(own) == (found.num_plurals if len(english) == 2 else 1), message.id
        for form in own:
            # the form for a certain number need not name it
            wanted = set(places(english[-1])) - ({"count"} if len(english) == 2 else set())
            assert wanted <= set(places(form)) <= set(places(english[-1])), (message.id, form)
            if len(english) == 1:
                assert places(form) == places(english[0]), (message.id, form)


@pytest.mark.parametrize("code", OTHERS)
def test_translations_hold_no_english(template, code):
    """Only names that are the same in both, and texts of figures alone, stay as they are."""
    found = catalogue(code)
    same = {
        message.id
        for message in template
        if isinstance(message.id, str) and message.id and found.get(message.id).string == message.id
    }
    words = {one for one in same if re.search(r"[a-z]{3}", re.sub(r"\{\w*\}", "", one))}
    allowed = {
        "ar": set(),
        "fr": {"Gaza", "Gaza (Hamas)", "Hong Kong", "Hyderabad", "Kosovo", "Kurdistan", "Macao", "Palestine"},
        "es": {"Gaza", "Hong Kong", "Hyderabad", "Kosovo", "Macao", "Polinesia"},
    }
    assert {one for one in words if " " in one} - allowed[code] <= {"plan {0}"}, "sentences are translated"
    if code == "ar":
        assert words == set()


def test_a_language_that_is_none_is_refused():
    with pytest.raises(ValueError, match="lang must be one of en, fr, es, ar; got 'de'"):
        Language.of("de")


def test_english_needs_no_file():
    assert type(translations("en")) is NullTranslations


def test_arabic_takes_the_form_of_the_number():
    language = Language.of("ar")
    forms = {
        count: language.counted("{count} state", "{count} states", count=count)
        for count in (0, 1, 2, 3, 11, 100)
    }
    assert len(set(forms.values())) == 6
    assert "2" not in forms[2]
    assert forms[11].startswith("11 ")


def test_french_counts_none_like_one():
    language = Language.of("fr")
    one, several = (language.counted("{count} state", "{count} states", count=count) for count in (0, 2))
    assert (one, several) == ("0 État", "2 États")


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_keep_their_digits(code):
    language = Language.of(code)
    for text in ("0", "0.043", "12,345.60", "1,230,000"):
        own = language.decimal(text)
        assert re.sub(r"\D", "", own) == re.sub(r"\D", "", text)
        assert re.sub(r"\D", "", language.percent(text)) == re.sub(r"\D", "", text)


def test_numbers_days_and_enumerations_take_the_form_of_the_language():
    french, spanish = Language.of("fr"), Language.of("es")
    assert french.percent("4.3") == "4,3\u00a0%"
    assert french.decimal("1,230.5") == "1\u202f230,5"
    assert spanish.decimal("1,230.5") == "1.230,5"
    assert french.day("2025-06-30", words="long") == "30 juin 2025"
    assert spanish.day("2025-06-30", words="long") == "30 de junio de 2025"
    assert french.day("2025") == "2025"
    assert french.listed(["Tchad", "Mali", "Soudan"]) == "Tchad, Mali et Soudan"
    assert Language.of("ar").listed(["أ", "ب", "ج"]) == "أ، ب وج"


@pytest.mark.parametrize("code", OTHERS)
def test_figures_in_texts_of_tables_stay(code):
    language = Language.of(code)
    assert "44" in language.of_table("reviewed, session 44")
    address = "https://example.org/2008/09/one"
    assert language.of_table(f"dates: {address}").endswith(address)
    assert "2025" in language.of_table("not recorded by 2025-06-30")


def test_names_of_states_come_from_cldr_and_those_that_are_no_more_from_the_catalogue():
    french = Language.of("fr")
    assert french.states([345], ["Yugoslavia"], 1991) == ["Yougoslavie"]
    assert french.states([437], ["Cote d'Ivoire"], 2024) == ["Côte d’Ivoire"]
    assert Language().states([437], ["Cote d'Ivoire"], 2024) == ["Cote d'Ivoire"]
    assert Language.of("ar").place("Western Sahara") == "الصحراء الغربية"
