"""Compile the state system: states.csv, crosswalk.csv and contiguity.csv in ``datasets/core``.

    python datasets/compile_states.py --data DIR

reads the releases below from DIR, adds the hand-made tables of ``datasets/annotations`` and stops when a
code or name would mean two states in one year, or a state of the list is not annotated.

- Gleditsch and Ward: list of independent states and microstates (layout of ``iisystem.dat``)
- Correlates of War: state system membership 2016, direct contiguity 3.2
- ISO 3166 with UN M49 numbers, V-Dem country units, UNHCR codes, World Bank country metadata, PITF codes
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.files import read_csv, read_r
from rtop_forecast.world.codes import FIRST_YEAR, SYSTEMS, normalise, plain_name

ROOT = Path(__file__).resolve().parent
KINDS = {1: "land", 2: "water_12", 3: "water_24", 4: "water_150", 5: "water_400"}
STATE_COLUMNS = ["country_id", "name", "start", "end", "microstate", "region", "subregion"]
CODE_COLUMNS = ["system", "code", "country_id", "first_year", "last_year", "note"]
#: First year that cannot be exceeded: an open end.
OPEN = 9999
FAR = pd.Timestamp(2262, 1, 1)
TERRITORY = "a territory that is not in the Gleditsch–Ward list"
AGGREGATE = "an aggregate of several countries, not a state"


def fail(message: str) -> None:
    """Stop the compilation."""
    raise DataIntegrityError(message)


def annotation(name: str) -> pd.DataFrame:
    """Read a hand-made table with its identifiers and years as nullable integers."""
    table = pd.read_csv(ROOT / "annotations" / name, dtype=str, keep_default_na=False)
    for column in {"country_id", "neighbour_id", "first_year", "last_year"} & set(table.columns):
        table[column] = pd.to_numeric(table[column].replace("", None)).astype("Int64")
    return table


# States


def gleditsch_ward(data: Path) -> pd.DataFrame:
    """Spells of the list that reach 1946, one row per state; ``end`` is missing while a state exists."""
    parts = []
    for file, micro in (("iisystem_format.dat", 0), ("microstatessystem_format.dat", 1)):
        columns = ["country_id", "abbreviation", "gw_name", "start", "end"]
        part = read_csv(data / "states" / file, sep="\t", header=None, names=columns)
        parts.append(part.assign(microstate=micro))
    table = pd.concat(parts, ignore_index=True)
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column], format="%d:%m:%Y")
    table = corrected(table)
    release_end = table["end"].max()
    table = table[table["end"] >= pd.Timestamp(FIRST_YEAR, 1, 1)]
    table["end"] = table["end"].where(table["end"] < release_end)
    if table["country_id"].duplicated().any():
        fail(f"a state has two spells since {FIRST_YEAR}; the key of states.csv is the state number.")
    return table.sort_values("country_id", ignore_index=True)


def corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Correct days that the list has wrong, each while it still has the slip."""
    table = table.copy()
    for row in annotation("state_corrections.csv").to_dict("records"):
        slip = (table["country_id"] == row["country_id"]) & (
            table[row["column"]] == pd.Timestamp(row["source_value"])
        )
        if slip.sum() != 1:
            fail(
                f"the {row['column']} of GW {row['country_id']} is not the one that is corrected; drop the row."
            )
        table.loc[slip, row["column"]] = pd.Timestamp(row["value"])
    return table


def compile_states(data: Path) -> pd.DataFrame:
    """Compile states.csv, with the list's name and abbreviation in two more columns."""
    listed = gleditsch_ward(data)
    notes = annotation("states.csv").drop(columns="history")
    table = listed.merge(notes, on="country_id", how="outer", indicator=True, validate="one_to_one")
    stray = table.loc[table["_merge"] != "both", "country_id"].tolist()
    if stray:
        fail(f"annotations/states.csv and the list differ in {len(stray)} states, first {stray[0]}.")
    return table.drop(columns="_merge").sort_values("country_id", ignore_index=True)


# Codes


def rows(system: str, pairs: pd.DataFrame, note: str = "") -> pd.DataFrame:
    """Rows of one system for all years of each state, from columns ``code`` and ``country_id``."""
    table = pairs[["code", "country_id"]].assign(system=system, note=note)
    table["country_id"] = table["country_id"].astype("Int64")
    return table.assign(first_year=pd.NA, last_year=pd.NA)


def own_numbers(states: pd.DataFrame, data: Path) -> list[pd.DataFrame]:
    """Systems that number states as Gleditsch and Ward or the Correlates of War do."""
    own = states[["country_id"]].assign(code=states["country_id"].astype(str))
    cow = read_csv(data / "states" / "states2016.csv")
    cow = cow.loc[cow["endyear"] >= FIRST_YEAR, ["ccode"]].drop_duplicates().set_axis(["country_id"], axis=1)
    cow = cow[cow["country_id"].isin(own["country_id"])]
    cow = cow.assign(code=cow["country_id"].astype(str))
    return [
        rows("gw", own),
        rows("ucdp", own),
        *(rows(system, cow) for system in ("cow", "ewp", "vdem_cow", "polity")),
    ]


def inherit_cow(codes: pd.DataFrame) -> pd.DataFrame:
    """Exceptions of the Correlates of War that its descendants share, unless they have their own."""
    cow = codes[codes["system"] == "cow"]
    parts = [codes]
    for system in ("ewp", "vdem_cow", "polity"):
        own = codes.loc[codes["system"] == system, "code"]
        parts.append(cow[~cow["code"].isin(own)].assign(system=system))
    table = pd.concat(parts, ignore_index=True)
    # The Early Warning Project has no 260: its Germany is 255 in all years.
    return table[~((table["system"] == "ewp") & (table["code"] == "260"))]


def iso_codes(states: pd.DataFrame, data: Path) -> list[pd.DataFrame]:
    """ISO 3166 and M49 codes of states; territories get rows without a state."""
    iso = read_csv(data / "states" / "data_iso.csv")
    iso = iso.merge(states[["country_id", "iso3"]], left_on="iso3c", right_on="iso3", how="left")
    iso["iso3n"] = iso["iso3n"].astype(str)
    parts = []
    for system, column in (("iso3", "iso3c"), ("iso2", "iso2c"), ("m49", "iso3n"), ("worldbank", "iso3c")):
        table = iso.rename(columns={column: "code"})
        parts.append(rows(system, table[table["country_id"].notna()]))
        territories = table[table["country_id"].isna()]
        note = territories["iso.name.en"] + ": " + TERRITORY
        parts.append(rows(system, territories).assign(note=note.to_numpy()))
    return parts


def world_bank_aggregates(data: Path) -> pd.DataFrame:
    """Codes and names of the World Bank's aggregates: entries of its country metadata without a region."""
    found = sorted((data / "economy").glob("Metadata_Country_API_*.csv"))
    if not found:
        fail(f"no World Bank country metadata (Metadata_Country_API_*.csv) in {data / 'economy'}.")
    table = read_csv(found[0], encoding="utf-8-sig")
    table = table.loc[table["Region"].isna(), ["Country Code", "TableName"]]
    return table.set_axis(["code", "name"], axis=1).assign(country_id=pd.NA)


def unhcr_codes(states: pd.DataFrame, data: Path) -> list[pd.DataFrame]:
    """UNHCR's own three letters, which look like ISO codes and differ from them."""
    table = read_r(data / "humanitarian" / "countries.rda")["countries"]
    table = table.merge(states[["country_id", "iso3"]], left_on="iso_code", right_on="iso3", how="left")
    table = table.rename(columns={"unhcr_code": "code"})
    lost = table[table["country_id"].isna()]
    note = lost["name"] + ": " + TERRITORY
    return [
        rows("unhcr", table[table["country_id"].notna()]),
        rows("unhcr", lost).assign(note=note.to_numpy()),
    ]


def vdem_codes(states: pd.DataFrame, data: Path) -> pd.DataFrame:
    """V-Dem's country numbers and letters, for units whose last COW number is a state of the list."""
    table = read_r(data / "vdem" / "vdem_simple.rda")["vdem_simple"]
    table = table.sort_values("year").drop_duplicates("country_id", keep="last")
    table = table[["country_id", "country_text_id", "vdem_cowcode"]].dropna(subset="vdem_cowcode")
    letters = table["country_text_id"].astype(str)
    numbers = table["country_id"].astype(int).astype(str)
    pairs = pd.concat(
        [pd.DataFrame({"code": code, "country_id": table["vdem_cowcode"]}) for code in (numbers, letters)]
    )
    return rows("vdem", pairs[pairs["country_id"].isin(states["country_id"])].astype({"country_id": "int64"}))


def pitf_codes(states: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Letters of the Political Instability Task Force and Polity; most are the list's own abbreviations."""
    letters = set(read_csv(data / "human_rights" / "ulfelder_mass_killing_country_year_2014.csv")["sftgcode"])
    polity = read_csv(data / "governance" / "polity.csv")
    letters |= set(polity.loc[polity["year"] >= FIRST_YEAR, "scode"])
    known = states.rename(columns={"abbreviation": "code"})
    exceptions = set(annotation("codes.csv").query("system == 'pitf'")["code"])
    unknown = sorted(letters - set(known["code"]) - exceptions)
    if unknown:
        fail(f"{len(unknown)} PITF codes lack a line in annotations/codes.csv, first {unknown[0]!r}.")
    return rows("pitf", known[known["code"].isin(letters)])


# Names


def names(states: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Names in order of precedence; the first that gives a spelling decides."""
    iso = read_csv(data / "states" / "data_iso.csv").merge(
        states[["country_id", "iso3"]], left_on="iso3c", right_on="iso3", how="left"
    )
    territories = iso[iso["country_id"].isna()]
    spelled = pd.concat([territories["iso.name.en"], territories["country"]]).drop_duplicates()
    without_article = spelled.str.replace(r" \(the\)", "", regex=True)
    aggregates = world_bank_aggregates(data)
    parts = [
        annotation("names.csv").rename(columns={"name": "code"}),
        states[["name", "country_id"]].rename(columns={"name": "code"}),
        states[["gw_name", "country_id"]].rename(columns={"gw_name": "code"}),
        iso[iso["country_id"].notna()].rename(columns={"iso.name.en": "code"})[["code", "country_id"]],
        aggregates.assign(code=aggregates["name"], note=AGGREGATE)[["code", "country_id", "note"]],
        pd.DataFrame({"code": pd.concat([spelled, without_article]), "country_id": pd.NA, "note": TERRITORY}),
    ]
    kept: list[pd.DataFrame] = []
    seen: set[str] = set()
    for part in parts:
        part = part.assign(key=part["code"].map(plain_name))
        part = part[~part["key"].isin(seen)].drop_duplicates(
            ["key", *({"first_year", "last_year"} & set(part.columns))]
        )
        seen |= set(part["key"])
        kept.append(part.drop(columns="key"))
    table = pd.concat(kept, ignore_index=True).assign(system="name")
    table["country_id"] = table["country_id"].astype("Int64")
    return table


# Crosswalk


def compile_crosswalk(states: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Compile crosswalk.csv: every code and name with the years in which it means a state."""
    exceptions = inherit_cow(annotation("codes.csv"))
    aggregates = world_bank_aggregates(data)
    automatic = pd.concat(
        [
            *own_numbers(states, data),
            *iso_codes(states, data),
            *unhcr_codes(states, data),
            rows("worldbank", aggregates).assign(note=(aggregates["name"] + ": " + AGGREGATE).to_numpy()),
            vdem_codes(states, data),
            pitf_codes(states, data),
        ],
        ignore_index=True,
    )
    settled = set(zip(exceptions["system"], exceptions["code"], strict=True))
    keys = list(zip(automatic["system"], automatic["code"], strict=True))
    automatic = automatic[[key not in settled for key in keys]].drop_duplicates(["system", "code"])
    table = pd.concat([exceptions, automatic, names(states, data)], ignore_index=True)
    table = add_history(clip(table, states))
    check_crosswalk(table)
    order = table["system"].map(SYSTEMS.index)
    table = table.assign(order=order).sort_values(["order", "code", "first_year"], ignore_index=True)
    return table[CODE_COLUMNS]


def clip(table: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Limit each row to the years of its state; an open end stays empty."""
    first, last = years_of(states)
    spell_first = table["country_id"].map(first).fillna(FIRST_YEAR).astype("Int64")
    spell_last = table["country_id"].map(last).fillna(OPEN).astype("Int64")
    given_first = table["first_year"].astype("Int64").fillna(FIRST_YEAR)
    given_last = table["last_year"].astype("Int64").fillna(OPEN)
    table = table.assign(
        first_year=spell_first.where(spell_first > given_first, given_first),
        last_year=spell_last.where(spell_last < given_last, given_last),
        note=table["note"].fillna(""),
    )
    empty = table[table["first_year"] > table["last_year"]]
    if len(empty):
        row = empty.iloc[0]
        fail(f"{len(empty)} codes lie outside their state's years, first {row['system']} {row['code']!r}.")
    return table.assign(last_year=table["last_year"].where(table["last_year"] < OPEN))


def years_of(states: pd.DataFrame) -> tuple[dict[int, int], dict[int, int]]:
    """First and last year of each state since 1946; no last year while it exists."""
    first = states.set_index("country_id")["start"].dt.year.clip(lower=FIRST_YEAR)
    last = states.set_index("country_id")["end"].dt.year.dropna().astype(int)
    return first.to_dict(), last.to_dict()


def add_history(table: pd.DataFrame) -> pd.DataFrame:
    """Put what came before or after a state into the note of its own number."""
    history = annotation("states.csv").set_index("country_id")["history"]
    own = (table["system"] == "gw") & (table["note"] == "")
    return table.assign(note=table["note"].where(~own, table["country_id"].map(history).fillna("")))


def check_crosswalk(table: pd.DataFrame) -> None:
    """No code of a system may mean two things in one year."""
    pairs = zip(table["system"], table["code"], strict=True)
    spells = table.assign(
        key=[normalise(code, system=system) for system, code in pairs], last=table["last_year"].fillna(OPEN)
    )
    # one name may stand in two spellings that are compared as one
    spells = spells.drop_duplicates(["system", "key", "country_id", "first_year", "last"])
    spells = spells.sort_values(["system", "key", "first_year"])
    before = spells.groupby(["system", "key"])["last"].shift()
    clash = spells[before.notna() & (spells["first_year"] <= before)]
    if len(clash):
        row = clash.iloc[0]
        fail(f"{len(clash)} codes mean two things in one year, first {row['system']} {row['code']!r}.")


# Contiguity


def compile_contiguity(states: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Compile contiguity.csv: neighbours by land and by water, symmetric, in Gleditsch–Ward numbers.

    The Correlates of War date a border from the day both states are members of that system, which can be
    later than their independence (Germany 1955, Austria 1955, Japan 1952, Oman and Bhutan 1971). A spell that
    starts with membership is carried back to the day both were independent, for as long as no earlier
    membership tells otherwise. Spells open at the release's end stay open.
    """
    pairs = cow_spells(data)
    days = pd.concat([gw_spells(pairs, states), gw_spells(swapped(pairs), states)], ignore_index=True)
    first, last = years_of(states)
    days["first_year"] = days["start"].dt.year.clip(lower=FIRST_YEAR)
    days["last_year"] = days["end"].dt.year.where(days["end"] < FAR, OPEN)
    table = pd.concat([join_spells(days), *hand_made(states)], ignore_index=True)
    table = replace_hand_made(table)
    for column in ("country_id", "neighbour_id"):
        begins, ends = table[column].map(first), table[column].map(last).fillna(OPEN)
        table["first_year"] = table["first_year"].where(table["first_year"] >= begins, begins)
        table["last_year"] = table["last_year"].where(table["last_year"] <= ends, ends)
    table = table[table["first_year"] <= table["last_year"]]
    table["last_year"] = table["last_year"].astype("Int64").where(table["last_year"] < OPEN)
    columns = ["country_id", "neighbour_id", "first_year", "last_year", "kind"]
    return table[columns].sort_values([*columns[:3], "kind"], ignore_index=True)


def cow_spells(data: Path) -> pd.DataFrame:
    """Contiguous pairs by COW number; both directions stand in the release, one is kept."""
    table = read_r(data / "states" / "cow_contdir.rda")["cow_contdir"]
    table = table[table["conttype"].isin(KINDS) & (table["ccode1"] < table["ccode2"])].astype(
        {"ccode1": "int64", "ccode2": "int64"}
    )
    start = pd.to_datetime(table["stdate"], unit="D")
    end = pd.to_datetime(table["enddate"], unit="D")
    table = table.assign(start=start, end=end.where(end < end.max(), FAR))
    # From 1958 to 1961 COW gives Syria's borders to Egypt, which stood for the United Arab Republic.
    egypt = (table["ccode1"] == 651) | (table["ccode2"] == 651)
    union = egypt & (start.dt.year == 1958) & (end.dt.year == 1961)
    return carried_back(table[~union], data)


def swapped(pairs: pd.DataFrame) -> pd.DataFrame:
    """Turn pairs round."""
    return pairs.rename(columns={"ccode1": "ccode2", "ccode2": "ccode1"})


def carried_back(table: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Start a spell that begins with COW membership at the end of the pair's previous common membership."""
    members = read_csv(data / "states" / "states2016.csv")
    spells: dict[int, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    for row in members.itertuples():
        begin = pd.Timestamp(row.styear, row.stmonth, row.stday)
        end = pd.Timestamp(row.endyear, row.endmonth, row.endday)
        spells.setdefault(row.ccode, []).append((begin, end))
    starts = []
    for row in table.itertuples():
        common = sorted(
            (max(a[0], b[0]), min(a[1], b[1])) for a in spells[row.ccode1] for b in spells[row.ccode2]
        )
        common = [(begin, end) for begin, end in common if begin <= end]
        # Dates of the contiguity release have the precision of a month, and some precede common membership.
        month = row.start.to_period("M")
        joined = [i for i, (begin, _) in enumerate(common) if month <= begin.to_period("M")]
        if not joined:
            starts.append(row.start)
        elif joined[0] == 0:
            starts.append(pd.Timestamp(1816, 1, 1))
        else:
            starts.append(min(row.start, common[joined[0] - 1][1]))
    return table.assign(start=starts)


def gw_spells(pairs: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Spells by day in Gleditsch–Ward numbers, within the existence of both states."""
    meaning = cow_meaning(states)
    table = pairs.merge(meaning, left_on="ccode1", right_on="ccode").merge(
        meaning.rename(columns={"country_id": "neighbour_id", "from": "from2", "to": "to2"}),
        left_on="ccode2", right_on="ccode", suffixes=("", "_2"),
    )  # fmt: skip
    table["start"] = table[["start", "from", "from2"]].max(axis=1)
    table["end"] = table[["end", "to", "to2"]].min(axis=1)
    table["kind"] = table["conttype"].astype(int).map(KINDS)
    table = table[(table["start"] <= table["end"]) & (table["country_id"] != table["neighbour_id"])]
    return table[["country_id", "neighbour_id", "start", "end", "kind"]]


def cow_meaning(states: pd.DataFrame) -> pd.DataFrame:
    """Which state a COW number means, by day."""
    own = states.assign(to=states["end"].fillna(FAR))[["country_id", "start", "to"]]
    spans = own.set_index("country_id")
    table = own.assign(ccode=own["country_id"]).rename(columns={"start": "from"})
    table = table[~table["ccode"].isin([340, 970, 971, 972, 973])]
    table.loc[table["ccode"] == 260, "to"] = pd.Timestamp(1990, 10, 2)
    table.loc[table["ccode"] == 678, "to"] = pd.Timestamp(1990, 5, 21)
    renamed = {255: (260, pd.Timestamp(1990, 10, 3)), 679: (678, pd.Timestamp(1990, 5, 22))}
    for code, number in ((345, 340), (970, 971), (955, 972), (947, 973), (946, 970)):
        renamed[code] = (number, spans.loc[number, "start"])
    extra = [(number, begin, spans.loc[number, "to"], code) for code, (number, begin) in renamed.items()]
    more = pd.DataFrame(extra, columns=["country_id", "from", "to", "ccode"])
    return pd.concat([table, more], ignore_index=True)


def join_spells(days: pd.DataFrame) -> pd.DataFrame:
    """Merge spells of one pair and kind that touch or overlap by year."""
    keys = ["country_id", "neighbour_id", "kind"]
    days = days.sort_values([*keys, "first_year", "last_year"], ignore_index=True)
    reach = days.groupby(keys)["last_year"].cummax().groupby([days[key] for key in keys]).shift()
    new = reach.isna() | (days["first_year"] > reach + 1)
    joined = days.assign(spell=new.cumsum()).groupby([*keys, "spell"], as_index=False)
    return joined.agg(first_year=("first_year", "min"), last_year=("last_year", "max")).drop(columns="spell")


def hand_made(states: pd.DataFrame) -> list[pd.DataFrame]:
    """Annotated pairs in both directions."""
    table = annotation("contiguity.csv").assign(hand_made=True)
    table["last_year"] = table["last_year"].fillna(OPEN)
    lost = (set(table["country_id"]) | set(table["neighbour_id"])) - set(states["country_id"])
    if lost:
        fail(f"annotations/contiguity.csv names {len(lost)} unknown states, first {min(lost)}.")
    mirror = table.rename(columns={"country_id": "neighbour_id", "neighbour_id": "country_id"})
    return [table, mirror]


def replace_hand_made(table: pd.DataFrame) -> pd.DataFrame:
    """Annotated spells stand in place of the release's for the same pair and kind."""
    keys = ["country_id", "neighbour_id", "kind"]
    mine = table["hand_made"].eq(True)
    replaced = pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(table.loc[mine, keys]))
    return table[mine | ~replaced].astype({"country_id": "int64", "neighbour_id": "int64"})


def write(table: pd.DataFrame, name: str) -> None:
    """Write a core table: UTF-8, LF."""
    path = ROOT / "core" / name
    path.parent.mkdir(exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d")


def main() -> None:
    """Write the three tables."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    data = parser.parse_args().data
    states = compile_states(data)
    write(states[STATE_COLUMNS], "states.csv")
    write(compile_crosswalk(states, data), "crosswalk.csv")
    write(compile_contiguity(states, data), "contiguity.csv")


if __name__ == "__main__":
    main()
