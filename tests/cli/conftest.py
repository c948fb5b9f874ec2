from functools import lru_cache

import pytest

import rtop_forecast as rtop
from rtop_forecast.models.defaults import HISTORY_COLUMNS

SOME = [*HISTORY_COLUMNS, "infant_mortality_log", "coup_attempts_decay10", "ucdp_intensity"]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """A result of one test must not answer another."""
    monkeypatch.setenv("RTOP_CACHE", "off")


@pytest.fixture(scope="session")
def few_features():
    """Patch that gives the commands a few features of the bundle, which is loaded once."""
    build, load = rtop.build_features, rtop.load_panel
    bundle = lru_cache(load)

    def loaded(*, data_dir=None, cache=True, **beside):
        return bundle(**beside) if data_dir is None else load(data_dir=data_dir, cache=cache, **beside)

    def patch(monkeypatch):
        monkeypatch.setitem(vars(rtop), "load_panel", loaded)
        monkeypatch.setitem(
            vars(rtop), "build_features", lambda panel, **issued: build(panel, names=SOME, **issued)
        )

    return patch
