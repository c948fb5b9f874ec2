"""Compile ``core/episodes.csv`` from EWP's list of events and our annotations.

Usage: ``python datasets/compile_episodes.py DATA_DIR``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from rtop_forecast.episodes import COLUMNS, check_episodes
from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources import ewp_events

HERE = Path(__file__).resolve().parent
ANNOTATIONS = HERE / "annotations" / "episodes.csv"
CORRECTIONS = HERE / "annotations" / "episode_corrections.csv"
TARGET = HERE / "core" / "episodes.csv"


def compile_episodes(data_dir: str | Path, out: str | Path | None = None) -> pd.DataFrame:
    """Episodes with our ids, labels and corrections.

    Parameters
    ----------
    data_dir : path
        Folder that holds EWP's list of events, at any depth.
    out : path, optional
        Folder to write ``episodes.csv`` into; by default nothing is written.

    Returns
    -------
    pandas.DataFrame
        In the layout of :func:`rtop_forecast.episodes.load_episodes`, sorted by ``episode_id``.

    Raises
    ------
    CoverageError
        If the folder holds no list of events, or several.
    DataIntegrityError
        If an event has no annotation, an annotation no event, a correction no longer meets the value
        that it corrects, or a rule of :func:`rtop_forecast.episodes.check_episodes` is broken.
    """
    path = _event_list(Path(data_dir))
    events = _corrected(ewp_events.read(path), _text_table(CORRECTIONS))
    episodes = _annotated(events, _text_table(ANNOTATIONS)).assign(source=ewp_events.source_key(path))
    episodes = episodes.sort_values("episode_id", ignore_index=True)[list(COLUMNS)]
    check_episodes(episodes)
    if out is not None:
        write_episodes(episodes, Path(out) / TARGET.name)
    return episodes


def write_episodes(episodes: pd.DataFrame, path: Path) -> None:
    """Write the table in one step: an interrupted run leaves the old file whole."""
    partial = path.with_suffix(".csv.partial")
    episodes.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
    partial.replace(path)


def _text_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _event_list(data_dir: Path) -> Path:
    found = [path for path in sorted(data_dir.rglob("*.xlsx")) if ewp_events.recognise(path)]
    if len(found) != 1:
        message = (
            f"the episodes need one EWP list of events (ewp_mass_killing_events_<edition>.xlsx); "
            f"{len(found)} are in {data_dir}. Keep exactly one edition there."
        )
        raise CoverageError(message)
    return found[0]


def _corrected(events: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply each correction to its cell, and only while the source still holds the value named."""
    events = events.copy()
    for row in corrections.itertuples(index=False):
        cells = events.loc[events["source_code"] == row.source_code, row.column]
        if cells.astype("str").tolist() != [row.source_value]:
            message = (
                f"a correction must meet the value it corrects; {row.column} of {row.source_code!r} is "
                f"{cells.astype('str').tolist()}, not [{row.source_value!r}]. "
                f"Update or remove the row in {CORRECTIONS.name}."
            )
            raise DataIntegrityError(message)
        value = row.value if events[row.column].dtype.kind not in "iu" else int(row.value)
        events.loc[cells.index, row.column] = value
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
            message = (
                f"{rule}: {len(codes)}, first {codes[0]!r}. Edit datasets/annotations/{ANNOTATIONS.name}."
            )
            raise DataIntegrityError(message)
    return events.merge(annotations, on="source_code", how="left", validate="one_to_one")


def main(arguments: list[str] | None = None) -> int:
    """Compile and write the table."""
    parser = argparse.ArgumentParser(description="Compile datasets/core/episodes.csv.")
    parser.add_argument("data_dir", type=Path, help="folder with EWP's list of events")
    options = parser.parse_args(arguments)
    episodes = compile_episodes(options.data_dir, TARGET.parent)
    sys.stdout.write(f"{TARGET.name}: {len(episodes)} episodes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
