"""The report in other languages: the same numbers, no English word, the same files, columns and addresses."""

from __future__ import annotations

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape

import rtop_forecast as rtop
from rtop_forecast.cli.ranking import rank_text
from rtop_forecast.cli.text import explain_text
from rtop_forecast.report import figure_files, write
from rtop_forecast.report.words import Words, slug

ROOT = Path(__file__).resolve().parents[2]
AT_MOST = 2_000_000
# of short words too many are words of other languages as well
LETTERS = 6


@pytest.fixture(scope="module")
def english_texts():
    """Texts of the page in English, each between its places to fill."""
    spec = importlib.util.spec_from_file_location("make_translations", ROOT / "docs" / "make_translations.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shown = [one for message in script.template() if message.id for one in as_tuple(message.id)]
    return {part.strip(" .,:;()") for text in shown for part in re.split(r"\{\w*\}", text)}


def as_tuple(text):
    return text if isinstance(text, tuple) else (text,)


@pytest.fixture(scope="module")
def written(parts, tmp_path_factory):
    """Reports in every language; figures in French, whose tests look at them."""
    found = {"fr": rtop.write_report(*parts, tmp_path_factory.mktemp("fr"), lang="fr")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure_files, "drawn", lambda *_, **__: {})
        for code in ("en", "es", "ar"):
            found[code] = rtop.write_report(*parts, tmp_path_factory.mktemp(code), lang=code)
    return found


class Text(HTMLParser):
    """Text nodes and spoken attributes, those that are marked as English apart."""

    EMPTY = ("meta", "input", "path", "circle", "rect", "polyline", "br")

    def __init__(self):
        super().__init__()
        self.own, self.english, self.cells, self.language, self.skipped = [], [], [], "", False
        self.direction = self.marked = ""

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "html":
            self.language, self.direction = values["lang"], values.get("dir", "ltr")
        elif values.get("lang") == "en":
            self.marked = tag
        self.skipped = tag in ("script", "style")
        self.own += [values[name] for name in ("aria-label", "data-l", "style") if values.get(name)]

    def handle_endtag(self, tag):
        self.skipped = False
        if tag == self.marked:
            self.marked = ""

    def handle_data(self, data):
        if not self.skipped and data.strip():
            (self.english if self.marked else self.own).append(data.strip())


def read(file):
    found = Text()
    found.feed(file.read_text())
    return found


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_no_english_word_of_the_catalogue_is_left(written, english_texts, code):
    words = Words.of(code)
    page = read(written[code]["index.html"])
    own = "\n".join(page.own)
    kept = {text for text in english_texts if words.text(text) == text and text in own}
    # a text of several words is looked for anywhere, one of a single word where it stands alone
    sentences = [text for text in english_texts - kept if " " in text and len(text) > LETTERS]
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sentences)) + r")(?!\w)")
    assert pattern.findall(own) == []
    single = {text for text in english_texts if " " not in text and len(text) >= LETTERS}
    told = {words.text(text) for text in single}
    assert {node for node in page.own if node in single - told} == set()
    assert page.english, "citations stay in English, and are marked as English"
    told_script = re.search(r'id="data">(.*?)</script>', written[code]["index.html"].read_text()).group(1)
    document = json.loads(told_script)
    assert document["lang"] == code
    assert pattern.findall("\n".join(document["words"].values())) == []


@pytest.mark.parametrize("code", ["en", "fr", "es", "ar"])
def test_the_page_says_its_language_and_stays_small(written, code):
    page = read(written[code]["index.html"])
    assert page.language == code
    assert page.direction == ("rtl" if code == "ar" else "ltr")
    assert written[code]["index.html"].stat().st_size <= AT_MOST


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_numbers_and_names_are_those_of_the_tables(parts, written, code):
    words, forecast = Words.of(code), parts[0]
    ranking = forecast.ranking()
    names = words.states(ranking["country_id"].tolist(), ranking["name"].tolist(), forecast.origin_year)
    assert sum(own != name for own, name in zip(names, ranking["name"], strict=True)) > len(names) / 3
    page = written[code]["index.html"].read_text()
    rows = page[
        page.index('<tbody id="rows">') : page.index("</tbody>", page.index('<tbody id="rows">'))
    ].split("<tr ")
    for name, row, shown in zip(names, ranking.to_dict("records"), rows[1:], strict=True):
        address = slug(row["name"])
        assert f'<a href="#{address}">{escape(name)}</a>' in shown
        assert f"<td class=n>{words.percentage(row['prob'])}<" in shown
        low, high = words.percentage(row["prob_low"]), words.percentage(row["prob_high"])
        assert words.say("range", low=low, high=high) in shown
        assert f'<details id="{address}">' in page
    table = pd.read_csv(written[code]["ranking.csv"])
    assert table["name"].tolist() == names


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_files_columns_and_values_are_the_same_in_every_language(written, code):
    english, own = written["en"], written[code]
    assert set(english) == {name for name in own if not name.endswith((".svg", ".pdf", ".png"))}
    assert english["provenance.json"].read_bytes() == own["provenance.json"].read_bytes()
    assert english["data.schema.json"].read_bytes() == own["data.schema.json"].read_bytes()
    for name in english:
        if name.endswith(".csv"):
            first, second = pd.read_csv(english[name]), pd.read_csv(own[name])
            assert list(first.columns) == list(second.columns), name
            numbers = first.select_dtypes("number").columns
            pd.testing.assert_frame_equal(first[numbers], second[numbers])


def test_english_is_the_default(parts, written, tmp_path, monkeypatch):
    monkeypatch.setattr(figure_files, "drawn", lambda *_, **__: {})
    again = rtop.write_report(*parts, tmp_path)
    for name, file in written["en"].items():
        assert again[name].read_bytes() == file.read_bytes(), name


def test_french_figures_speak_french(written, english_texts):
    french = Words.of("fr")
    drawn = ("ranges", "map", "reliability", "expected")
    texts = {
        name: re.findall(r"<text [^>]*>([^<]*)</text>", written["fr"][f"{name}.svg"].read_text())
        for name in drawn
    }
    assert french.say("draw.map") in texts["map"]
    assert any("Soudan du Sud" in text for text in texts["ranges"])
    assert {french.say("draw.calibrated"), french.say("draw.forecast")} <= set(texts["reliability"])
    assert french.say("draw.predictive") in texts["expected"]
    assert french.say("draw.counted.onset") in " ".join(texts["expected"]), "a long label is broken, not cut"
    for name, found in texts.items():
        assert not {text for text in found if text in english_texts and french.text(text) != text}, name
    assert {f"{name}.{kind}" for name in drawn for kind in ("svg", "pdf", "png")} < set(written["fr"])


def test_arabic_figures_leave_the_letters_to_the_browser(parts, tmp_path):
    forecast, result = parts
    words = Words.of("ar")
    assert figure_files.figure_kinds(words) == ("svg",)
    figures = figure_files.drawn(*write.in_language(forecast, result, words)[:2], words)
    drawn = figure_files.figure_bytes(figures["expected"], "svg").decode()
    assert f">{words.say('draw.origin')}</text>" in drawn, "text stays text"


@pytest.mark.parametrize(
    ("code", "asked"), [("fr", "Soudan du Sud"), ("es", "Sudán del Sur"), ("ar", "South Sudan")]
)
def test_a_brief_in_another_language(parts, tmp_path, code, asked):
    words = Words.of(code)
    row = parts[0].frame.set_index("name").loc["South Sudan"]
    file = rtop.write_brief(*parts, tmp_path / "brief.html", state=asked, lang=code)
    page = read(file)
    assert page.language == code
    (name,) = words.states([626], ["South Sudan"], 2024)
    text = "\n".join(page.own)
    assert name in text
    assert words.percentage(row["prob_low"]) in text
    assert words.say("brief.mechanisms") in page.own


def test_the_ranking_is_printed_in_the_language(parts):
    forecast = parts[0]
    table = forecast.ranking().head(3)
    english, french = (rank_text(forecast, table, code).splitlines() for code in ("en", "fr"))
    assert len(english) == len(french)
    first = table.iloc[0]
    row = next(line for line in english if first["name"] in line)
    assert f" {first['prob']:.1%} " in row
    assert f" {first['prob_low']:.1%}-{first['prob_high']:.1%} " in row
    words = Words.of("fr")
    (name,) = words.states([int(first["country_id"])], [first["name"]], 2024)
    told = next(line for line in french if name in line)
    assert words.percentage(first["prob"]) in told
    assert french[0].startswith("Risque qu’un nouveau massacre de masse commence en 2025-2026")


def test_a_state_is_explained_in_the_language(parts):
    forecast = parts[0]
    attributions = forecast.attributions("Soudan", compared_with="region")
    spanish, english = (explain_text(forecast, attributions, code).splitlines() for code in ("es", "en"))
    assert len(spanish) == len(english)
    assert spanish[0].startswith("Sudán, origen 2024: ")
    assert "los demás Estados de la región (África septentrional) en 2024" in spanish[0]
    assert english[0].startswith("Sudan, origin 2024: ")
    assert spanish[-1] == "No son causas: es lo que vio el modelo, en comparación con otros."


def test_a_language_that_is_none_is_refused_before_any_work(parts, tmp_path):
    with pytest.raises(rtop.InputError, match="lang must be one of en, fr, es, ar; got 'fr_FR'"):
        rtop.write_report(*parts, tmp_path / "report", lang="fr_FR")
    with pytest.raises(rtop.InputError, match="lang must be one of"):
        rtop.write_brief(*parts, tmp_path / "brief.html", state="Sudan", lang="")
    assert list(tmp_path.iterdir()) == []
