import pytest


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """A result of one test must not answer another."""
    monkeypatch.setenv("RTOP_CACHE", "off")
