"""The table of episodes from EWP's list of events and our annotations of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ewp_list as _ewp_list
from rtop_forecast.sources.catalogue.ewp_list import EventEdition
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.episodes import COLUMNS, NOT_ANNOTATED, check_episodes, load_episodes
from rtop_forecast.world.states import list_states

__all__ = ["EpisodeList", "episode_list", "episodes_table"]

ANNOTATIONS, CORRECTIONS = "episodes.csv", "episode_corrections.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeList:
    """Episodes of one edition of the list of events.

    Attributes
    ----------
    frame : pandas.DataFrame
        In the layout of :func:`rtop_forecast.world.episodes.load_episodes`, sorted by ``episode_id``.
    edition : EventEdition
    remarks : tuple of str
        What a reader of the file should know: events without annotation, a name that tells another edition.
    """

    frame: pd.DataFrame
    edition: EventEdition
    remarks: tuple[str, ...]

    @property
    def order(self) -> tuple[int, int, bool, int]:
        """Sort key by age: the newest edition is the largest."""
        return self.edition.year, self.edition.last_year, self.edition.registered, len(self.frame)


def episode_list(path: str | Path) -> EpisodeList:
    """Episodes of a list of events, with our ids, labels and corrections where we have them.

    An event without an annotation gets an id from its code, and :data:`rtop_forecast.world.episodes.NOT_ANNOTATED` as
    its kind of target and label. A correction applies where the list still holds the slip.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`rtop_forecast.sources.catalogue.ewp_list.events` and
        :func:`rtop_forecast.world.episodes.check_episodes`, or if the list lacks an event that the bundled one has
        for its years: it was cut, because no edition has dropped any.
    """
    listed = _ewp_list.events(path)
    edition = _ewp_list.edition_of(path, listed)
    if not edition.registered:
        _refuse_lost_events(Path(path), listed, edition)
    folder = datasets_dir() / "annotations"
    events = _corrected(listed, _text_table(folder / CORRECTIONS))
    annotations = _text_table(folder / ANNOTATIONS)
    frame = _finished(_annotated(events, annotations, edition), edition)
    return EpisodeList(frame=frame, edition=edition, remarks=_remarks(Path(path), frame, edition))


def episodes_table(
    path: str | Path, *, annotations: Path | None = None, corrections: Path | None = None
) -> pd.DataFrame:
    """Episodes of the edition that our annotations and corrections describe; each must meet its event.

    Parameters
    ----------
    path : path
        EWP's list of events.
    annotations, corrections : path, optional
        Tables of ids, target kinds and labels, and of corrected cells; the bundled ones by default.

    Returns
    -------
    pandas.DataFrame
        In the layout of :func:`rtop_forecast.world.episodes.load_episodes`, sorted by ``episode_id``.

    Raises
    ------
    DataIntegrityError
        If an event has no annotation, an annotation no event, a correction no longer meets the value
        that it corrects, or a rule of :func:`rtop_forecast.world.episodes.check_episodes` is broken.
    """
    folder = datasets_dir() / "annotations"
    listed = _ewp_list.events(path)
    fixes = _text_table(corrections or folder / CORRECTIONS)
    labels = _text_table(annotations or folder / ANNOTATIONS)
    _refuse_stale(listed, fixes)
    _refuse_mismatch(listed, labels)
    edition = _ewp_list.edition_of(path, listed)
    return _finished(_annotated(_corrected(listed, fixes), labels, edition), edition)


def _refuse_lost_events(path: Path, listed: pd.DataFrame, edition: EventEdition) -> None:
    """Refuse a list without events that an edition of its year has: a copy cut behind a whole row looks complete.

    An event of the same place and leadership that the bundle does not know may be a known one, dated anew.
    """
    bundled = load_episodes()
    recorded = bundled["first_recorded"].fillna(0) <= edition.year
    expected = bundled[recorded & (bundled["start_year"] <= edition.last_year)]
    codes = set(listed["source_code"])
    fresh = listed[~listed["source_code"].isin(bundled["source_code"])]
    dated_anew = set(zip(fresh["country_id"], fresh["state_led"], strict=True))
    lost = [
        row.source_code
        for row in expected.sort_values(["start_year", "source_code"]).itertuples()
        if row.source_code not in codes and (row.country_id, row.state_led) not in dated_anew
    ]
    if lost:
        message = (
            f"{path.name}: no edition from 2019 to 2025 dropped an event of the one before, but of the {len(expected)} "
            f"known up to {edition.last_year} this list lacks {len(lost)}, first {lost[0]!r}. It looks cut; download "
            "it again."
        )
        raise DataIntegrityError(message)


def _text_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _finished(episodes: pd.DataFrame, edition: EventEdition) -> pd.DataFrame:
    episodes = episodes.assign(source=edition.source)
    episodes = episodes.sort_values("episode_id", ignore_index=True)[list(COLUMNS)]
    check_episodes(episodes)
    return episodes


def _remarks(path: Path, frame: pd.DataFrame, edition: EventEdition) -> tuple[str, ...]:
    remarks = []
    new = frame.loc[frame["label"] == NOT_ANNOTATED, "source_code"]
    if len(new):
        remarks.append(
            f"{len(new)} events are {NOT_ANNOTATED}, first {new.iloc[0]!r}: their kind of target and label say so"
        )
    named = _ewp_list.year_in_name(path)
    if named is not None and named != edition.year:
        remarks.append(
            f"its name says {named}, but its content is that of the {edition.year} edition; "
            f"it codes the years up to {edition.last_year}"
        )
    return tuple(remarks)


def _corrected(events: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply each correction where the list holds the slip that it corrects."""
    events = events.copy()
    for row in corrections.to_dict("records"):
        slips = events["source_code"].eq(row["source_code"]) & events[row["column"]].astype("str").eq(
            row["source_value"]
        )
        value = row["value"] if events[row["column"]].dtype.kind not in "iu" else int(row["value"])
        events.loc[slips, row["column"]] = value
    return events


def _refuse_stale(events: pd.DataFrame, corrections: pd.DataFrame) -> None:
    for row in corrections.to_dict("records"):
        cells = events.loc[events["source_code"] == row["source_code"], row["column"]].astype("str").tolist()
        if cells != [row["source_value"]]:
            message = (
                f"a correction must meet the value it corrects; {row['column']} of {row['source_code']!r} is "
                f"{cells}, not [{row['source_value']!r}]. Update or remove the row in {CORRECTIONS}."
            )
            raise DataIntegrityError(message)


def _refuse_mismatch(events: pd.DataFrame, annotations: pd.DataFrame) -> None:
    without = sorted(set(events["source_code"]) - set(annotations["source_code"]))
    unused = sorted(set(annotations["source_code"]) - set(events["source_code"]))
    for codes, rule in (
        (without, "every event needs an annotation (episode_id, target_kind, label); without one"),
        (unused, "every annotation needs an event; without one"),
    ):
        _refuse_codes(codes, rule)


def _refuse_codes(codes: list[str], rule: str) -> None:
    if codes:
        message = f"{rule}: {len(codes)}, first {codes[0]!r}. Edit datasets/annotations/{ANNOTATIONS}."
        raise DataIntegrityError(message)


def _annotated(events: pd.DataFrame, annotations: pd.DataFrame, edition: EventEdition) -> pd.DataFrame:
    repeated = sorted(annotations.loc[annotations["source_code"].duplicated(), "source_code"])
    _refuse_codes(repeated, "an event has one annotation; repeated")
    annotations = annotations.copy()
    for name in ("first_recorded", "end_recorded"):
        annotations[name] = pd.to_numeric(annotations[name]).astype("Int64")
    table = events.merge(annotations, on="source_code", how="left", validate="one_to_one")
    new = table["label"].isna()
    table["label"] = table["label"].fillna(NOT_ANNOTATED)
    table["target_kind"] = table["target_kind"].fillna(NOT_ANNOTATED)
    table["episode_id"] = _episode_ids(table)
    # an edition that dates an event anew makes a later recording of it none
    for name, dated in (("first_recorded", "start_year"), ("end_recorded", "end_year")):
        table[name] = table[name].mask((table[name] <= table[dated]).fillna(False).astype(bool))
    late = new & (table["start_year"] < edition.year - 1)
    table["first_recorded"] = table["first_recorded"].mask(late, edition.year)
    return table


def _episode_ids(table: pd.DataFrame) -> list[str]:
    """``<place>-<start year>-<s|n><number>``: as annotated, else by the event's code; the facts go before both."""
    names = list_states().drop_duplicates("country_id").set_index("country_id")["name"].str.lower()
    begins = names.str.replace("[^a-z]", "", regex=True).str[:3]
    own = table["source_code"].str.extract(r"^(?P<place>[a-z]{3})\d{4}n?s(?P<number>\d+)$")
    given = table["episode_id"].str.extract(r"^(?P<place>[a-z]{3})-\d{4}-[sn](?P<number>\d+)$")
    places = given["place"].fillna(own["place"]).fillna(table["country_id"].map(begins))
    numbers = given["number"].fillna(own["number"]).fillna("1").astype("int64")
    taken: set[str] = set()
    ids = pd.Series("", index=table.index)
    for row in table["episode_id"].isna().sort_values(kind="stable").index:  # annotated ones first
        led = "s" if table["state_led"][row] == 1 else "n"
        number = int(numbers[row])
        while (name := f"{places[row]}-{table['start_year'][row]}-{led}{number}") in taken:
            number += 1
        taken.add(name)
        ids[row] = name
    return ids.tolist()
