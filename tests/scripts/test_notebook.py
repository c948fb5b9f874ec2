"""A notebook runs from the first cell to the last, and each result shows itself as a line and a table."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

CELLS = Path(__file__).with_name("notebook.py")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Code cells as an executed notebook has them."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (the group notebook)")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    _, *sources = re.split(r"^# %%\n", CELLS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one.strip()) for one in sources])
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3")
    client.execute(cwd=str(tmp_path_factory.mktemp("notebook")))
    nbformat.validate(notebook)
    return notebook.cells


class Cells(HTMLParser):
    """Counts the tags, which must balance."""

    def __init__(self):
        super().__init__()
        self.open, self.tables = [], 0

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tables += tag == "table"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def results(cells):
    return [
        (cell.source, output)
        for cell in cells
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def test_nothing_goes_to_stderr_and_nothing_fails(cells):
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type in {"execute_result", "display_data"}, (cell.source, output)


def test_every_result_is_a_line_and_a_table_of_at_most_sixty_lines(cells):
    shown = [(source, output.data) for source, output in results(cells) if "text/html" in output.data]
    assert len(shown) >= 9
    for source, data in shown:
        page = Cells()
        page.feed(data["text/html"])
        page.close()
        assert page.open == [], source
        assert page.tables == 1, source
        assert data["text/html"].count("\n") <= 60, source
        assert len(data["text/plain"]) <= 1000, source
        assert "object at 0x" not in data["text/plain"], source


def test_figures_are_pictures(cells):
    drawn = [output for cell in cells for output in cell.outputs if output.output_type == "display_data"]
    assert len(drawn) == 2
    for output in drawn:
        assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")


def test_the_forecast_shows_its_numbers(cells):
    (page,) = [output.data["text/html"] for source, output in results(cells) if source.endswith("\nforecast")]
    assert "2025-2026" in page
    assert "Myanmar" in page or "Sudan" in page
