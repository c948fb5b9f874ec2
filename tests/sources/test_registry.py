from __future__ import annotations

import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources import registry as module
from rtop_forecast.sources.registry import datasets, registered_hashes, registry

ENTRY = {
    "dataset": "pts", "title": "x", "release": "1", "page": "https://x", "download": "", "login": "",
    "download_sha256": "", "sha256": "", "file_pattern": "x", "licence": "x", "unit": "x", "first_year": 1990,
    "last_year": 2000, "publication_lag_months": 6, "citation": "x",
}  # fmt: skip


def test_every_entry_is_whole():
    for key, release in registry().items():
        assert release.dataset in ("", *datasets()), key
        assert key.startswith(release.dataset.replace("_", "-")[:3]) or release.dataset in (
            "coups",
            "treaties",
            "",
        )
        for text in (release.title, release.licence, release.citation, release.unit, release.file_pattern):
            assert text.strip(), key
        assert release.page.startswith("https://"), key


def test_a_file_belongs_to_one_release():
    assert len(registered_hashes()) == sum(len(release.sha256) for release in registry().values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first_year": 2001}, "years out of order"),
        ({"sha256": "abc"}, "64 hexadecimal digits"),
        ({"page": "ftp://x"}, "does not begin with https"),
        ({"variables": {"a": [2000, 1990]}}, "years out of order"),
        ({"colour": "red"}, "first 'colour'"),
    ],
)
def test_a_faulty_entry_is_named(change, message):
    with pytest.raises(DataIntegrityError, match=f"'pts-1'.*{message}"):
        module._release("pts-1", ENTRY | change)
