"""Write the provisional list of episodes, ``datasets/provisional/episodes.csv``, by the rule of ``datasets/README.md``.

    python datasets/compile_provisional.py --more DIR

reads UCDP's candidate events of the years after the list's last one, and the totals of the Country-Year Dataset, from
DIR, and the hand-made ``annotations/provisional_episodes.csv``: which of UCDP's named actors an episode is of, and the
episodes that two public counts tell of where UCDP has none. Same files, same bytes. It stops when an actor kills enough
and is of no episode, when an annotated actor does not, or when UCDP's totals contradict a row.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.registry import registered_hashes
from rtop_forecast.storage.files import csv_content, file_sha256, write_file
from rtop_forecast.world.episodes import load_episodes
from rtop_forecast.world.provisional import last_coded_year
from rtop_forecast.world.provisional_checks import COLUMNS, THRESHOLD, check_rows, checked_texts
from rtop_forecast.world.states import resolve_many

HERE = Path(__file__).resolve().parent
ANNOTATIONS = HERE / "annotations" / "provisional_episodes.csv"
OUT = HERE / "provisional" / "episodes.csv"
#: Registered releases of candidate events that are read, and where UCDP offers them.
RELEASES = ("ucdp-ged-months-2025-candidate", "ucdp-ged-months-26.0.2")
PAGE = "https://ucdp.uu.se/downloads/"
#: Civilians killed in a calendar year by which a listed episode goes on, or a new one has begun: the list's own rule
#: takes a year of fewer for a quiet one.
NOT_QUIET = 100
#: UCDP calls actors without a name so, with the number of the state.
UNNAMED = r"XXX\d+"
RULES = {
    "new": "one actor, 1,000 in 12 months",
    "goes on": "actors of the episode, 100 in a year",
    "counted": "two counts, 1,000 in 12 months",
}


def candidate_events(folder: Path) -> pd.DataFrame:
    """One-sided events: ``actor, place, month`` (a pandas period), ``deaths`` and ``release``."""
    parts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = registered_hashes().get(file_sha256(path))
        if key in RELEASES:
            parts.append(_events(path).assign(release=key))
    absent = sorted(set(RELEASES) - {part["release"].iloc[0] for part in parts})
    if absent:
        message = (
            f"{folder} lacks {len(absent)} of {len(RELEASES)} releases, first {absent[0]!r} of sources.toml."
        )
        raise CoverageError(message)
    return pd.concat(parts, ignore_index=True)


def _events(path: Path) -> pd.DataFrame:
    table = files.read_table(path, dtype="str")
    day = table["date_start"] if "date_start" in table.columns else table["date"]
    events = pd.DataFrame(
        {
            "actor": table["conflict_name"].str.removesuffix(" - Civilians").str.strip(),
            "place": table["country"],
            "month": pd.PeriodIndex(day.str[:10], freq="M"),
            "deaths": pd.to_numeric(table["best"]).astype("int64"),
        }
    )
    return events[pd.to_numeric(table["type_of_violence"]).eq(3)]


def compile_provisional(more: Path, annotations: Path = ANNOTATIONS) -> bytes:
    """Content of the list.

    Raises
    ------
    CoverageError
        If a release is not in the folder.
    DataIntegrityError
        If events and annotations do not agree.
    """
    events = candidate_events(more)
    noted = pd.read_csv(annotations, dtype="str", keep_default_na=False)
    _refuse_unnoted(events, noted)
    rows = pd.DataFrame([_row(one, events) for one in noted.to_dict("records")], columns=list(COLUMNS))
    _refuse_contradicted(noted, more)
    content = csv_content(rows.sort_values("episode_id"))
    check_rows(checked_texts(content, OUT.name), OUT.name, last_coded=last_coded_year())
    return content


def _refuse_unnoted(events: pd.DataFrame, noted: pd.DataFrame) -> None:
    """Every named actor who kills a thousand in a state within twelve months is of an episode."""
    known = {(actor, row["place"]) for row in noted.to_dict("records") for actor in row["actors"].split(";")}
    named = events[~events["actor"].str.fullmatch(UNNAMED)]
    for (actor, place), group in named.groupby(["actor", "place"]):
        if (actor, place) not in known and _begin(group) is not None:
            message = (
                f"{actor} killed {THRESHOLD:,} civilians or more in {place} within 12 months and is of no episode. "
                f"Add it to {ANNOTATIONS.name}."
            )
            raise DataIntegrityError(message)


def _by_month(events: pd.DataFrame) -> pd.Series[int]:
    deaths = events.groupby("month")["deaths"].sum()
    return deaths.reindex(pd.period_range(deaths.index.min(), deaths.index.max(), freq="M"), fill_value=0)


def _begin(events: pd.DataFrame) -> pd.Period | None:
    """First month of 100 killed in the first 12 months in which 1,000 are; None where there are no such months."""
    deaths = _by_month(events)
    reached = deaths.rolling(12, min_periods=1).sum() >= THRESHOLD
    if not reached.any():
        return None
    window = deaths[: reached.idxmax()].tail(12)
    return (window >= NOT_QUIET).idxmax()


def _row(noted: dict[str, str], events: pd.DataFrame) -> dict[str, str]:
    if not noted["actors"]:
        return {**noted, "state_led": _led(noted), "rule": RULES["counted"]}
    actors = noted["actors"].split(";")
    own = events[events["actor"].isin(actors) & events["place"].eq(noted["place"])]
    lost = sorted(set(actors) - set(own["actor"]))
    if lost:
        message = (
            f"{noted['episode_id']}: {lost[0]!r} has no one-sided event in {noted['place']}. Correct it."
        )
        raise DataIntegrityError(message)
    row = _new(noted, own) if noted["status"] == "new" else _going_on(noted, own)
    return {**noted, **row, "state_led": _led(noted), "rule": RULES[noted["status"]], "address": PAGE}


def _led(noted: dict[str, str]) -> str:
    return "1" if noted["episode_id"].split("-")[2].startswith("s") else "0"


def _new(noted: dict[str, str], events: pd.DataFrame) -> dict[str, str]:
    """Begin, and deaths of the twelve months from it."""
    begin = _begin(events)
    if begin is None:
        message = (
            f"{noted['episode_id']}: its actor killed fewer than {THRESHOLD:,} in any 12 months. Remove it."
        )
        raise DataIntegrityError(message)
    span = events[events["month"].between(begin, begin + 11)]
    yearly = events.groupby(events["month"].dt.year)["deaths"].sum()
    return {
        "start_year": str(begin.year),
        "start_month": str(begin.month),
        "last_year": str(yearly[yearly >= NOT_QUIET].index.max()),
        "deaths_best": str(span["deaths"].sum()),
        "deaths_period": _period(span),
        "source": _releases(span),
    }


def _going_on(noted: dict[str, str], events: pd.DataFrame) -> dict[str, str]:
    """Last calendar year in which the actors of a listed episode killed a hundred or more."""
    listed = load_episodes().set_index("episode_id").loc[noted["episode_id"]]
    yearly = events.groupby(events["month"].dt.year)["deaths"].sum()
    loud = yearly[yearly >= NOT_QUIET]
    if loud.empty:
        message = f"{noted['episode_id']}: its actors killed fewer than {NOT_QUIET} in any year. Remove it."
        raise DataIntegrityError(message)
    last = int(loud.index.max())
    span = events[events["month"].dt.year == last]
    return {
        "start_year": str(listed["start_year"]),
        "last_year": str(last),
        "target_kind": str(listed["target_kind"]),
        "label": str(listed["label"]),
        "deaths_best": str(span["deaths"].sum()),
        "deaths_period": _period(span),
        "source": _releases(span),
    }


def _period(events: pd.DataFrame) -> str:
    """First and last month of the events."""
    first, last = events["month"].min(), events["month"].max()
    return str(first) if first == last else f"{first} to {last}"


def _releases(events: pd.DataFrame) -> str:
    return "+".join(sorted(set(events["release"])))


def _refuse_contradicted(noted: pd.DataFrame, folder: Path) -> None:
    """Refuse a row from events in a state that has no one-sided violence by the yearly totals."""
    year = last_coded_year() + 1
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or document.get("window", {}).get("throughYear") != year:
            continue
        codes = list(document["perCountry"])
        ids = resolve_many(codes, [year] * len(codes), system="iso2").country_id
        told = {
            int(number): document["perCountry"][code]["lastYearOneSided"]
            for code, number in zip(codes, ids, strict=True)
            if not pd.isna(number)
        }
        counted = noted.loc[noted["actors"].ne(""), ["episode_id", "country_id"]]
        denied = counted[~counted["country_id"].astype(int).map(told).fillna(value=False).astype(bool)]
        if len(denied):
            message = f"{path.name} has no one-sided violence in {year} for {denied['episode_id'].iloc[0]}."
            raise DataIntegrityError(message)
        return
    message = f"{folder} lacks the totals of the Country-Year Dataset of {year}."
    raise CoverageError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the list."""
    parser = argparse.ArgumentParser(description="Write the provisional list of episodes.")
    parser.add_argument("--more", type=Path, required=True, help="folder with UCDP's candidate events")
    parser.add_argument("--out", type=Path, default=OUT, help="the list")
    options = parser.parse_args(arguments)
    content = compile_provisional(options.more)
    write_file(options.out, content)
    sys.stdout.write(f"{options.out.name}: {len(content):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
