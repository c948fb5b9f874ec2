"""Compile ``core/episodes.csv`` and ``core/episode_revisions.csv`` from EWP's list of events and our annotations.

Usage: ``python datasets/compile_episodes.py DATA_DIR``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources.catalogue import ewp_list as _ewp_list
from rtop_forecast.sources.catalogue.ewp_episodes import episodes_table
from rtop_forecast.world.editions import load_revisions

HERE = Path(__file__).resolve().parent
ANNOTATIONS = HERE / "annotations" / "episodes.csv"
REVISIONS = HERE / "annotations" / "episode_revisions.csv"
CORRECTIONS = HERE / "annotations" / "episode_corrections.csv"
TARGET = HERE / "core" / "episodes.csv"


def compile_episodes(data_dir: str | Path, out: str | Path | None = None) -> pd.DataFrame:
    """Episodes with our ids, labels and corrections.

    Parameters
    ----------
    data_dir : path
        Folder that holds EWP's list of events, at any depth.
    out : path, optional
        Folder to write ``episodes.csv`` and ``episode_revisions.csv`` into; by default nothing is written.

    Returns
    -------
    pandas.DataFrame
        In the layout of :func:`rtop_forecast.world.episodes.load_episodes`, sorted by ``episode_id``.

    Raises
    ------
    CoverageError
        If the folder holds no list of events, or several.
    DataIntegrityError
        If a revision is of an episode that is not in the list.
    DataIntegrityError
        If an event has no annotation, an annotation no event, a correction no longer meets the value
        that it corrects, or a rule of :func:`rtop_forecast.world.episodes.check_episodes` is broken.
    """
    path = _event_list(Path(data_dir))
    episodes = episodes_table(path, annotations=ANNOTATIONS, corrections=CORRECTIONS)
    revisions = _revisions(episodes)
    if out is not None:
        write_table(episodes, Path(out) / TARGET.name)
        write_table(revisions, Path(out) / REVISIONS.name)
    return episodes


def _revisions(episodes: pd.DataFrame) -> pd.DataFrame:
    """Read what earlier editions said otherwise; each must be of an episode of the list."""
    revisions = load_revisions(REVISIONS)
    stray = revisions.loc[~revisions["episode_id"].isin(episodes["episode_id"]), "episode_id"]
    if len(stray):
        message = (
            f"a revision is of an episode in the list; {len(stray)} are not, first {stray.iloc[0]!r}. "
            f"Correct {REVISIONS.name}."
        )
        raise DataIntegrityError(message)
    return revisions


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the table in one step: an interrupted run leaves the old file whole."""
    partial = path.with_suffix(".csv.partial")
    table.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
    partial.replace(path)


def _event_list(data_dir: Path) -> Path:
    found = [path for path in sorted(data_dir.rglob("*.xlsx")) if _ewp_list.recognise(path)]
    if len(found) != 1:
        message = (
            f"the episodes need one EWP list of events (ewp_mass_killing_events_<edition>.xlsx); "
            f"{len(found)} are in {data_dir}. Keep exactly one edition there."
        )
        raise CoverageError(message)
    return found[0]


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
