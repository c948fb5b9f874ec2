"""How results show themselves: short, complete where they are small, valid HTML, nothing of the data unescaped."""

from __future__ import annotations

import inspect
import io
import os
import pickle
import re
import sys
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast import calibration, display, evaluation, models
from rtop_forecast.display import Displayed, with_progress
from rtop_forecast.features.months import month_features, offsets_of_month
from rtop_forecast.forecasting.audit.checks import CHECKS
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.panel.vintages import Vintage
from rtop_forecast.sources.folder.updates.prepare import Update
from rtop_forecast.targets import EVENTS
from rtop_forecast.world.states import state

NAMES = ["mk_ever", "mk_ongoing_count", "infant_mortality_log", "population_log"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shelf(Displayed):
    """A result of the test."""

    title: str
    frame: pd.DataFrame

    def _headline(self) -> str:
        return self.title

    def _shown(self) -> pd.DataFrame:
        return self.frame


class Balanced(HTMLParser):
    """Refuses a tag that is not closed, or closed in another order."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells[-1] += data


def parsed(page: str) -> Balanced:
    reader = Balanced()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


class Watching(rtop.LeakageCheck):
    """Keeps what a check is given, and finds something."""

    code, name, rule = "OWN001", "watching", "nothing is seen"
    seen: ClassVar[list[rtop.AuditInputs]] = []

    def find(self, inputs):
        self.seen.append(inputs)
        yield self.finding("mk_ever", "was seen " * 9)


def audited(features, target, model):
    report = rtop.audit_leakage(features, target, model, checks=[Watching()])
    return {
        "audit": report,
        "inputs": Watching.seen.pop(),
        "check": CHECKS[0],
        "finding": report.findings[0],
        "rule": report.checks[0],
    }


def locked(model, features, target, path):
    forecast = rtop.forecast(model, features, target, origin=2020, draws=20)
    rtop.lock_forecast(forecast, path, locked_on="2021-07-01")
    record = rtop.read_locked(path)
    return {
        "locked": record,
        "score": rtop.score_locked(record, target),
        "record": rtop.score_published(path.parent, features.panel),
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    panel = rtop.load_panel(first=1970)
    features, target = rtop.build_features(panel, names=NAMES), rtop.onset_target(panel)
    model = ElasticNetLogit(lam=0.3, scaled=True)
    result = rtop.backtest(
        model, features, target, origins=rtop.RollingOrigin(first=2018, last=2022), calibration_origins=3
    )
    forecast = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
    return {
        "panel": panel,
        "features": features,
        "target": target,
        "backtest": result,
        "forecast": forecast,
        "attributions": forecast.attributions("Sudan"),
        "explanation": forecast.explanation,
        "case": result.case("Sudan", 2018, 2022),
        "basis": forecast.basis,
        "factors": forecast.factors,
        "count": forecast.count,
        "comparison": rtop.compare(result, result, draws=20),
        "what_if": rtop.what_if(forecast, "Sudan", {"mk_ever": 0.0}),
        "change": rtop.explain_change(forecast, forecast, "Sudan"),
        **audited(features, target, model),
        **locked(model, features, target, tmp_path_factory.mktemp("locked") / "a.json"),
        "curve": evaluation.reliability_curve(result.frame["outcome"], result.frame["prob"]),
        "vintage": Vintage(
            dataset="vdem",
            release="14",
            published=date(2024, 3, 31),
            variables=panel.variables,
            frame=panel.frame,
        ),
        "event": EVENTS["mass_killing"],
        "state": state(625),
        "cache": rtop.ResultCache(folder="kept"),
        "answer": rtop.Answer(text="rank  state\n   1  Chad", beside=("3 files were used",)),
        "changes": rtop.list_changes(forecast, forecast),
        "update": Update(
            frame=pd.DataFrame({"key": ["vdem-16"], "have": [""], "state": ["by hand"], "note": [""]}),
            folder=Path("data"),
            _target=Path("data"),
            _ready={},
        ),
        "language": rtop.Language.of("fr"),
        "months": month_features(panel, offsets=offsets_of_month(6)),
        "past": result.past,
        "provisional": rtop.load_provisional_episodes(),
        "sample": forecast.basis.rows,
        "reference": rtop.Reference.world(),
        "origins": rtop.RollingOrigin(first=2018),
        "spec": features.specs[0],
        "variable": next(iter(panel.variables.values())),
        "factor": rtop.RISK_FACTORS[0],
    }


def test_every_public_object_is_short_in_a_console(results):
    for name, one in results.items():
        assert len(repr(one)) <= 1000, name
        assert repr(one).count("\n") < 10, name


def test_every_public_class_is_among_them(results):
    classes = {name for name in rtop.__all__ if inspect.isclass(getattr(rtop, name))}
    shown = {base.__name__ for one in results.values() for base in type(one).__mro__}
    errors = {name for name in classes if issubclass(getattr(rtop, name), Exception)}
    assert classes - shown - errors == set()


def test_completion_offers_documented_names_only(results):
    assert set(dir(rtop)) <= set(rtop.__all__)
    for name, one in results.items():
        kind = type(one)
        words = " ".join(base.__doc__ or "" for base in kind.__mro__)
        for offered in (each for each in dir(one) if not each.startswith("_")):
            member = getattr(kind, offered, None)
            described = isinstance(member, property) or callable(member)
            said = inspect.getdoc(member) if described else re.search(rf"\b{offered}\b", words)
            assert said, f"{name}.{offered}"


def public_functions():
    for name in rtop.__all__:
        value = getattr(rtop, name)
        if inspect.isclass(value):
            yield from (
                (f"{name}.{each}", member)
                for each, member in inspect.getmembers(value, inspect.isroutine)
                if not each.startswith("_")
            )
        if callable(value):
            yield name, value
    for package in (models, evaluation, calibration):
        for name in package.__all__:
            if callable(value := getattr(package, name)):
                yield f"{package.__name__}.{name}", value


@pytest.mark.parametrize(
    ("name", "function"), [pytest.param(*pair, id=pair[0]) for pair in public_functions()]
)
def test_help_shows_no_catalogue_as_a_default(name, function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # built in
        return
    long = {one.name for one in parameters if one.default is not one.empty and len(repr(one.default)) > 80}
    assert long == set(), name


def test_every_result_is_a_line_and_a_table_in_a_notebook(results):
    for name, one in results.items():
        if not isinstance(one, Displayed):
            continue
        page = one._repr_html_()
        parsed(page)
        assert page.count("\n") < 60, name
        assert page.startswith("<p>"), name
        assert "<table>" in page, name


def test_objects_go_through_pickle_and_show_the_same(results):
    for name, one in results.items():
        again = pickle.loads(pickle.dumps(one))
        assert repr(again) == repr(one), name


def test_a_forecast_shows_its_first_states(results):
    forecast = results["forecast"]
    lines = repr(forecast).split("\n")
    assert lines[0].startswith("Risk that a new mass killing begins in 2025-2026, origin 2024")
    first = forecast.ranking().iloc[0]
    assert lines[2].split()[0] == "1"
    assert first["name"] in lines[2]
    assert f"{first['prob']:.4g}" in lines[2]
    assert lines[-1] == f"… {len(forecast.ranking()) - 7} more rows"
    cells = parsed(forecast._repr_html_()).cells
    assert cells[1::7] == forecast.ranking()["name"].head(20).tolist()


def test_text_of_the_data_is_escaped():
    page = Shelf(title="a <b>", frame=pd.DataFrame({"<i>": ["<script>x</script>", None]}))._repr_html_()
    assert parsed(page).cells == ["<script>x</script>", ""]
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page


@settings(max_examples=100, deadline=None)
@given(
    title=st.text(max_size=400).map(lambda text: text.replace("\n", " ").replace("\r", " ")),
    rows=st.integers(0, 60),
    columns=st.dictionaries(
        st.text("abcdefgh<&", min_size=1, max_size=30),
        st.one_of(st.text(max_size=90), st.floats(), st.integers(), st.none(), st.just(pd.NA)),
        max_size=12,
    ),
)
def test_any_table_is_short_and_valid(title, rows, columns):
    frame = pd.DataFrame({name: [value] * rows for name, value in columns.items()}, dtype=object)
    shelf = Shelf(title=title, frame=frame)
    assert len(repr(shelf)) <= 1000
    assert repr(shelf).count("\n") < 10
    parsed(shelf._repr_html_())


def test_what_a_class_does_not_say_are_its_fields_in_short():
    @dataclass(frozen=True, slots=True, kw_only=True, repr=False)
    class Plain(Displayed):
        matrix: np.ndarray
        name: str
        many: tuple
        few: tuple

    text = repr(Plain(matrix=np.zeros((900, 40)), name="x" * 300, many=tuple(range(9000)), few=(1, 2)))
    assert "ndarray of shape (900, 40)" in text
    assert "tuple of 9000" in text
    assert "1, 2" in text
    assert len(text) < 400


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Full(io.StringIO):
    def write(self, _text):
        raise OSError(28, "No space left on device")


def shown(stream, monkeypatch, *, caption="calibration"):
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(with_progress(iter("abc"), count=3, caption=caption)) == ["a", "b", "c"]
    return "" if stream is None else stream.getvalue()


def test_progress_is_plain_lines_where_no_bar_can_be_drawn(monkeypatch):
    assert shown(io.StringIO(), monkeypatch) == "calibration: 0 of 3\ncalibration: 3 of 3\n"
    monkeypatch.setattr(display, "_SECONDS_BETWEEN_LINES", 0.0)
    assert shown(io.StringIO(), monkeypatch).splitlines() == [f"calibration: {n} of 3" for n in range(4)]


def test_progress_is_a_bar_in_a_terminal_and_in_a_notebook(monkeypatch):
    notebook = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    for stream in (Terminal(), notebook()):
        drawn = shown(stream, monkeypatch)
        assert "\r" in drawn
        assert "calibration" in drawn


def test_a_terminal_without_columns_gets_lines(monkeypatch):
    class Narrow(Terminal):
        def fileno(self):
            return 2

    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((0, 0)))
    assert shown(Narrow(), monkeypatch) == "calibration: 0 of 3\ncalibration: 3 of 3\n"


def test_no_caption_no_progress_and_none_that_cannot_be_written_stops_the_work(monkeypatch):
    assert (
        shown(Terminal(), monkeypatch, caption=None) == shown(io.StringIO(), monkeypatch, caption=None) == ""
    )
    assert shown(Full(), monkeypatch) == shown(None, monkeypatch) == ""


@pytest.mark.parametrize("options", [{"n_jobs": 0}, {"n_jobs": 1.5}, {"n_jobs": True}, {"progress": True}])
def test_impossible_numbers_of_processes_and_captions_are_refused_before_any_work(options):
    from rtop_forecast.forecasting.options import BacktestOptions, DrawOptions

    for kind in (BacktestOptions, DrawOptions):
        with pytest.raises(rtop.InputError, match=next(iter(options))):
            kind(**options)
