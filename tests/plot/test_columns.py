"""Styles: widths of journals, text as text, nothing left behind; and matplotlib is loaded on use only."""

from __future__ import annotations

import json
import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib import pyplot

import rtop_forecast as rtop


@pytest.mark.parametrize(("width", "inches"), [("single", 3.5), ("double", 7.2)])
def test_a_column_sets_its_width_and_restores_what_was(width, inches):
    before = mpl.rcParams.copy()
    with rtop.plot.column(width) as style:
        assert pyplot.figure().get_figwidth() == inches
        assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["pdf.fonttype"] == 42
        assert style["font.size"] == 8
    assert mpl.rcParams == before


def test_settings_are_restored_after_an_error():
    before = mpl.rcParams.copy()
    with pytest.raises(ZeroDivisionError), rtop.plot.column():
        1 / 0  # noqa: B018
    assert mpl.rcParams == before


def test_a_column_may_be_used_twice_and_within_another():
    style = rtop.plot.column("single")
    for _ in range(2):
        with style:
            assert mpl.rcParams["figure.figsize"] == [3.5, 2.6]
            with rtop.plot.column("double"):
                assert mpl.rcParams["figure.figsize"] == [7.2, 4.0]
            assert mpl.rcParams["figure.figsize"] == [3.5, 2.6]


def test_it_is_a_dict_of_known_settings():
    with mpl.rc_context():
        mpl.rcParams.update(rtop.plot.column("double"))
        assert mpl.rcParams["savefig.dpi"] == 300
    with mpl.rc_context():
        pyplot.style.use(rtop.plot.column())
        assert mpl.rcParams["font.size"] == 8


def test_other_widths_are_refused():
    with pytest.raises(rtop.InputError, match="width must be one of single, double"):
        rtop.plot.column("triple")


def test_naming_the_figures_loads_no_matplotlib():
    code = (
        "import json, sys\nimport rtop_forecast as rtop\n"
        "names = dir(rtop.plot)\nrtop.plot.ranking, rtop.plot.waterfall\n"
        "print(json.dumps([names, sorted(sys.modules)]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, modules = json.loads(out.stdout)
    assert {"ranking", "column", "coverage"} <= set(names)
    assert "matplotlib" not in modules
