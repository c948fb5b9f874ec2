"""The faults once reported, each as a case with its right value."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdata

import rtop_forecast as rtop
from next_year.cases import (
    EQUAL_,
    EXTENDED,
    FOREIGN,
    OURS,
    REFUSED,
    WRONG,
    Case,
    Right,
    base,
    innermost,
    judge,
    raise_own,
)
from next_year.forms import same
from next_year.oracle import compare, unmatched_rows, values
from next_year.raw import Release, load
from rtop_forecast.sources.catalogue import ewp_list
from rtop_forecast.sources.folder.discover import reader
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.states import KEYS, resolve_many

LIST = Path("ewp2025/ewp_mass_killing_events_2025.xlsx")
Check = Callable[[Path, Path, Path], Iterator[Case]]


def reported_names(only: set[str]) -> list[str]:
    """Names of the reported faults that concern one of the datasets."""
    return [check.__name__ for datasets, check in CHECKS if datasets & only]


def reported_case(name: str, data: Path, more: Path) -> list[Case]:
    """Cases of one reported fault."""
    check = next(check for _, check in CHECKS if check.__name__ == name)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_guarded(check, data, more, Path(folder)))


def _guarded(check: Check, data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Cases of a check; an error that it lets through is what is measured."""
    try:
        yield from check(data, more, folder)
    except OURS as error:
        yield Case(dataset="", file="", form=check.__name__, outcome=REFUSED, detail=str(error.args[0])[:400])
    except Exception as error:  # what is measured: an error that is none of ours
        raise_own(error)
        detail = f"{type(error).__name__}: {error} [{innermost(error)}]"
        yield Case(dataset="", file="", form=check.__name__, outcome=FOREIGN, detail=detail[:400])


def item_01_new_event(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Add an event that begins in 2025 and one of 2024 that no annotation knows."""
    release = load(data / LIST, "ewp_events")
    table = base(data / LIST, "ewp_events")
    for year, name in ((2025, "ewp_mass_killing_events_2026.xlsx"), (2024, LIST.name)):
        target = folder / str(year)
        target.mkdir()
        made = release.with_body([*release.body, _event(release, year, end="")])
        path = same(made.named(name), target)
        right = Right(values=values(table), unmatched=0, outcome=EXTENDED, until=year - 1)
        case = judge(path, "ewp_events", name, f"item_01_new_event_{year}", right)
        if case.outcome == EXTENDED:
            state = values(reader("ewp_events").read(path)).loc[(775, year), "onset"]
            case = case if state == 1 else replace(case, outcome=WRONG, detail=f"onset of GW 775: {state}")
        yield case
        yield _panel_case(target, f"item_01_folder_with_event_{year}", until=min(year, 2025) - 1)


def item_01_editions(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Compare the editions of 2023 and 2024 with the onsets of their own frames."""
    frames = {
        "ewp2023_events_master_list_cjh.xlsx": "ewp2023_basedata2023_13sept2023.csv",
        "ewp2024_events_master_list_2024.xlsx": "ewp2024_basedata2024_10oct2024.csv",
    }
    for name, frame in frames.items():
        path = more / "ewp_editions" / name
        form = f"item_01_edition_{name[3:7]}"
        try:
            table = reader("ewp_events").read(path)
        except OURS as error:
            yield _case("ewp_events", name, form, REFUSED, str(error.args[0]))
            continue
        theirs = pd.read_csv(more / "ewp_editions" / frame)
        theirs = theirs[(theirs["mk_onset"] == 1) & (theirs["year"] >= 1946)]
        wanted = set(zip(ewp_list.resolve_ewp(theirs["ccode"], theirs["year"]), theirs["year"], strict=True))
        onsets = table.data[table.data["onset"] == 1]
        found = set(zip(onsets["country_id"], onsets["year"], strict=True))
        stated = (wanted ^ found) & _stated_differences()
        differing = sorted((wanted ^ found) - stated)
        detail = f"{len(wanted & found)} onsets agree, {len(stated)} differ as stated, others: {differing}"
        yield _case("ewp_events", name, form, EQUAL_ if not differing else WRONG, detail)


def _stated_differences() -> set[tuple[int, int]]:
    """State-years in which the library places an onset elsewhere than EWP's frames, for a reason in datasets/."""
    listed = pd.read_csv(datasets_dir() / "annotations" / "ewp_disagreements.csv")
    listed = listed[listed["variable"] == "onsets"]
    return set(zip(listed["country_id"], listed["year"], strict=True))


def item_01_two_editions(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Put the lists of 2024 and 2025 side by side: the newer one is used."""
    shutil.copy(data / LIST, folder)
    shutil.copy(more / "ewp_editions" / "ewp2024_events_master_list_2024.xlsx", folder)
    yield _panel_case(folder, "item_01_two_editions", used=LIST.name)


def item_02_names(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Give the list of 2025 names that tell other years."""
    table = base(data / LIST, "ewp_events")
    right = Right(values=values(table), unmatched=0)
    for year in ("2026", "2030", "1999"):
        target = folder / year
        target.mkdir()
        path = target / LIST.name.replace("2025", year)
        shutil.copy(data / LIST, path)
        yield judge(path, "ewp_events", path.name, f"item_02_named_{year}", right)
        yield _panel_case(target, f"item_02_folder_named_{year}")


def item_04_first_years(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Releases that start later than the bundled table: nothing that the bundle knows is lost."""
    groups = {
        "ucdp_onesided": (["ucdp/OneSided_v25_1.rds"], 2010),
        "vdem": (["ewp2025/inputs/vdem.Rdata", "vdem/vdem_simple.rda"], 1969),
    }
    for dataset, (names, first) in groups.items():
        target = folder / dataset
        target.mkdir()
        for name in names:
            release = load(data / name, dataset)
            place = release.header.index("year")
            same(release.with_body([row for row in release.body if float(row[place]) >= first]), target)
        yield _panel_case(target, f"item_04_{dataset}_from_{first}")
    target = folder / "conflict"
    target.mkdir()
    for name, dataset in (
        ("ewp2025/inputs/BattleDeaths_v25_1.csv", "ucdp_brd"),
        ("ucdp/UcdpPrioConflict_v23_1.csv", "ucdp_acd"),
        ("ucdp/Dyadic_v24_1.csv", "ucdp_dyadic"),
    ):
        release = load(data / name, dataset)
        place = release.header.index("year")
        same(release.with_body([row for row in release.body if int(row[place]) >= 2010]), target)
    yield _panel_case(target, "item_04_conflict_from_2010")


def item_05_coverage_per_treaty(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Newer workbooks of two treaties beside the tables of all: the coverage of the other three stays."""
    for path in (data / "treaties").glob("*.csv"):
        shutil.copy(path, folder)
    for path in (data / "treaties").glob("*.xls"):
        release = load(path, "treaties")
        row = list(release.body[-1])
        place = release.header.index("Date of Ratification/Accession")
        row[0], row[place] = "South Sudan", datetime(2025, 2, 3)
        kept = [one for one in release.body if one[0] != "South Sudan"]
        made = release.with_body([*kept, row])
        title = re.sub(r"(Last Updated: \d{2}/\d{2}/)\d{4}", r"\g<1>2026", str(made.rows[0][0]))
        made.rows[0][0] = title
        same(made, folder)
    bundle, panel = rtop.load_panel(), rtop.load_panel(data_dir=folder)
    moved = [
        f"{name}: to {bundle.variables[name].last_year} -> {panel.variables[name].last_year}"
        for name in ("treaty_genocide", "treaty_cerd", "treaty_rome")
        if panel.variables[name].last_year != bundle.variables[name].last_year
    ]
    yield _case("treaties", "", "item_05_coverage_per_treaty", WRONG if moved else EQUAL_, "; ".join(moved))


def item_06_candidates(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Append a January of the next year to a GED release: that year is not covered."""
    objects = rdata.read_rda(data / "ucdp" / "uncertainUCDP_ucdpged.rda")
    sample = next(iter(objects.values()))
    old = {
        2,
        100,
        135,
        475,
        490,
        500,
        516,
        517,
        520,
        600,
        615,
        625,
        640,
        645,
        652,
        700,
        750,
        770,
        775,
        780,
        840,
        850,
    }
    sample = sample.assign(country_id=sample["country_id"].where(sample["country_id"].isin(old), 700))
    dates = [name for name in sample.columns if name in ("date_start", "date_end")]
    parts = [
        _dated(
            sample.assign(year=year, id=range(year * 10_000, year * 10_000 + len(sample))),
            dates,
            year,
            year < 2025,
        )
        for year in range(1989, 2026)
    ]
    whole = dict.fromkeys(("country_id", "year", "id", "best", "high", "low", "type_of_violence"), "Int64")
    frame = pd.concat(parts, ignore_index=True).astype(whole)
    path = folder / "GEDEvent_v25_1.csv"
    frame[frame["year"] <= 2024].to_csv(path, index=False)
    table = base(path, "ucdp_ged")
    right = Right(values=values(table), unmatched=unmatched_rows(table))
    frame.to_csv(path, index=False)
    yield judge(path, "ucdp_ged", path.name, "item_06_january_appended", right)


def _dated(frame: pd.DataFrame, dates: list[str], year: int, whole_year: bool) -> pd.DataFrame:
    """Events on every day of a year, or of its January."""
    every = pd.date_range(f"{year}-01-01", f"{year}-12-31" if whole_year else f"{year}-01-31")
    text = every.strftime("%Y-%m-%d 00:00:00.000").to_numpy()
    days = pd.Series(text[np.arange(len(frame)) % len(text)], index=frame.index)
    return frame.assign(**dict.fromkeys(dates, days))


def item_08_missing_code(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Write NA where incidents lack a country code: Namibia has what its name has."""
    path = data / "humanitarian" / "security_incidents.csv"
    release = load(path, "awsd")
    code, name = release.header.index("Country Code"), release.header.index("Country")
    named = sum(row[name] == "Namibia" for row in release.body)
    body = [[*row[:code], row[code] or "NA", *row[code + 1 :]] for row in release.body]
    table = reader("awsd").read(same(release.with_body(body), folder))
    read = int(table.data.loc[table.data["country_id"] == 565, "incidents"].sum())
    detail = f"Namibia has {named} incidents by name, {read} as read"
    yield _case("awsd", path.name, "item_08_na_is_not_namibia", EQUAL_ if read == named else WRONG, detail)


def item_15_federations(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """UNHCR's codes of states that came after a federation: the figures are the federation's."""
    path = data / "humanitarian" / "population.rda"
    frame = next(iter(rdata.read_rda(path).values()))
    table = reader("unhcr").read(path).data.set_index(KEYS)
    goals = [("SRB", 345, 1995, 2005), ("CZE", 315, 1970, 1992), ("RUS", 365, 1964, 1990)]
    for iso, state, first, last in goals:
        rows = frame[(frame["coo_iso"] == iso) & frame["year"].between(first, last)]
        goal = rows.groupby("year")["refugees"].sum(min_count=1).dropna()
        goal = goal[goal > 0]
        wrong = [
            f"{int(year)}: {total:g} -> {value:g}"
            for year, total in goal.items()
            if not np.isclose(value := _at(table, state, int(year), "refugees"), total)
        ]
        detail = f"refugees from GW {state}: {len(wrong)} of {len(goal)} years differ, {wrong[:2]}"
        yield _case("unhcr", path.name, f"item_15_{iso}", WRONG if wrong else EQUAL_, detail)


def _at(table: pd.DataFrame, state: int, year: int, name: str) -> float:
    return float(table[name].get((state, year), float("nan")))


def item_16_names(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Names as publishers spell them."""
    for name, state in (("Britain", 200), ("COTE D IVOIRE", 437), ("COTE D'IVOIRE", 437)):
        found = resolve_many(pd.Series([name]), pd.Series([2000]), system="name").country_id[0]
        outcome = REFUSED if pd.isna(found) else EQUAL_ if found == state else WRONG
        yield _case("names", "", f"item_16_{name}", outcome, f"read as {found}, is {state}")


def item_16_rwanda(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Rwanda became independent on 1 July 1962."""
    spells = rtop.list_states()
    start = str(spells.loc[spells["country_id"] == 517, "start"].iloc[0])[:10]
    yield _case("states", "", "item_16_rwanda", EQUAL_ if start == "1962-07-01" else WRONG, start)


def item_16_yugoslavia(data: Path, more: Path, folder: Path) -> Iterator[Case]:
    """Polity's rows of Yugoslavia in 1991: one state-year, one of the published values."""
    path = data / "governance" / "polity.csv"
    with path.open(encoding="latin-1") as handle:
        rows = [row for row in csv.DictReader(handle) if row["year"] == "1991" and "ugosl" in row["country"]]
    table = base(path, "polity5").data.set_index(KEYS)
    name = next(one for one in table.columns if one in ("polity2", "score"))
    read = _at(table, 345, 1991, name)
    text = io.StringIO("; ".join(f"{row['scode']} {row['ccode']} polity2={row['polity2']}" for row in rows))
    known = [float(row["polity2"]) for row in rows if row["polity2"]]
    outcome = EQUAL_ if known and read in known else WRONG
    yield _case(
        "polity5", path.name, "item_16_yugoslavia_1991", outcome, f"read {read}; rows: {text.getvalue()}"
    )


def _event(release: Release, start: int, *, end: Any) -> list[Any]:
    """Row of a state-led event in Myanmar that is in no edition."""
    row: list[Any] = [""] * len(release.header)
    cells = {
        "country": "Burma/Myanmar", "mk_event_name": "test", "startyear": start, "endyear": end,
        "mk_event_code": f"mmr{start}s9", "State-Led or Non-State-Led": "State-Led", "mk_number_eth_groups": 1,
        "mk_location_cow": 775, "mk_repsonsible_state_cow": 775,
    }  # fmt: skip
    for name, cell in cells.items():
        row[release.header.index(name)] = cell
    return row


def _panel_case(folder: Path, form: str, *, until: int = 2024, used: str | None = None) -> Case:
    """Whether a folder leaves the bundled variables as they are until a year, and uses a file."""
    try:
        panel = rtop.load_panel(data_dir=folder)
    except OURS as error:
        return _case("folder", "", form, REFUSED, str(error.args[0]))
    except Exception as error:  # what is measured: an error that is none of ours
        raise_own(error)
        return _case("folder", "", form, FOREIGN, f"{type(error).__name__}: {error} [{innermost(error)}]")
    bundle = rtop.load_panel()
    names = [name for name in bundle.variables if name in panel.variables]
    right, read = (one.frame[one.frame["year"] <= until].set_index(KEYS)[names] for one in (bundle, panel))
    found = compare(read, right)
    told = "; ".join(f"{row.file}: {row.note}" for row in panel.files.itertuples())[:200]
    counts = {"changed": found.changed, "added": found.added, "lost": found.lost}
    gone = sorted(set(bundle.variables) - set(panel.variables))
    if found.wrong or found.lost or gone:
        return _case("folder", "", form, WRONG, f"{found.first or gone[:3]} ({told})", **counts)
    if used is not None and not panel.files.set_index("file")["used"].get(used, False):
        return _case("folder", "", form, WRONG, f"{used} is not used ({told})")
    return _case("folder", "", form, EQUAL_, told)


def _case(dataset: str, file: str, form: str, outcome: str, detail: str, **counts: int) -> Case:
    return Case(dataset=dataset, file=file, form=form, outcome=outcome, detail=detail[:400], **counts)


CHECKS: tuple[tuple[set[str], Check], ...] = (
    ({"ewp_events"}, item_01_new_event),
    ({"ewp_events"}, item_01_editions),
    ({"ewp_events"}, item_01_two_editions),
    ({"ewp_events"}, item_02_names),
    ({"ucdp_onesided", "vdem", "ucdp_acd", "ucdp_brd"}, item_04_first_years),
    ({"treaties"}, item_05_coverage_per_treaty),
    ({"ucdp_ged"}, item_06_candidates),
    ({"awsd"}, item_08_missing_code),
    ({"unhcr"}, item_15_federations),
    ({"pts", "hief", "polity5"}, item_16_names),
    ({"polity5"}, item_16_yugoslavia),
    ({"maddison", "polity5"}, item_16_rwanda),
)
