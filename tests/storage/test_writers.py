"""Each writer of the package, killed or on a full disk at each of 20 points: the old is whole, or the new.

What they are made of is proved in ``test_faults``; here each is called as a user calls it, with content of its own.
"""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.report import figure_files, write
from rtop_forecast.sources import registry as registry_module
from rtop_forecast.sources.folder.archives import unpacked
from rtop_forecast.sources.registry import registry
from rtop_forecast.storage.digests import folder_digest
from rtop_forecast.storage.remembered import remembered

MODEL = ElasticNetLogit(lam=0.3, scaled=True)
KINDS = pytest.mark.parametrize("kind", ["full", "killed"])
FRESH = pytest.mark.parametrize("fresh", [False, True], ids=["overwritten", "fresh"])
WORDS = {"old": 2014, "new": 2015}


@pytest.fixture(scope="module")
def made():
    """Forecasts from two origins, and the backtest behind them."""
    panel = rtop.load_panel()
    names = ["infant_mortality_log", "mk_ever", "ucdp_intensity"]
    features, target = rtop.build_features(panel, names=names), rtop.onset_target(panel)
    origins = rtop.RollingOrigin(first=2010, last=2013)
    result = rtop.backtest(MODEL, features, target, origins=origins, calibration_origins=3)
    short = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2012, last=2012), calibration_origins=3
    )
    forecasts = {
        word: rtop.forecast(MODEL, features, target, origin=origin, backtest=result, draws=20)
        for word, origin in WORDS.items()
    }
    return forecasts, {"old": result, "new": short}


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Folder that a writer writes into, apart from the cache."""
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    out.mkdir()
    return out


def visible(folder):
    """Files of a folder and its subfolders, less what is hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def stored(load, folder, value):
    """What a saved folder says, or None for none; a damaged one is an error."""
    try:
        return value(load(folder))
    except rtop.DataIntegrityError:
        if (folder / "manifest.json").exists():
            raise
        return None


def unsaved(fresh, states):
    return {**states, **({"old": None} if fresh else {})}


@pytest.mark.slow
@KINDS
@FRESH
def test_a_saved_forecast(faults, work, made, kind, fresh):
    forecasts, _ = made
    faults.holds(
        work,
        lambda word: rtop.save_forecast(forecasts[word], work / "a"),
        lambda: stored(rtop.load_forecast, work / "a", lambda one: one.origin_year),
        kind=kind,
        fresh=fresh,
        states=unsaved(fresh, WORDS),
    )


@pytest.mark.slow
@KINDS
@FRESH
def test_a_saved_backtest(faults, work, made, kind, fresh):
    _, results = made
    faults.holds(
        work,
        lambda word: rtop.save_backtest(results[word], work / "a"),
        lambda: stored(rtop.load_backtest, work / "a", lambda one: len(one.frame)),
        kind=kind,
        fresh=fresh,
        states=unsaved(fresh, {word: len(result.frame) for word, result in results.items()}),
    )


@KINDS
def test_a_locked_forecast(faults, work, made, kind):
    path = work / "lock.json"

    def lock(_):
        if not path.exists():
            rtop.lock_forecast(made[0]["new"], path, locked_on="2016-07-01")

    faults.holds(
        work,
        lock,
        lambda: rtop.read_locked(path).origin_year if path.exists() else None,
        kind=kind,
        fresh=True,
        states={"old": None, "new": 2015},
    )


def make_once(monkeypatch):
    """Make what the report shows once for each forecast: it is the writing that is tried."""
    shown = {}
    for name in (
        "contents",
        "states",
        "find_mechanisms",
        "make_briefs",
        "tables",
        "data_files",
        "render",
        "render_brief",
    ):
        monkeypatch.setattr(write, name, _once(getattr(write, name), shown))
    figure = Figure()
    figure.subplots().plot([0, 1])
    monkeypatch.setattr(figure_files, "drawn", lambda *_, **__: {"map": figure})
    monkeypatch.setattr(figure_files, "figure_bytes", lru_cache(figure_files.figure_bytes))


def _once(make, kept):
    def once(*arguments, **options):
        years = [one.origin_year for one in arguments if isinstance(one, rtop.Forecast)]
        day = options.get("as_of")
        key = (make.__name__, *(years or [id(arguments[0])])) if day is None else (day, len(arguments[0]))
        if key not in kept:
            kept[key] = make(*arguments, **options)
        return kept[key]

    return once


@pytest.mark.slow
@KINDS
@FRESH
@pytest.mark.parametrize("writer", ["tables", "report"])
def test_the_files_of_a_ranking_and_a_report(faults, work, made, monkeypatch, kind, fresh, writer):
    forecasts, results = made
    make_once(monkeypatch)
    calls = {
        "tables": lambda word: rtop.write_tables(forecasts[word], work),
        "report": lambda word: rtop.write_report(forecasts[word], results["old"], work),
    }
    call = calls[writer]
    states = {}
    for word in ("old", "new"):
        call(word)
        states[word] = visible(work)
    assert states["old"].keys() == states["new"].keys()
    if kind == "full":
        states = states | ({"old": {}} if fresh else {})
        faults.holds(work, call, lambda: visible(work), kind=kind, fresh=fresh, states=states)
        return
    last = {"tables": "provenance.json", "report": "index.html"}[writer]
    for at in faults.points(lambda: call("new")):
        faults.emptied(work)
        if not fresh:
            call("old")
        with faults.faulty(faults.Disk(at, kind=kind)), suppress(faults.Killed):
            call("new")
        there = visible(work)
        assert all(content in (states["old"][name], states["new"][name]) for name, content in there.items())
        if not fresh:
            assert there.keys() == states["old"].keys()
        # the last is new only once all others are
        if there.get(last) == states["new"][last] != states["old"][last]:
            assert there == states["new"]
        call("new")
        assert visible(work) == states["new"]
        assert {path.name for path in work.iterdir()} == set(states["new"]), "nothing is left over"


@pytest.mark.slow
@KINDS
@FRESH
def test_a_brief(faults, work, made, monkeypatch, kind, fresh):
    forecasts, results = made
    make_once(monkeypatch)
    path = work / "brief.html"

    def brief(word):
        rtop.write_brief(forecasts[word], results["old"], path, state="Sudan")

    states = {}
    for word in ("old", "new"):
        brief(word)
        states[word] = path.read_bytes()
    assert states["old"] != states["new"]
    faults.holds(
        work,
        brief,
        lambda: path.read_bytes() if path.exists() else None,
        kind=kind,
        fresh=fresh,
        states=unsaved(fresh, states),
    )


@pytest.mark.slow
@KINDS
def test_a_kept_result(faults, work, made, kind):
    cache = rtop.ResultCache(folder=work / "results")

    def kept():
        found = cache.find("forecast", {"a": 1})
        return None if found is None else found.origin_year

    faults.holds(
        work,
        lambda word: cache.keep("forecast", {"a": 1}, made[0][word]),
        kept,
        kind=kind,
        fresh=True,
        states={"old": None, "new": 2015},
        may_pass_over=True,
    )


@KINDS
@pytest.mark.usefixtures("remembering")
def test_a_table_that_was_parsed(faults, work, monkeypatch, kind):
    frame = pd.DataFrame({"a": range(1000)})
    monkeypatch.setenv("RTOP_CACHE", str(work))

    def asked(name):
        return remembered("table", {"name": name}, lambda: frame, code=("storage",))

    for at in faults.points(lambda: asked("before")):
        faults.emptied(work)
        with faults.faulty(faults.Disk(at, kind=kind)):
            try:
                got = asked("now")
            except faults.Killed:
                got = frame
        pd.testing.assert_frame_equal(got, frame)
        pd.testing.assert_frame_equal(asked("now"), frame)
        assert len([path for path in (work / "results").iterdir() if path.name[0] != "."]) == 1


@KINDS
def test_the_digest_of_a_folder(faults, work, monkeypatch, tmp_path, kind):
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("a")
    monkeypatch.setenv("RTOP_CACHE", "off")
    right = folder_digest(data)
    monkeypatch.setenv("RTOP_CACHE", str(work))
    faults.holds(
        work,
        lambda _: folder_digest(data),
        lambda: folder_digest(data),
        kind=kind,
        fresh=True,
        states={"old": right, "new": right},
    )


GOOD = {word: f"year,country,ccode\n1990,{word},517\n".encode() * 4000 for word in ("old", "new")}


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(3):
            archive.writestr(f"Data_{part}.csv", content)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "zip"])
@KINDS
@FRESH
def test_a_fetched_release(faults, work, publisher, monkeypatch, kind, fresh, form):
    bodies = {word: content if form == "csv" else zipped(content) for word, content in GOOD.items()}
    names = ["data.csv"] if form == "csv" else [f"Data_{part}.csv" for part in range(3)]

    def fetch(word):
        publisher.bodies[f"data.{form}"] = bodies[word]
        address = f"http://127.0.0.1:{publisher.server_port}/data.{form}"
        digest = sha256(GOOD[word]).hexdigest()
        release = replace(registry()["epr-2021"], download=address, download_sha256=digest)
        monkeypatch.setattr(registry_module, "registry", lambda: {release.key: release})
        rtop.fetch("epr-2021", folder=work, retries=0)

    def there():
        found = visible(work)
        # while one takes the place of the other, both may stand there whole
        folders = {name.split("/")[0] for name in found}
        assert folders <= {"epr-2021", "epr-2021.rtop-new"}
        whole = {
            word
            for folder in folders
            for word, content in GOOD.items()
            if {name: found.get(f"{folder}/{name}") for name in names} == dict.fromkeys(names, content)
        }
        assert len(whole) == len(folders), "each is the old or the new"
        return sorted(whole)

    states = {"old": [] if fresh else ["old"], "new": ["new"], "both": ["new", "old"]}
    faults.holds(work, fetch, there, kind=kind, fresh=fresh, states=states)


@KINDS
def test_an_unpacked_archive(faults, work, tmp_path, monkeypatch, kind):
    path = tmp_path / "data.zip"
    path.write_bytes(zipped(GOOD["new"]))
    monkeypatch.setenv("RTOP_CACHE", str(work))

    def there():
        found = [one.read_bytes() for one in work.rglob("*.csv") if ".part" not in str(one)]
        return found or None

    faults.holds(
        work,
        lambda _: unpacked(path),
        there,
        kind=kind,
        fresh=True,
        states={"old": None, "new": [GOOD["new"]] * 3},
    )


@pytest.mark.slow
@KINDS
def test_an_update(faults, publisher, offered, release_folder, published, work, kind):
    """Two releases arrive: one that is new, and one whose file was replaced under its address."""
    assert work.is_dir(), "the cache lies apart"
    pts, onesided = published
    offered()
    revised = pts[1].replace(b"2024,ZIM,552,ZWE,716,ssa,3", b"2024,ZIM,552,ZWE,716,ssa,4")

    def state():
        return {
            path: content
            for path, content in visible(release_folder).items()
            if not path.startswith("rights")
        }

    def update(word):
        publisher.bodies |= {"PTS-2025.csv": pts[1] if word == "old" else revised}
        if word == "new":
            publisher.bodies["ucdp-onesided-231-csv.zip"] = onesided
        else:
            publisher.bodies.pop("ucdp-onesided-231-csv.zip", None)
        with rtop.prepare_update(release_folder, retries=0) as prepared:
            prepared.keep()

    def start():
        faults.emptied(release_folder)
        (release_folder / "rights").mkdir()
        (release_folder / "rights" / "PTS-2024.csv").write_bytes(pts[0])
        update("old")

    start()
    old = state()
    assert set(old) == {"pts-2025/PTS-2025.csv"}
    for at in faults.points(lambda: update("new")):
        start()
        disk, fault = faults.Disk(at, kind=kind), None
        with faults.faulty(disk):
            try:
                update("new")
            except (rtop.StorageError, faults.Killed) as error:
                fault = error
        there = state()
        table = {"ucdp-onesided-23.1/OneSided_v23_1.csv"}
        both = {"pts-2025/PTS-2025.csv", "pts-2025.rtop-new/PTS-2025.csv"}
        assert both & set(there), "one of the two stands there"
        assert all(there[path] in (pts[1], revised) for path in both & set(there))
        assert set(there) <= both | table
        if isinstance(fault, rtop.StorageError):
            assert there == old, "the folder is as it was"
        update("new")
        assert state()["pts-2025/PTS-2025.csv"] == revised
        assert set(state()) == set(old) | table
        note = json.loads((release_folder / "pts-2025" / ".fetched.json").read_bytes())
        assert note["sha256"] == {"PTS-2025.csv": sha256(revised).hexdigest()}


def test_folders_of_killed_processes_go_after_a_day(work, monkeypatch):
    from rtop_forecast.storage import files

    left = [files.work_folder(work, "a") for _ in range(2)]
    (left[0] / "half.csv").write_text("a")
    state = left[0].stat()
    young = files.work_folder(work, "a")
    assert all(path.is_dir() for path in (*left, young)), "another process may be at work in them"
    monkeypatch.setattr(files, "_ABANDONED", -1.0 if state.st_mtime else 0.0)
    last = files.work_folder(work, "a")
    assert list(work.iterdir()) == [last]


def test_no_writer_is_left_out():
    """Calls by which a file could be written otherwise; each stands in a module that is tried above."""
    source = Path(rtop.__file__).parent
    calls = (
        "mkstemp(",
        "mkdtemp(",
        "copyfile(",
        "copyfileobj(",
        "copy2(",
        "copytree(",
        'open("w',
        ".write_bytes(",
    )
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if any(call in path.read_text() for call in calls)
    }
    assert found == {
        "storage/files.py", "storage/entries.py", "storage/remembered.py", "sources/folder/archives.py",
        "sources/folder/fetch.py", "sources/folder/updates/prepare.py",
    }  # fmt: skip
