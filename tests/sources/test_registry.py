from __future__ import annotations

import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources import registry as module
from rtop_forecast.sources.registry import (
    datasets,
    publication_lag,
    registered_hashes,
    registry,
    release_reaching,
)

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
        ({"content_sha256": ["abc"]}, "64 hexadecimal digits"),
        ({"page": "ftp://x"}, "does not begin with https"),
        ({"variables": {"a": [2000, 1990]}}, "years out of order"),
        ({"colour": "red"}, "first 'colour'"),
    ],
)
def test_a_faulty_entry_is_named(change, message):
    with pytest.raises(DataIntegrityError, match=f"'pts-1'.*{message}"):
        module._release("pts-1", ENTRY | change)


def test_a_dataset_has_the_lag_of_its_first_entry_and_a_release_may_depart():
    releases = registry()
    for dataset in datasets():
        first = next(one for one in releases.values() if one.dataset == dataset)
        assert publication_lag(dataset) == first.publication_lag_months
    read = {key: one for key, one in releases.items() if one.dataset}
    departing = {
        key for key, one in read.items() if one.publication_lag_months != publication_lag(one.dataset)
    }
    candidates = {"ucdp-ged-months-2025-candidate", "ucdp-ged-months-26.0.2"}
    assert departing == {"vdem-13-e_pop", "colpus-2022"} | candidates
    with pytest.raises(DataIntegrityError, match="'sunshine' has no entry"):
        publication_lag("sunshine")


def test_a_first_entry_needs_a_lag():
    entry = {name: value for name, value in ENTRY.items() if name != "publication_lag_months"}
    with pytest.raises(DataIntegrityError, match="first 'publication_lag_months'"):
        module._release("pts-1", entry)


@pytest.mark.parametrize(
    ("version", "last", "release"),
    [("4.02", 2021, "4.02"), ("4.02", 2019, "4.02"), ("4.02", 2022, "4.02to2022"), ("4.03", 2022, "4.03")],
)
def test_a_file_under_an_old_name_is_another_release(version, last, release):
    assert release_reaching("fariss", version, last) == release
