"""Rules that a list of provisional episodes keeps, row by row."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError
from rtop_forecast.world.codes import LAST_YEAR as SYSTEM_LAST_YEAR
from rtop_forecast.world.episodes import MAX_LABEL_WORDS, TARGET_KINDS, load_episodes
from rtop_forecast.world.states import resolve_state, state_years

__all__ = ["COLUMNS", "STATUSES", "check_rows", "checked_texts"]

COLUMNS = (
    "episode_id",
    "status",
    "country_id",
    "name",
    "start_year",
    "start_month",
    "last_year",
    "state_led",
    "target_kind",
    "label",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "deaths_period",
    "rule",
    "source",
    "address",
    "read_on",
    "beside",
    "known_on",
)
#: What a row says of an episode.
STATUSES = ("new", "goes on", "ended")
#: Civilians that a perpetrator of a new episode kills within a year, by the list's definition.
THRESHOLD = 1_000

_MAY_BE_EMPTY = {"start_month", "deaths_low", "deaths_high", "beside"}
_INTEGERS = ("country_id", "start_year", "start_month", "last_year", "state_led")
_DEATHS = ("deaths_low", "deaths_best", "deaths_high")
_DAYS = ("read_on", "known_on")
_ID = r"[a-z]{3}-(?P<year>\d{4})-(?P<led>[sn])\d+"


def checked_texts(content: bytes, name: str) -> pd.DataFrame:
    """Cells of a CSV file as text, if it has the columns and every cell that a row needs.

    Raises
    ------
    InputError
        If it is no table, has no rows, a column is unknown, missing or repeated, or a needed cell is empty.
    """
    try:
        texts = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        message = f"{name} is no CSV table in UTF-8 ({error}). Save it as CSV with a line of column names."
        raise InputError(message) from error
    odd = sorted(set(texts.columns) ^ set(COLUMNS))
    if odd:
        fault = "unknown" if odd[0] not in COLUMNS else "missing"
        message = (
            f"{name}: a list of provisional episodes has the columns {', '.join(COLUMNS)}; {len(odd)} are unknown or "
            f"missing, first {odd[0]!r} ({fault}). Rename, add or remove them."
        )
        raise InputError(message)
    if texts.empty:
        message = f"{name} holds no episode. Add a row, or leave the provisional list out."
        raise InputError(message)
    for column in COLUMNS:
        texts[column] = texts[column].str.strip()
    for column in COLUMNS:
        if column not in _MAY_BE_EMPTY:
            what = "its source" if column == "source" else f"`{column}`"
            _require(texts, texts[column].ne(""), f"every row gives {what}", name)
    return texts[list(COLUMNS)]


def check_rows(texts: pd.DataFrame, name: str, *, last_coded: int) -> pd.DataFrame:
    """Typed rows, if each keeps the rules.

    Parameters
    ----------
    texts : pandas.DataFrame
        As :func:`checked_texts` returns.
    name : str
        File name, for messages.
    last_coded : int
        Last year that the list of episodes codes.

    Raises
    ------
    InputError
        With the rule, how many rows break it, the first of them and the remedy.
    """
    frame = _typed(texts, name)
    _require(frame, ~frame["episode_id"].duplicated(), "an episode has one row", name)
    _require(frame, frame["status"].isin(STATUSES), f"status is one of {', '.join(STATUSES)}", name)
    _require(frame, frame["state_led"].isin((0, 1)), "state_led is 0 or 1", name)
    _require(frame, frame["target_kind"].isin(TARGET_KINDS), f"target_kind is one of {TARGET_KINDS}", name)
    words = frame["label"].map(lambda label: len(label.split()))
    _require(frame, words <= MAX_LABEL_WORDS, f"a label has at most {MAX_LABEL_WORDS} words", name)
    month = frame["start_month"]
    _require(frame, month.isna() | month.between(1, 12), "start_month is 1 to 12 or empty", name)
    web = frame["address"].str.match(r"https?://\S+$")
    _require(frame, web, "address is that of the source, beginning with http:// or https://", name)
    _check_states(frame, name)
    _check_deaths(frame, name)
    _check_dates(frame, name, last_coded=last_coded)
    _check_against_list(frame, name, last_coded=last_coded)
    return frame


def _typed(texts: pd.DataFrame, name: str) -> pd.DataFrame:
    frame = texts.copy()
    for column in (*_INTEGERS, *_DEATHS):
        whole = texts[column].str.fullmatch(r"\d{1,9}") | texts[column].eq("")
        _require(texts, whole, f"`{column}` is an integer without a sign", name)
        numbers = pd.to_numeric(texts[column].replace("", None)).astype("Int64")
        frame[column] = numbers if column in {"start_month", *_DEATHS} else numbers.astype("int64")
    for column in _DAYS:
        _require(texts, texts[column].map(_is_day), f"`{column}` is a day written as YYYY-MM-DD", name)
    return frame


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_states(frame: pd.DataFrame, name: str) -> None:
    """Refuse a state that does not exist in the last year of the state system or of the episode, or another name."""
    years = frame["last_year"].clip(upper=SYSTEM_LAST_YEAR)
    exists = [
        number in set(state_years(first=year, last=year)["country_id"])
        for number, year in zip(frame["country_id"], years, strict=True)
    ]
    _require(
        frame,
        pd.Series(exists, index=frame.index),
        "country_id is the Gleditsch-Ward number of a state",
        name,
    )
    for row, year in zip(frame.to_dict("records"), years, strict=True):
        try:
            meant = resolve_state(row["name"], system="name", year=int(year))
        except InputError as error:
            message = f"{name}: the state of {row['episode_id']} is not known: {error}"
            raise InputError(message) from error
        if meant != row["country_id"]:
            message = (
                f"{name}: name and country_id are of one state; of {row['episode_id']} {quoted(row['name'])} is "
                f"{meant}, not {row['country_id']}. Correct one of the two."
            )
            raise InputError(message)


def _check_deaths(frame: pd.DataFrame, name: str) -> None:
    low, best, high = (frame[column] for column in _DEATHS)
    ordered = (low.isna() | (low <= best)) & (high.isna() | (high >= best))
    _require(frame, ordered.fillna(value=False), "deaths_low <= deaths_best <= deaths_high", name)
    enough = frame["status"].ne("new") | (best >= THRESHOLD)
    rule = f"a new episode has {THRESHOLD:,} civilians killed or more (deaths_best)"
    _require(frame, enough.astype(bool), rule, name)


def _check_dates(frame: pd.DataFrame, name: str, *, last_coded: int) -> None:
    """Nothing is known before it happened, and no source was read after its row was written."""
    begins = [
        date(max(1, min(year, 9998)), 1 if pd.isna(month) else int(month), 1).isoformat()
        for year, month in zip(frame["start_year"], frame["start_month"], strict=True)
    ]
    known_on = frame["known_on"]
    _require(frame, known_on >= pd.Series(begins, index=frame.index), "known_on is no day before start", name)
    in_time = frame["last_year"] <= known_on.str[:4].astype(int)
    _require(frame, in_time, "known_on is no day before last_year", name)
    _require(frame, frame["read_on"] <= known_on, "known_on is no day before read_on", name)
    _require(frame, frame["last_year"] >= frame["start_year"], "last_year is not before start_year", name)
    rule = f"known_on lies after {last_coded}, the last year that the list of episodes codes"
    _require(frame, known_on.str[:4].astype(int) > last_coded, rule, name)


def _check_against_list(frame: pd.DataFrame, name: str, *, last_coded: int) -> None:
    listed = load_episodes().set_index("episode_id")
    held = frame["episode_id"].isin(listed.index)
    new = frame["status"].eq("new")
    _require(frame, ~(new & held), "a new episode is none that the list has", name)
    rule = f"a new episode begins after {last_coded}, the last year that the list of episodes codes"
    _require(frame, ~new | (frame["start_year"] > last_coded), rule, name)
    parts = frame["episode_id"].str.extract(f"^{_ID}$")
    led = parts["led"].map({"s": 1, "n": 0})
    agrees = parts["year"].eq(frame["start_year"].astype("str")) & led.eq(frame["state_led"])
    _require(frame, agrees, "episode_id reads <place>-<start year>-<s|n><number>, s for state-led", name)
    _require(frame, new | held, "an episode that goes on or ended is one of the list", name)
    of_list = listed.reindex(frame["episode_id"]).reset_index()
    for column in ("country_id", "start_year", "state_led"):
        same = new | frame[column].eq(of_list[column]).fillna(value=False).astype(bool)
        _require(frame, same, f"`{column}` of an episode of the list is as the list has it", name)
    still = frame["status"].ne("goes on") | (frame["last_year"] > last_coded)
    rule = f"an episode goes on if killing was seen after {last_coded}, the list's last year"
    _require(frame, still, rule, name)
    is_open = of_list["end_year"].isna()
    _require(frame, new | is_open, "an episode that goes on or ended is one without an end in the list", name)


def _require(frame: pd.DataFrame, holds: pd.Series[bool], rule: str, name: str) -> None:
    if holds.all():
        return
    place = int((~holds).to_numpy().argmax())
    row = frame.iloc[place]
    which = row["episode_id"] or f"row {place + 1}"
    message = (
        f"{name}: {rule}; {int((~holds).sum())} of {len(frame)} rows break this, first {which} "
        f"(line {place + 2}). Correct the row, or leave it out."
    )
    raise InputError(message)
