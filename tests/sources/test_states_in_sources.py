"""Codes and names in official releases mean a state or are known not to; the bundled tables recompile."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import python_calamine

from rtop_forecast.sources.reading.files import excel_rows, read_csv, read_r
from rtop_forecast.storage.bundled import core_file, datasets_dir
from rtop_forecast.world.codes import codes_of, normalise
from rtop_forecast.world.states import resolve_many

Reader = Callable[[Path], pd.DataFrame]


def csv(path: str, **options) -> Reader:
    return lambda data: read_csv(data / path, **options)


def r_data(path: str, name: str) -> Reader:
    return lambda data: read_r(data / path)[name]


def excel(path: str, *, header: int = 0) -> Reader:
    def read(data: Path) -> pd.DataFrame:
        rows = excel_rows(data / path)
        return pd.DataFrame(rows[header + 1 :], columns=[str(cell) for cell in rows[header]])

    return read


def sipri(data: Path) -> pd.DataFrame:
    """Names in the sheet of shares of GDP, whose header stands some lines down."""
    workbook = python_calamine.CalamineWorkbook.from_path(
        data / "economy" / "SIPRI-Milex-data-1948-2023.xlsx"
    )
    cells = [row[0] for row in workbook.get_sheet_by_name("Share of GDP").to_python()]
    return pd.DataFrame({"Country": cells[cells.index("Country") + 1 :]})


def wide(path: str, **options) -> Reader:
    """World Bank layout: one column per year."""

    def read(data: Path) -> pd.DataFrame:
        table = read_csv(data / path, **options)
        years = [column for column in table.columns if re.match(r"(19|20)\d\d", column)]
        table = table[table["Country Code"].str.fullmatch(r"[A-Z]{3}").fillna(False)]
        long = table.melt(["Country Name", "Country Code"], years, var_name="year")
        return long[long["value"].notna() & (long["value"] != "..")].assign(year=lambda f: f["year"].str[:4])

    return read


def listed(path: str, codes: str) -> Reader:
    """UCDP cells that list several states: one row per number."""

    def read(data: Path) -> pd.DataFrame:
        table = read_csv(data / path, dtype={codes: str})
        table = table.assign(code=table[codes].str.split(",")).explode("code")
        return table.assign(code=table["code"].str.strip())

    return read


WDI = "economy/API_SP.DYN.IMRT.IN_DS2_en_csv_v2_4770442.csv"
BELOW = ("Data from database", "Last Updated", "Code")
DATABANK = "economy/worldbankdevelopment.csv"
OHCHR = "treaties/UnderlyingData_{}_OHCHR_26_11_2024.xls"
ULFELDER = "human_rights/ulfelder_mass_killing_country_year_2014.csv"
AWSD = "humanitarian/security_incidents.csv"

# File, column of the code or name, column of the year (None: the year given), system.
SOURCES: list[tuple[str, Reader, str, str | int, str]] = [
    ("EWP frame, code", csv("ewp2025/basedata2025_4august2025.csv"), "ccode", "year", "ewp"),
    ("EWP frame, name", csv("ewp2025/basedata2025_4august2025.csv"), "country", "year", "name"),
    ("EWP frame, EWP's name", csv("ewp2025/basedata2025_4august2025.csv"), "ewp_name", "year", "name"),
    ("EWP predictors", csv("ewp2025/prepared2024predictors-2025-09-03.csv"), "ewp_name", "year", "name"),
    ("EWP forecasts", csv("ewp2025/published/forecasts3Sep2025.csv"), "ewp_name", 2024, "name"),
    ("EWP editions", csv("published_forecasts/ewp_editions_2018_2025.csv"), "country", "origin_year", "name"),
    ("HIEF", csv("ewp2025/inputs/HIEF_data.csv"), "Country", "Year", "name"),
    ("coups", csv("ewp2025/inputs/all-coups.csv"), "country", "year", "name"),
    ("coups, code", csv("ewp2025/inputs/all-coups.csv"), "ccode", "year", "ewp"),
    ("Maddison", csv("ewp2025/inputs/maddison.csv"), "country", "year", "name"),
    ("ICCPR", csv("ewp2025/inputs/iccpr-data.csv"), "country", "year", "name"),
    ("region", csv("ewp2025/inputs/reg-data.csv"), "country", "year", "name"),
    ("EPR", csv("ewp2025/inputs/epr-data.csv"), "countryname", "year", "name"),
    ("EPR, code", csv("ewp2025/inputs/epr-data.csv"), "countries_gwid", "year", "gw"),
    ("WDI, name", csv("ewp2025/inputs/wdi.csv"), "country", "year", "name"),
    ("WDI, ISO-3", csv("ewp2025/inputs/wdi.csv"), "iso3c", "year", "worldbank"),
    ("WPP", csv("ewp2025/inputs/un_imr_clean.csv"), "iso3c", "year", "iso3"),
    ("EWP's V-Dem 15", r_data("ewp2025/inputs/vdem.Rdata", "vdem"), "country_name", "year", "name"),
    ("EWP's V-Dem 11", r_data("ewp2025/inputs/vdem11.Rdata", "vdem11"), "country_name", "year", "name"),
    ("EWP's V-Dem 14", r_data("vdem/ewp2024_vdem_v14.Rdata", "vdem"), "country_name", "year", "name"),
    ("V-Dem, number", csv("vdem/data_vdem.csv"), "vdem", "year", "vdem"),
    ("V-Dem, name", csv("vdem/data_vdem.csv"), "vdem.name", "year", "name"),
    ("V-Dem 15, number", r_data("vdem/vdem_simple.rda", "vdem_simple"), "country_id", "year", "vdem"),
    ("V-Dem 15, letters", r_data("vdem/vdem_simple.rda", "vdem_simple"), "country_text_id", "year", "vdem"),
    ("V-Dem 15, COW", r_data("vdem/vdem_simple.rda", "vdem_simple"), "vdem_cowcode", "year", "vdem_cow"),
    ("V-Dem 15, name", r_data("vdem/vdem_simple.rda", "vdem_simple"), "vdem_country_name", "year", "name"),
    ("BRD 25.1", listed("ewp2025/inputs/BattleDeaths_v25_1.csv", "gwno_loc"), "code", "year", "ucdp"),
    ("Dyadic 24.1", listed("ucdp/Dyadic_v24_1.csv", "gwno_loc"), "code", "year", "ucdp"),
    ("ACD 23.1", listed("ucdp/UcdpPrioConflict_v23_1.csv", "gwno_loc"), "code", "year", "ucdp"),
    ("OneSided 23.1", listed("ucdp/OneSided_v23_1.csv", "gwno_location"), "code", "year", "ucdp"),
    ("Nonstate 23.1", listed("ucdp/Nonstate_v23_1.csv", "gwno_location"), "code", "year", "ucdp"),
    ("Dyadic 24.1, name", listed("ucdp/Dyadic_v24_1.csv", "location"), "code", "year", "name"),
    ("GED sample", r_data("ucdp/uncertainUCDP_ucdpged.rda", "ucdpged"), "country", "year", "name"),
    ("COW by year", csv("states/data_cow.csv"), "cown", "year", "cow"),
    ("COW by year, name", csv("states/data_cow.csv"), "cow.name", "year", "name"),
    ("GW by year", csv("states/data_gw.csv"), "gwn", "year", "gw"),
    ("GW by year, name", csv("states/data_gw.csv"), "country", "year", "name"),
    ("ISO 3166, letters", csv("states/data_iso.csv"), "iso3c", 2020, "iso3"),
    ("ISO 3166, two letters", csv("states/data_iso.csv"), "iso2c", 2020, "iso2"),
    ("ISO 3166, number", csv("states/data_iso.csv"), "iso3n", 2020, "m49"),
    ("ISO 3166, name", csv("states/data_iso.csv"), "iso.name.en", 2020, "name"),
    ("UNHCR, code", r_data("humanitarian/countries.rda", "countries"), "unhcr_code", 2020, "unhcr"),
    ("UNHCR, name", r_data("humanitarian/countries.rda", "countries"), "name", 2020, "name"),
    ("IDMC", r_data("humanitarian/idmc.rda", "idmc"), "coo_name", "year", "name"),
    ("AWSD", csv(AWSD, encoding_errors="replace"), "Country", "Year", "name"),
    ("PTS", csv("human_rights/PTS-2024.csv", encoding="latin-1"), "Country", "Year", "name"),
    ("PTS, older names", csv("human_rights/PTS-2024.csv", encoding="latin-1"), "Country_OLD", "Year", "name"),
    ("Freedom House", r_data("governance/fh.rda", "fh"), "fh_country", "year", "name"),
    ("WGI, name", r_data("governance/wgi.rda", "wgi"), "wb_country", "year", "name"),
    ("WGI, code", r_data("governance/wgi.rda", "wgi"), "wb_code", "year", "worldbank"),
    ("EPR 2021", csv("governance/EPR-2021.csv"), "statename", "to", "name"),
    ("Polity, name", csv("governance/polity.csv"), "country", "year", "name"),
    ("Polity, letters", csv("governance/polity.csv"), "scode", "year", "pitf"),
    ("Polity, number", csv("governance/polity.csv"), "ccode", "year", "polity"),
    ("Powell-Thyne", csv("governance/powell_thyne_coups_final.txt", sep="\t"), "country", "year", "name"),
    ("Powell-Thyne, code", csv("governance/powell_thyne_coups_final.txt", sep="\t"), "ccode", "year", "cow"),
    ("REIGN", csv("governance/electionlist_3_21.csv", encoding="latin-1"), "country", "elec_year", "name"),
    ("Colpus", excel("governance/colpus_Master_Coup_List.xlsx"), "statenme", "year", "name"),
    ("Colpus, code", excel("governance/colpus_Master_Coup_List.xlsx"), "ccode", "year", "cow"),
    ("FSI", excel("governance/fsi-2023.xlsx"), "Countries", 2023, "name"),
    ("MEPV", excel("governance/MEPV2014.xls"), "COUNTRY", "YEAR", "name"),
    ("MEPV, letters", excel("governance/MEPV2014.xls"), "SCODE", "YEAR", "pitf"),
    ("CIRIGHTS", excel("human_rights/cirights_v3.12.10.24.xlsx"), "country", "year", "name"),
    ("PITF genocides", excel("human_rights/genocide_politicide.xls"), "SCODE", "YEAR", "pitf"),
    ("PITF genocides, name", excel("human_rights/genocide_politicide.xls"), "COUNTRY", "YEAR", "name"),
    ("Ulfelder", csv(ULFELDER), "sftgcode", "year", "pitf"),
    ("TMK", excel("human_rights/tmk_events_release_1.1.xls"), "country", "year", "name"),
    ("EWP events", excel("ewp2025/ewp_mass_killing_events_2025.xlsx"), "country", "startyear", "name"),
    ("SIPRI", sipri, "Country", 2023, "name"),
    ("WDI file, name", wide(WDI), "Country Name", "year", "name"),
    ("WDI file, code", wide(WDI), "Country Code", "year", "worldbank"),
    ("DataBank file", wide(DATABANK, footer=BELOW), "Country Code", "year", "worldbank"),
    ("CAT", excel(OHCHR.format("CAT"), header=1), "Country", 2023, "name"),
    ("ICCPR status", excel(OHCHR.format("ICCPR"), header=1), "Country", 2023, "name"),
    *((f"UN treaty {n}", csv(f"treaties/untreaties_{n}.csv"), "Participant", 2015, "name")
      for n in ("18-10", "4-1", "4-2", "4-4", "4-9")),
]  # fmt: skip

# What stands where a code or name should, and is none: remarks below a table, lists of states, missing marks.
NOT_CODES = (
    r"^$|^NA$|Source: |Definitions and metadata|^India/Pakistan$|^North Korea/ South Korea$"
    r"|, (?:Bangladesh|Chad|Kuwait|Nigeria|South Sudan|Sudan|Uganda)$"
)


def rows_of(data: Path, source: tuple[str, Reader, str, str | int, str]) -> pd.DataFrame:
    _, read, column, year, system = source
    table = read(data)
    years = pd.Series(year, index=table.index) if isinstance(year, int) else table[year]
    rows = pd.DataFrame({"code": table[column], "year": pd.to_numeric(years, errors="coerce")}).dropna()
    rows["code"] = rows["code"].astype(str)
    if system == "name" or rows["code"].str.contains("[A-Za-z]").any():
        rows = rows[(system == "iso2") | ~rows["code"].str.contains(NOT_CODES)]
    return rows[rows["year"].between(1946, 2025)].drop_duplicates()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source[0])
def test_every_code_and_name_is_known(data_dir, source):
    system = source[-1]
    rows = rows_of(data_dir, source)
    assert len(rows) > 40
    found = resolve_many(rows["code"], rows["year"], system=system)
    known = codes_of(system).number
    unknown = sorted(
        {code for code in found.unmatched["code"] if normalise(code, system=system) not in known}
    )
    assert not unknown, f"{len(unknown)} unknown in {source[0]}: {unknown[:5]}"
    assert found.country_id.isna().mean() < 0.5
    assert (
        found.unmatched["reason"].str.contains("is not an independent state|means no independent state").all()
    )


# Code against name in the same row, where both mean a state: the releases' own slips, and nothing else.
BOTH = [
    ("ewp2025/basedata2025_4august2025.csv", "ccode", "ewp", "country", {}),
    ("ewp2025/inputs/all-coups.csv", "ccode", "ewp", "country", {}),
    ("states/data_cow.csv", "cown", "cow", "cow.name", {("Yugoslavia", 2006)}),
    ("states/data_gw.csv", "gwn", "gw", "country", {}),
    ("vdem/data_vdem.csv", "vdem", "vdem", "vdem.name", {}),
    ("governance/polity.csv", "ccode", "polity", "country", {}),
    ("governance/polity.csv", "scode", "pitf", "country", {}),
    # "Yemen" of 31 August 1968 stands under 680, South Yemen.
    ("governance/powell_thyne_coups_final.txt", "ccode", "cow", "country", {("Yemen", 1968)}),
    ("ewp2025/inputs/wdi.csv", "iso3c", "worldbank", "country", {}),
    ("ewp2025/inputs/epr-data.csv", "countries_gwid", "gw", "countryname", {}),
]


@pytest.mark.parametrize("case", BOTH, ids=lambda case: f"{Path(case[0]).stem}-{case[1]}")
def test_codes_and_names_agree(data_dir, case):
    path, code, system, name, slips = case
    table = read_csv(data_dir / path)
    table = table[table["year"].between(1946, 2025)][[code, name, "year"]].drop_duplicates()
    by_code = resolve_many(table[code], table["year"], system=system).country_id
    by_name = resolve_many(table[name], table["year"], system="name").country_id
    differ = table[
        ((by_code != by_name) & ~by_code.isna() & ~by_name.isna()).to_numpy(dtype=bool, na_value=False)
    ]
    assert set(zip(differ[name], differ["year"], strict=True)) == set(slips)


@pytest.fixture(scope="module")
def compiler():
    spec = importlib.util.spec_from_file_location("compile_states", datasets_dir() / "compile_states.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_text(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def test_the_bundled_tables_recompile_to_the_same_bytes(data_dir, compiler):
    states = compiler.compile_states(data_dir)
    for name, table in (
        ("states.csv", states[compiler.STATE_COLUMNS]),
        ("crosswalk.csv", compiler.compile_crosswalk(states, data_dir)),
        ("contiguity.csv", compiler.compile_contiguity(states, data_dir)),
    ):
        assert as_text(table).encode() == core_file(name).read_bytes(), name


def test_the_compiler_refuses_a_code_with_two_meanings(data_dir, compiler):
    states = compiler.compile_states(data_dir)
    table = compiler.compile_crosswalk(states, data_dir)
    extra = table[(table["system"] == "iso3") & (table["code"] == "FRA")].assign(
        country_id=2, first_year=1990
    )
    with pytest.raises(
        compiler.DataIntegrityError, match="1 codes mean two things in one year, first iso3 'FRA'"
    ):
        compiler.check_crosswalk(pd.concat([table, extra]))
