"""Shared fixtures: where the real data lie, no clock in Hypothesis, and a guard of the global random state."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import sklearn.linear_model  # noqa: F401 (its first import moves the global generator that is guarded below)
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.reading import files as _files

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
