"""The page and the briefs of other languages in a real browser with the network off."""

from __future__ import annotations

import re
import shutil

import pytest

import rtop_forecast as rtop
from rtop_forecast.report import figure_files
from rtop_forecast.report.words import Words

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (group browser)")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed"),
]
CODES = ("fr", "es", "ar")
PAGES_AT_MOST = 12


@pytest.fixture(scope="module")
def addresses(parts, tmp_path_factory):
    """Address of the page in every language; figures are not looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure_files, "drawn", lambda *_, **__: {})
        written = {
            code: rtop.write_report(*parts, tmp_path_factory.mktemp(code), lang=code) for code in CODES
        }
    return {code: files["index.html"].as_uri() for code, files in written.items()}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser):
    """Opens a page offline; the test fails on anything that the console says."""
    complaints, contexts = [], []

    def opened(address, width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def printed_pages(page):
    return len(re.findall(rb"/MediaBox", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("code", CODES)
def test_nothing_scrolls_sideways_with_every_brief_open(visit, addresses, code, width):
    page = visit(addresses[code], width)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(one => getComputedStyle(one).overflowX === 'auto' && "
        "one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
    )
    assert wide == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("code", CODES)
def test_axe_finds_nothing(visit, addresses, code, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = visit(addresses[code], width)
    for brief in ("south-sudan", "norway"):
        page.evaluate("name => { document.getElementById(name).open = true }", brief)
    for box in page.query_selector_all("#rows input")[:3]:
        box.check()
    assert [one["id"] for one in axe.run(page).response["violations"]] == []


@pytest.mark.parametrize("code", CODES)
def test_the_print_has_few_pages(visit, addresses, code):
    assert printed_pages(visit(addresses[code])) <= PAGES_AT_MOST


@pytest.mark.parametrize("state", ["South Sudan", "Croatia", "Central African Republic", "Fiji"])
@pytest.mark.parametrize("code", CODES)
def test_a_brief_is_printed_on_one_page(visit, parts, tmp_path, code, state):
    alone = rtop.write_brief(*parts, tmp_path / "brief.html", state=state, lang=code)
    assert printed_pages(visit(alone.as_uri())) == 1


@pytest.mark.parametrize(
    ("code", "asked", "unranked"),
    [
        ("fr", "soudan du s", "palestine"),
        ("es", "sudan del s", "palestina"),
        ("ar", "جنوب السودان", "فلسطين"),
    ],
)
def test_a_state_is_found_by_its_name_in_the_language_and_in_english(visit, addresses, code, asked, unranked):
    page = visit(addresses[code])
    (name,) = Words.of(code).states([626], ["South Sudan"], 2024)
    for typed in (asked, "south sud", "SSD"):
        page.fill("#q", typed)
        assert page.locator("#rows tr:visible").count() == 1
        assert name in page.locator("#rows tr:visible th").inner_text()
    page.fill("#q", unranked)
    assert page.locator("#rows tr:visible").count() == 0
    assert page.locator("#unranked li").first.text_content()
    assert len(page.locator("#status").inner_text()) > len(
        Words.of(code).say("status.count", count=0, expected=0)
    )


@pytest.mark.parametrize("code", CODES)
def test_the_comparison_writes_numbers_as_the_page_does(visit, addresses, parts, code):
    words, forecast = Words.of(code), parts[0]
    sums = forecast.explanation.by_risk_factor()
    place = forecast.frame.set_index("name").loc["Norway", "country_id"]
    odds = sums.loc[place].dropna()
    page = visit(addresses[code] + "#?compare=norway")
    cells = page.locator("#comparison tbody td").all_inner_texts()[:14]
    told = [cell for cell in cells if cell != words.say("no.data")]
    assert len(told) == len(odds)
    assert all(re.fullmatch(r"\u00d7\d+[.,]\d\d", cell) for cell in told)
    assert ("," in told[0]) == ("," in words.times(1.5))
