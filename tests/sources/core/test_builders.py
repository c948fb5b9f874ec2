from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.catalogue import ucdp_acd, ucdp_brd
from rtop_forecast.sources.core import checks as core_checks
from rtop_forecast.sources.core import events as core_events
from rtop_forecast.sources.core import series as core_series
from rtop_forecast.sources.reading.table import no_unmatched


def source(name, data, coverage):
    return SourceTable(
        source=name, release="1", data=data, coverage=coverage, zero_inside=frozenset(coverage),
        publication_lag_months=1, unmatched=no_unmatched(),
    )  # fmt: skip


def frame(columns, *rows):
    return pd.DataFrame(list(rows), columns=columns.split())


def test_run_lengths_break_at_changes_gaps_and_states():
    data = frame("country_id year x", (2, 2000, 1), (2, 2001, 1), (2, 2003, 1), (2, 2004, 0), (20, 2005, 0))
    spells = core_series.run_lengths(data.sample(frac=1, random_state=1), "x")
    expected = [[2, 2000, 2001, 1], [2, 2003, 2003, 1], [2, 2004, 2004, 0], [20, 2005, 2005, 0]]
    assert spells[["country_id", "first_year", "last_year", "value"]].values.tolist() == expected


def test_coups_keep_one_definition():
    powell = source(
        "pt",
        frame("country_id year attempts successes", (432, 2010, 2, 1)),
        {"attempts": (1950, 2010), "successes": (1950, 2010)},
    )
    ewp = source(
        "ewp",
        frame("country_id year attempts", (432, 1946, 1), (432, 2010, 1), (432, 2012, 1), (432, 2024, 1)),
        {"attempts": (1946, 2024)},
    )
    colpus = source(
        "col",
        frame("country_id year attempts successes", (432, 1946, 3, 3), (432, 2012, 2, 1), (432, 2013, 1, 1)),
        {"attempts": (1946, 2022), "successes": (1946, 2022)},
    )
    none = frame("country_id year attempts successes source")
    table = core_events.coups_table(powell, ewp, colpus, none)
    assert table["year"].tolist() == [1946, 2010, 2012, 2024]
    assert table["attempts"].tolist() == [1, 2, 2, 1]
    assert table["successes"].isna().tolist() == [True, False, False, True]
    assert table["source"].tolist() == ["ewp", "pt", "col", "ewp"]
    # a note replaces a row, adds one that the lists lack, or removes one
    notes = frame(
        "country_id year attempts successes source",
        (432, 2024, 1, 0, "news"),
        (432, 1990, 1, 1, "news"),
        (432, 1946, 0, 0, "news"),
    )
    noted = core_events.coups_table(powell, ewp, colpus, notes)
    assert noted["year"].tolist() == [1990, 2010, 2012, 2024]
    assert noted["source"].tolist() == ["news", "pt", "col", "news"]
    assert noted["successes"].tolist() == [1, 1, 1, 0]


def test_treaties_take_the_longest_table_and_annotations_win():
    short = {f"{name}_deposit": (1948, 2014) for name in core_events.RATIFIED}
    tables = [
        source("untc", frame(f"country_id year {name}", (2, 1990, 1)), {name: years})
        for name, years in short.items()
    ]
    tables.append(
        source("ohchr", frame("country_id year cat_deposit", (2, 1991, 1)), {"cat_deposit": (1984, 2022)})
    )
    notes = frame(
        "country_id treaty year end_year source",
        (2, "rome", 2002, 2016, "note"),
        (265, "cat", 1987, None, "note"),
    )
    table = core_events.treaties_table(tables, notes)
    assert table.query("treaty == 'cat'")[["country_id", "year"]].values.tolist() == [[2, 1991], [265, 1987]]
    assert table.query("treaty == 'rome'")[["year", "end_year"]].values.tolist() == [[2002, 2016]]
    with pytest.raises(CoverageError, match="'rome'"):
        core_events.treaties_table(tables[:4], notes)


def test_official_levels_and_deaths_differ_only_where_the_card_says(data_dir):
    acd, _ = ucdp_acd.conflict_years(data_dir / "ucdp" / "UcdpPrioConflict_v23_1.csv")
    brd, _ = ucdp_brd.conflict_years(data_dir / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv")
    table = core_events.intensity_differences(acd, brd)
    listed = {
        (reason, int(conflict), int(year))
        for reason, conflict, year in table[["reason", "conflict_id", "year"]].itertuples(index=False)
    }
    assert listed == {
        ("only in the newer release", 14692, 2017), ("only in the newer release", 14692, 2018),
        ("only in the newer release", 16292, 2018), ("only in the newer release", 16292, 2019),
        ("only in the newer release", 291, 2019), ("only in the newer release", 291, 2020),
        ("only in the newer release", 374, 2022), ("only in the newer release", 426, 2000),
        ("only in the older release", 314, 2018), ("only in the older release", 314, 2019),
        ("level differs", 287, 1997), ("level differs", 288, 2000), ("level differs", 426, 2006),
    }  # fmt: skip


YEARS = frame("country_id year", *[(2, year) for year in range(1990, 2001)])


@pytest.mark.parametrize(
    ("name", "table", "words"),
    [
        (
            "coups.csv",
            frame("country_id year attempts successes", (2, 1990, 1, 0), (2, 1990, 1, 0)),
            "unique",
        ),
        (
            "coups.csv",
            frame("country_id year attempts successes", (2, 1991, 1, 0), (2, 1990, 1, 0)),
            "sorted",
        ),
        ("coups.csv", frame("country_id year attempts successes", (2, 1991, 0, 0)), "attempts must lie"),
        ("coups.csv", frame("country_id year attempts successes", (3, 1991, 1, 0)), "must be a state"),
        ("coups.csv", frame("country_id year attempts successes", (2, 1989, 1, 0)), "must be a state"),
        (
            "treaties.csv",
            frame("country_id treaty year end_year", (2, "cat", 1991, 1990)),
            "must not precede",
        ),
        (
            "ratings.csv",
            frame(
                "country_id variable first_year last_year value",
                (2, "a", 1990, 1993, 1),
                (2, "a", 1993, 1994, 0),
            ),
            "overlap",
        ),
        (
            "ratings.csv",
            frame(
                "country_id variable first_year last_year value",
                (2, "a", 1990, 1993, 1),
                (2, "a", 1994, 1995, 1),
            ),
            "differ in value",
        ),
        (
            "ratings.csv",
            frame("country_id variable first_year last_year value", (2, "a", 1993, 1990, 1)),
            "must not precede",
        ),
        (
            "ratings.csv",
            frame("country_id variable first_year last_year value", (2, "a", 1990, 2009, 1)),
            "life of its state",
        ),
    ],
)
def test_checks_fail_loudly(name, table, words):
    with pytest.raises(DataIntegrityError, match=words):
        core_checks.check_core_table(name, table, YEARS)
