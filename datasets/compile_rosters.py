"""Write which states each registered release lists, so that a later copy that was cut can be told.

Run ``python datasets/compile_rosters.py --data DIR [--more DIR] [--out datasets/rosters.parquet]``. One row per list,
release and state; same releases, same bytes. Left out are EWP's events, which are compared one by one, and GED, of
which the registered file is a sample.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from compile_core import found_releases

from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.folder.rosters import COLUMNS, key_of, listed_states
from rtop_forecast.sources.registry import registered_hashes, registry
from rtop_forecast.storage.files import file_sha256, write_file

HERE = Path(__file__).resolve().parent
LEFT_OUT = ("ewp_events", "ucdp_ged")


def compile_rosters(data: Path, more: Path | None = None) -> pd.DataFrame:
    """Rosters of the registered releases in one or two folders; of a dataset without any, of those there."""
    releases = Releases(found_releases(data, more))
    hashed = {registry()[key].dataset for key in registered_hashes().values()}
    parts = []
    for dataset in [name for name in releases.found.files if name not in LEFT_OUT]:
        for path, table in releases.tables(dataset):
            if (file_sha256(path) in registered_hashes() or dataset not in hashed) and table.coverage:
                facts = {
                    "list": key_of(table),
                    "dataset": dataset,
                    "release": table.release,
                    "covers_from": min(first for first, _ in table.coverage.values()),
                    "covers_to": max(last for _, last in table.coverage.values()),
                    "zero_inside": int(bool(table.zero_inside)),
                }
                parts.append((facts, listed_states(table)))
    return _joined(parts)


def _joined(parts: Sequence[tuple[dict[str, object], pd.DataFrame]]) -> pd.DataFrame:
    """One table; of several files of a release, the states that all of them list."""
    frame = pd.concat([states.reset_index().assign(**facts) for facts, states in parts], ignore_index=True)
    files = Counter((facts["list"], facts["release"]) for facts, _ in parts)
    keys = ["list", "release", "country_id"]
    latest = {"covers_from": "max", "begins": "max", "zero_inside": "max", "dataset": "first"}
    groups = frame.groupby(keys)
    joined = groups.agg({"covers_to": "min", "ends": "min", "state_years": "min"} | latest).reset_index()
    in_all = [size == files[key[:2]] for key, size in groups.size().items()]
    return joined.loc[in_all, list(COLUMNS)].reset_index(drop=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--out", type=Path, default=HERE / "rosters.parquet")
    options = parser.parse_args(arguments)
    content = io.BytesIO()
    compile_rosters(options.data, options.more).to_parquet(content, index=False, compression="zstd")
    write_file(options.out, content.getvalue())


if __name__ == "__main__":
    main()
