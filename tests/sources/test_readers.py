"""Readers of real releases: single cells against the raw files, overlap years, and what did not match.

The expected values were read off the files themselves (with a text editor, a spreadsheet or R), not with the
library; each is named by its country and year.
"""

from __future__ import annotations

import numpy as np
import pytest

from rtop_forecast.sources.folder.discover import reader
from rtop_forecast.sources.reading.matching import explained

HIEF = ("hief", "ewp2025/inputs/HIEF_data.csv")
EPR = ("epr", "governance/EPR-2021.csv")
GROWUP = ("growup", "ewp2025/inputs/epr-data.csv")
PTS = ("pts", "human_rights/PTS-2024.csv")
FARISS = ("fariss", "human_rights/LHRS-v4.02-2021.Rdata")
CIRIGHTS = ("cirights", "human_rights/cirights_v3.12.10.24.xlsx")
PITF = ("pitf", "human_rights/genocide_politicide.xls")
TMK = ("tmk", "human_rights/tmk_events_release_1.1.xls")
ULFELDER = ("ulfelder", "human_rights/ulfelder_mass_killing_country_year_2014.csv")
POLITY = ("polity5", "governance/polity.csv")
FH = ("freedom_house", "governance/fh.rda")
WGI = ("wgi", "governance/wgi.rda")
MEPV = ("mepv", "governance/MEPV2014.xls")
FSI = ("fsi", "governance/fsi-2023.xlsx")
ELECTIONS = ("reign_elections", "governance/electionlist_3_21.csv")
LEADERS = ("reign_leaders", "governance/leaderlist_3_21.csv")
MM = ("mass_mobilization", "governance/mmALL_073120_csv.RData")
AWSD = ("awsd", "humanitarian/security_incidents.csv")
UNHCR = ("unhcr", "humanitarian/population.rda")
IDMC = ("idmc", "humanitarian/idmc.rda")
SIPRI = ("sipri", "economy/SIPRI-Milex-data-1948-2023.xlsx")
CONTIGUITY = ("cow_contiguity", "states/cow_contdir.rda")
NONSTATE = ("ucdp_nonstate", "ucdp/Nonstate_v23_1.csv")
OP1 = ("ewp_treaty", "ewp2025/inputs/iccpr-data.csv")

FILES = dict(
    [
        HIEF, EPR, GROWUP, PTS, FARISS, CIRIGHTS, PITF, TMK, ULFELDER, POLITY, FH, WGI, MEPV, FSI, ELECTIONS,
        LEADERS, MM, AWSD, UNHCR, IDMC, SIPRI, CONTIGUITY, NONSTATE, OP1,
    ]
)  # fmt: skip

# dataset, variable, Gleditsch-Ward number, year, value in the raw file (None: missing, not zero)
CELLS = [
    (HIEF, "efindex", 365, 1991, 0.286),  # Russia; the Soviet Union's 0.691 is the other row of 1991
    (HIEF, "efindex", 678, 2000, 0.138),  # united Yemen goes on as "Yemen Arab Republic"
    (HIEF, "efindex", 517, 1991, 0.228),  # in the file twice
    (EPR, "excluded", 700, 2010, 0.015),  # Turkmen; Nuristani and Qizalbash are irrelevant
    (EPR, "included", 700, 2010, 0.41 + 0.25 + 0.11 + 0.08),
    (EPR, "relevant_groups", 700, 2010, 5),
    (EPR, "dominant", 2, 1950, 0.691),
    (EPR, "discriminated", 2, 1950, 0.124),
    (GROWUP, "exclpop", 652, 2011, 0.85999995),
    (GROWUP, "excl_groups_count", 652, 2011, 4),
    (PTS, "pts_a", 517, 1994, 5),
    (PTS, "pts_h", 517, 1994, None),
    (PTS, "pts_s", 260, 1990, 1),  # Germany; the row of West Germany holds no score
    (PTS, "pts_s", 345, 1991, 5),  # of two rows, that of the Federal Republic, which goes on
    (PTS, "pts_s", 265, 1990, 1),
    (FARISS, "theta_mean", 517, 1994, -3.3645636001766435),
    (FARISS, "theta_mean", 678, 1990, -0.6475544225009543),  # united Yemen's row, not the North's
    (CIRIGHTS, "physint", 517, 1994, 0),
    (CIRIGHTS, "kill", 517, 1994, 0),
    (CIRIGHTS, "overall", 517, 1994, None),
    (PITF, "deathmag", 517, 1994, 5),
    (PITF, "onset", 517, 1964, 0),
    (PITF, "onset", 517, 1963, 1),
    (TMK, "ongoing", 517, 1963, 2),  # government and Parmehutu militias
    (TMK, "onset", 517, 1994, 1),
    (TMK, "nonstate", 517, 1963, 1),
    (TMK, "political", 517, 1994, 1),  # the second group
    (ULFELDER, "ongoing", 652, 2012, 1),
    (POLITY, "polity", 517, 1993, -7),
    (POLITY, "polity", 520, 1995, None),
    (POLITY, "interregnum", 520, 1995, 1),
    (POLITY, "interruption", 700, 1980, 1),
    (POLITY, "polity2", 520, 1995, 0),
    (POLITY, "polity", 290, 1989, 5),
    (FH, "pr", 700, 1982, 7),
    (FH, "status", 700, 2024, 3),
    (WGI, "va_est", 625, 2010, -1.7255890369415283),
    (WGI, "va_se", 625, 2010, 0.12597736716270447),
    (MEPV, "ethwar", 517, 1994, 10),
    (MEPV, "civtot", 517, 1994, 10),
    (FSI, "total", 625, 2022, 106.2),  # the edition of 2023
    (FSI, "p1_state_legitimacy", 625, 2022, 9.4),
    (ELECTIONS, "executive", 516, 2010, 1),
    (ELECTIONS, "irregular", 516, 2015, 0),
    (LEADERS, "tenure", 625, 2018, 29),  # al-Bashir, since June 1989
    (LEADERS, "changes", 625, 2019, 2),
    (LEADERS, "age", 625, 2018, 74),
    (LEADERS, "military", 625, 1988, 0),
    (MM, "protests", 625, 2019, 28),
    (MM, "killings", 625, 2019, 10),
    (MM, "violent_protests", 625, 2019, 4),
    (AWSD, "incidents", 626, 2016, 52),
    (AWSD, "killed", 626, 2016, 26),
    (AWSD, "affected", 626, 2016, 98),
    (UNHCR, "refugees", 652, 2015, 4_873_236),
    (UNHCR, "idps", 652, 2015, 6_563_462),
    (UNHCR, "hosted_refugees", 640, 2015, 2_541_348),
    (IDMC, "stock", 652, 2015, 6_600_000),
    (SIPRI, "share_gdp", 369, 2023, 0.3665310993790993),
    (SIPRI, "share_gdp", 652, 2023, None),
    (SIPRI, "share_gdp", 652, 2010, 0.040561417360958515),
    (NONSTATE, "deaths_best", 475, 2012, 41 + 126 + 87 + 112 + 60 + 48),
    (NONSTATE, "communal", 475, 2012, 5),
    (NONSTATE, "deaths_shared", 640, 2013, 181 / 2),  # located in Türkiye and Syria
    (OP1, "iccpr_op1", 255 + 5, 1993, 1),
    (OP1, "iccpr_op1", 220, 1983, 0),
    (OP1, "iccpr_op1", 220, 1984, 1),
]


@pytest.fixture(scope="module")
def tables(data_dir):
    return {dataset: reader(dataset).read(data_dir / file) for dataset, file in FILES.items()}


@pytest.mark.slow
def test_cells_are_those_of_the_files(tables):
    wrong = []
    for (dataset, _), variable, state, year, value in CELLS:
        data = tables[dataset].data
        row = data[(data["country_id"] == state) & (data["year"] == year)]
        read = row[variable].astype(float).tolist()
        expected = [np.nan if value is None else value]
        if value is None and not read:
            continue  # no row is missing as well
        if len(read) != 1 or not np.isclose(read, expected, rtol=1e-12, atol=0, equal_nan=True).all():
            wrong.append((dataset, variable, state, year, value, read))
    assert not wrong


@pytest.mark.parametrize("dataset", FILES)
def test_every_row_that_does_not_match_says_why(tables, dataset):
    unmatched = tables[dataset].unmatched
    assert explained(unmatched).all()
    assert (unmatched["rows"] > 0).all()


@pytest.mark.parametrize("dataset", FILES)
def test_coverage_ends_with_the_last_full_year(tables, dataset):
    last = {
        "hief": 2013, "epr": 2021, "growup": 2020, "pts": 2023, "fariss": 2021, "cirights": 2022, "pitf": 2018,
        "tmk": 2020, "ulfelder": 2014, "polity5": 2018, "freedom_house": 2024, "wgi": 2023, "mepv": 2014, "fsi": 2022,
        "reign_elections": 2020, "reign_leaders": 2020, "mass_mobilization": 2019, "awsd": 2024, "unhcr": 2024,
        "idmc": 2024, "sipri": 2023, "cow_contiguity": 2016, "ucdp_nonstate": 2022, "ewp_treaty": 2022,
    }  # fmt: skip
    assert max(last for _, last in tables[dataset].coverage.values()) == last[dataset]


#: Rows below the header, counted in the files.
ROWS = {
    "hief": 8808, "growup": 10665, "pts": 10220, "fariss": 11665, "cirights": 7931, "pitf": 289, "ulfelder": 9329,
    "polity5": 17574, "freedom_house": 9965, "wgi": 5350, "mepv": 9391, "fsi": 168, "idmc": 934, "ewp_treaty": 10357,
}  # fmt: skip


@pytest.mark.parametrize("dataset", ROWS)
def test_every_row_is_a_state_year_or_reported(tables, dataset):
    table = tables[dataset]
    assert len(table.data) + table.unmatched["rows"].sum() == ROWS[dataset]


def test_a_transition_has_no_score_drawn_from_what_came_after(tables):
    data = tables["polity5"].data
    transition = data[data["transition"] == 1]
    assert len(transition) > 100
    assert transition["polity2"].isna().all()


def test_what_is_only_scheduled_is_not_held(tables):
    unmatched = tables["reign_elections"].unmatched
    assert unmatched.loc[unmatched["reason"] == "upcoming, not yet held", "rows"].sum() == 141


def test_years_of_union_and_dissolution_have_one_row(tables):
    for dataset, table in tables.items():
        assert not table.data.duplicated(["country_id", "year"]).any(), dataset
    overlap = tables["cow_contiguity"].unmatched.query("reason.str.startswith('the successor')")
    assert set(zip(overlap["code"], overlap["year"], strict=True)) == {("260", 1990), ("678", 1990)}


def test_events_are_zero_inside_their_years_and_ratings_missing(tables):
    for dataset in ("tmk", "awsd", "ucdp_nonstate", "reign_elections", "cow_contiguity"):
        assert tables[dataset].zero_inside == set(tables[dataset].coverage), dataset
    assert tables["pitf"].zero_inside == {"ongoing", "onset"}
    for dataset in ("hief", "epr", "pts", "unhcr", "idmc", "sipri", "mass_mobilization", "polity5"):
        assert not tables[dataset].zero_inside, dataset


def test_made_ged_release_adds_up(made_ged):
    table = reader("ucdp_ged").read(made_ged)
    assert table.release == "25.1"
    assert table.coverage["state_based_best"] == (1989, 1990)
    types = [f"{name}_events" for name in ("state_based", "nonstate", "onesided")]
    assert table.data[types].to_numpy().sum() == 2000
    assert table.data["disordered"].sum() >= 0
    assert (table.data["imprecise_place"] <= table.data[types].sum(axis=1)).all()


def test_an_extract_of_ged_is_not_a_release(data_dir):
    with pytest.raises(Exception, match=r"not a full yearly release of UCDP GED.*33 years have fewer"):
        reader("ucdp_ged").read(data_dir / "ucdp" / "uncertainUCDP_ucdpged.rda")
