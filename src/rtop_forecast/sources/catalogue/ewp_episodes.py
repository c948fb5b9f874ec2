"""The table of episodes from EWP's list of events and our annotations of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ewp_list as _ewp_list
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.episodes import COLUMNS, check_episodes

__all__ = ["episodes_table"]

ANNOTATIONS, CORRECTIONS = "episodes.csv", "episode_corrections.csv"


def episodes_table(
    path: str | Path, *, annotations: Path | None = None, corrections: Path | None = None
) -> pd.DataFrame:
    """Episodes with our ids, labels and corrections.

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
    events = _corrected(_ewp_list.events(path), _text_table(corrections or folder / CORRECTIONS))
    labels = _text_table(annotations or folder / ANNOTATIONS)
    episodes = _annotated(events, labels).assign(source=_ewp_list.source_key(path))
    episodes = episodes.sort_values("episode_id", ignore_index=True)[list(COLUMNS)]
    check_episodes(episodes)
    return episodes


def _text_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _corrected(events: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply each correction to its cell, and only while the source still holds the value named."""
    events = events.copy()
    for row in corrections.to_dict("records"):
        cells = events.loc[events["source_code"] == row["source_code"], row["column"]]
        if cells.astype("str").tolist() != [row["source_value"]]:
            message = (
                f"a correction must meet the value it corrects; {row['column']} of {row['source_code']!r} is "
                f"{cells.astype('str').tolist()}, not [{row['source_value']!r}]. "
                f"Update or remove the row in {CORRECTIONS}."
            )
            raise DataIntegrityError(message)
        value = row["value"] if events[row["column"]].dtype.kind not in "iu" else int(row["value"])
        events.loc[cells.index, row["column"]] = value
    return events


def _annotated(events: pd.DataFrame, annotations: pd.DataFrame) -> pd.DataFrame:
    repeated = annotations.loc[annotations["source_code"].duplicated(), "source_code"]
    without = sorted(set(events["source_code"]) - set(annotations["source_code"]))
    unused = sorted(set(annotations["source_code"]) - set(events["source_code"]))
    for codes, rule in (
        (sorted(repeated), "an event has one annotation; repeated"),
        (without, "every event needs an annotation (episode_id, target_kind, label); without one"),
        (unused, "every annotation needs an event; without one"),
    ):
        if codes:
            message = f"{rule}: {len(codes)}, first {codes[0]!r}. Edit datasets/annotations/{ANNOTATIONS}."
            raise DataIntegrityError(message)
    annotations = annotations.copy()
    for name in ("first_recorded", "end_recorded"):
        annotations[name] = pd.to_numeric(annotations[name]).astype("Int64")
    return events.merge(annotations, on="source_code", how="left", validate="one_to_one")
