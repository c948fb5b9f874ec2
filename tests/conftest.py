"""Shared fixtures: where the real data lie, no clock in Hypothesis, and a guard of the global random state."""

from __future__ import annotations

import io
import os
import random
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.linear_model  # noqa: F401 (its first import moves the global generator that is guarded below)
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.folder import download as _download
from rtop_forecast.sources.folder.updates import offers, prepare
from rtop_forecast.sources.reading import files as _files
from rtop_forecast.sources.registry import registry

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reading every release takes long: what needs them all is slow."""
    for item in items:
        if "full_panel" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


# No test may fail because the machine is busy: an example may take any time.
settings.register_profile("no_clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no_clock")

# Tests run in several processes: threads of theirs would wait for each other, the longer the busier the machine.
threadpool_limits(limits=1)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of official releases; without it the test is skipped, or fails where data are required."""
    folder = Path(os.environ.get("RTOP_TEST_DATA", ROOT / ".." / "shared" / "data")).resolve()
    if not (folder / "README.md").is_file():
        reason = f"the test data are not in {folder}; set RTOP_TEST_DATA"
        if os.environ.get("RTOP_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def more_dir() -> Path:
    """Folder of second sources; without it the test is skipped, or fails where data are required."""
    beside = Path(os.environ.get("RTOP_TEST_DATA", ROOT / ".." / "shared" / "data")).resolve().parent / "more"
    folder = Path(os.environ.get("RTOP_TEST_MORE", beside)).resolve()
    if not (folder / "README.md").is_file():
        reason = f"the second sources are not in {folder}; set RTOP_TEST_MORE"
        if os.environ.get("RTOP_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def full_panel(data_dir):
    """Panel of all releases in the data folder, loaded once."""
    return rtop.load_panel(data_dir=data_dir)


@pytest.fixture(scope="session")
def core_names():
    """Features of the core tables alone, for tests that train and ask for no feature in particular."""
    held = {name for table in core_tables() for name in table.coverage}
    return [spec.name for spec in CATALOGUE if spec.by_default and set(spec.variables) <= held]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory) -> Iterator[None]:
    """Tests leave the user's cache folder alone; the processes of one run share theirs."""
    base = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "RTOP_CACHE", str((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache")
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def _r_files_parsed_once() -> Iterator[None]:
    """The big R files are read by many tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_files, "_parsed_r", lru_cache(maxsize=24)(_files._parsed_r.__wrapped__))
        yield


@pytest.fixture(autouse=True)
def _global_random_state_untouched() -> Iterator[None]:
    """No code under test may move the global random state."""
    before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    yield
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]
    assert random.getstate() == python_before


class Publisher(BaseHTTPRequestHandler):
    """Gives what is offered, with an ETag, which it honours; some files are cut or stop midway."""

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        self.server.asked[name] += 1
        body = self.server.bodies.get(name)
        if body is None:
            self.send_error(404)
            return
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = name in self.server.cut
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if name in self.server.stopping and self.server.asked[name] > 1:
            self.server.shutdown()
            self.server.server_close()

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setattr(_download.time, "sleep", lambda _: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as one:
        one.daemon_threads, one.handle_error = True, lambda *_: None  # a client that goes early is no fault
        one.asked, one.bodies, one.cut, one.stopping = Counter(), {}, set(), set()
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield one
        one.shutdown()


@pytest.fixture(scope="session")
def pts(data_dir):
    """The Political Terror Scale as published, and as its next edition would be."""
    old = (data_dir / "human_rights" / "PTS-2024.csv").read_bytes()
    frame = pd.read_csv(io.BytesIO(old), dtype="str", encoding="latin-1", keep_default_na=False)
    # what is known of the last year is revised: terror where there was none
    revised = (frame["Year"] == frame["Year"].max()) & (frame["PTS_S"] == "1")
    frame.loc[revised, "PTS_S"] = "5"
    last = frame[frame["Year"] == frame["Year"].max()]
    later = last.assign(Year=str(int(last["Year"].iloc[0]) + 1))
    new = pd.concat([frame, later]).to_csv(index=False, lineterminator="\n").encode("latin-1")
    return old, new


@pytest.fixture(scope="session")
def onesided(data_dir):
    """An archive as UCDP offers it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(data_dir / "ucdp" / "OneSided_v23_1.csv", "OneSided_v23_1.csv")
    return out.getvalue()


@pytest.fixture(scope="session")
def published(pts, onesided):
    """Both datasets."""
    return pts, onesided


@pytest.fixture
def offered(publisher, monkeypatch):
    """Registry of two datasets at addresses of the server, or of those that are named."""

    def at(*keys):
        names = {"pts-2024": "PTS-2024.csv", "ucdp-onesided-23.1": "ucdp-onesided-231-csv.zip"}
        root = f"http://127.0.0.1:{publisher.server_port}"
        releases = [
            replace(registry()[key], download=f"{root}/{names[key]}", download_sha256="")
            for key in keys or names
        ]
        for module in (offers, prepare):
            monkeypatch.setattr(module, "fetchable", lambda: releases)
        return releases

    return at


@pytest.fixture
def release_folder(tmp_path, pts):
    """Folder with an older release that came from elsewhere."""
    out = tmp_path / "releases"
    (out / "rights").mkdir(parents=True)
    (out / "rights" / "PTS-2024.csv").write_bytes(pts[0])
    return out
