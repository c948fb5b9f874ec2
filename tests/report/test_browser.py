"""The page in a real browser with the network off: layout, keyboard, print, accessibility."""

from __future__ import annotations

import io
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage
from rtop_forecast.report import figure_files
from rtop_forecast.report.words import Words, slug

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (group browser)")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed"),
]
percent = Words().percentage
MODEL = LogOddsAverage(
    [("net", ElasticNetLogit(lam=0.3, scaled=True)), ("trees", BoostedTrees(n_estimators=5, seeds=1))]
)
PAGES_AT_MOST = 12
A4_WIDTH = 595  # points


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel), rtop.onset_target(panel)
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2013, last=2022), calibration_origins=5
    )
    return rtop.forecast(MODEL, features, target, origin=2024, backtest=result, draws=20), result


@pytest.fixture(scope="module")
def address(parts, tmp_path_factory):
    return rtop.write_report(*parts, tmp_path_factory.mktemp("report"))["index.html"].as_uri()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    """Opens the page offline; the test fails on anything that the console says or a request that leaves the page."""
    complaints = []

    @contextmanager
    def opened(fragment="", width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: one.url.startswith("file:") or complaints.append(one.url))
        page.goto(address + fragment)
        yield page
        context.close()

    yield opened
    assert complaints == []


def test_the_page_of_all_features_is_small(address):
    assert Path(url2pathname(urlsplit(address).path)).stat().st_size <= 2_000_000


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_the_page_of_all_features_is_small_in_every_language(parts, tmp_path, monkeypatch, code):
    monkeypatch.setattr(figure_files, "drawn", lambda *_, **__: {})
    page = rtop.write_report(*parts, tmp_path, lang=code)["index.html"]
    assert page.stat().st_size <= 2_000_000


def test_what_the_drawings_refer_to_is_drawn(visit):
    with visit("#south-sudan") as page:
        found = page.evaluate(
            "[...document.querySelectorAll('#south-sudan use')].map(one => [one.getAttribute('href'), "
            "one.getBoundingClientRect().width])"
        )
        assert {href for href, _ in found} >= {"#dots"}
        assert len(found) == 2
        assert all(width > 50 for _, width in found), "dots, and the frame of the trend"
        broken = page.evaluate(
            "[...document.querySelectorAll('use')].filter(one => "
            "!document.querySelector(one.getAttribute('href'))).length"
        )
        assert broken == 0


def open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_scrolls_sideways_with_every_brief_open(visit, width):
    with visit(width=width) as page:
        open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(one => getComputedStyle(one).overflowX === 'auto' && "
            "one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
        )
        assert wide == [], "no table has a scroll of its own"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(visit, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    with visit(width=width, color_scheme=scheme) as page:
        for brief in ("south-sudan", "afghanistan", "norway"):
            page.evaluate("name => { document.getElementById(name).open = true }", brief)
        for box in page.query_selector_all("#rows input")[:3]:
            box.check()
        found = axe.run(page)
        assert [one["id"] for one in found.response["violations"]] == []


def test_everything_is_in_the_page_without_javascript(visit, parts):
    ranking = parts[0].ranking()
    with visit(java_script_enabled=False) as page:
        assert page.locator("#rows tr:visible").count() == len(ranking)
        assert page.locator("#tools").is_hidden(), "what needs JavaScript is not shown"
        assert page.locator("#briefs > details[id]").count() == len(ranking)
        first = ranking.iloc[0]
        brief = page.locator(f"#{slug(first['name'])}")
        brief.locator("summary").click()
        assert brief.locator("table.mech").is_visible()
        assert percent(first["prob_low"]) in brief.inner_text()
        assert page.locator("#unranked li").count() > 20


def until_focus(page, wanted, key="Tab", at_most=60):
    """Press a key until an element that matches a selector has the focus."""
    for _ in range(at_most):
        page.keyboard.press(key)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"{key} does not reach {wanted}")


def test_the_keyboard_alone_reaches_search_state_comparison_and_download(visit, address):
    with visit() as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        until_focus(page, "#q")
        page.keyboard.type("south sud")
        assert page.locator("#rows tr:visible").count() == 1
        until_focus(page, "#csv")
        with page.expect_download() as loaded:
            page.keyboard.press("Enter")
        lines = loaded.value.path().read_text().splitlines()
        assert len(lines) == 2
        assert lines[1].startswith('"South Sudan",')
        until_focus(page, "#rows a")
        page.keyboard.press("Enter")
        assert page.evaluate("document.getElementById('south-sudan').open")
        assert page.url == f"{address}#south-sudan"
    with visit() as page:
        page.focus("#q")
        page.keyboard.type("south sud")
        until_focus(page, "#rows input")
        page.keyboard.press("Space")
        assert page.locator("#comparison svg").is_visible()
        assert page.locator("#comparison thead th").count() == 2
        assert page.url.endswith("compare=south-sudan")


def test_search_answers_for_places_that_are_not_ranked_and_for_codes(visit):
    with visit() as page:
        for asked, shown in (
            ("SSD", "South Sudan"),
            ("Burma", "Myanmar"),
            ("côte d’ivoire", "d'Ivoire"),
        ):
            page.fill("#q", asked)
            names = page.locator("#rows tr:visible th").all_inner_texts()
            assert any(shown in name for name in names), asked
        page.fill("#q", "liechtenstein")
        assert page.locator("#rows tr:visible").count() == 0
        assert "Liechtenstein is not ranked: " in page.locator("#status").inner_text()


def test_numbers_of_the_comparison_equal_the_tables(visit, parts):
    forecast, _ = parts
    sums = forecast.explanation.by_risk_factor()
    sums = sums.set_axis([int(str(number)) for number in sums.columns], axis=1).reindex(columns=range(1, 15))
    ids = forecast.frame.set_index("name")["country_id"]
    names = ["South Sudan", "Norway"]
    with visit("#?compare=south-sudan,norway") as page:
        assert page.locator("#comparison thead th").all_inner_texts()[1:] == names
        for place, name in enumerate(names):
            cells = page.locator(f"#comparison tbody td:nth-child({place + 2})").all_inner_texts()[:14]
            for cell, value in zip(cells, sums.loc[ids[name]], strict=True):
                assert (cell == "no data") == np.isnan(value)
                assert cell == "no data" or float(cell[1:]) == pytest.approx(np.exp(value), abs=0.0051)


def printed(page):
    """Pages of a page's print."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (group browser)")
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages


def test_the_print_has_few_pages_and_no_column_is_cut(visit):
    with visit() as page:
        pages = printed(page)
        assert len(pages) <= PAGES_AT_MOST
        assert all(float(one.mediabox.width) == pytest.approx(A4_WIDTH, abs=1) for one in pages)
        # with higher rows the table of states goes over several pages
        page.add_style_tag(content="#rows td { height: 4rem }")
        texts = [" ".join(one.extract_text().split()) for one in printed(page)]
        row = re.compile(r"\d+-\d+ \d+\.\d+%")  # range of ranks, chance a year ago
        told = [text for text in texts if row.search(text)]
        assert len(told) > 1
        assert all("Rank range A year ago" in text for text in told), "its head stands on each"
    with visit(width=696) as page:  # an A4 page less its margins, in CSS pixels
        page.emulate_media(media="print")
        assert page.locator("#rows tr:visible").count() == 30
        open_all(page)
        cut = page.evaluate(
            "[...document.querySelectorAll('table, svg')].filter(one => one.getBoundingClientRect().right > "
            "document.documentElement.clientWidth + 1).length"
        )
        assert cut == 0


@pytest.mark.parametrize("state", ["South Sudan", "Croatia", "Central African Republic", "Fiji"])
def test_a_brief_is_printed_on_one_page(visit, parts, tmp_path, state):
    alone = rtop.write_brief(*parts, tmp_path / "brief.html", state=state)
    with visit() as page:
        page.goto(alone.as_uri())
        assert len(printed(page)) == 1
