"""How a panel is made from the bundled tables, or from a folder of releases beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.panel.build import block_of, build_panel, variables_of
from rtop_forecast.panel.panel import Panel
from rtop_forecast.panel.variables import Variable
from rtop_forecast.panel.vintages import Vintage, publication
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.core.bundled import core_tables, episode_lists_by_edition
from rtop_forecast.sources.core.bundled_months import months_beside
from rtop_forecast.sources.core.further import bundled_files, further_bundled
from rtop_forecast.sources.core.rebuild import rebuild, release_tables, tables_fed_by
from rtop_forecast.sources.core.seams import with_bundled_newer_years
from rtop_forecast.sources.keys import is_release, release_order, releases_of, source_keys
from rtop_forecast.sources.reading.month_files import bundled_month_files, bundled_months
from rtop_forecast.storage.bundled import core_file, datasets_dir
from rtop_forecast.storage.digests import FileDigests
from rtop_forecast.world.states import KEYS

__all__ = ["load", "with_kept_vintages"]


def load(
    *,
    data_dir: str | Path | None,
    releases: Mapping[str, str] | None,
    first: int,
    last: int | None,
    n_jobs: int | None,
) -> Panel:
    """Panel of the bundle or of a folder; as :func:`rtop_forecast.load_panel`."""
    core = sorted(core_file("states.csv").parent.glob("*.csv"))
    digests = FileDigests(datasets_dir())
    bundled = {path.name: digests.of(path) for path in [*core, *bundled_files(), *bundled_month_files()]}
    if data_dir is None:
        if releases:
            message = "`releases` picks among the files of a folder; give the folder as `data_dir`."
            raise InputError(message)
        core_and_newer, further = with_bundled_newer_years(core_tables(), further_bundled())
        panel = build_panel([*core_and_newer, *further], first=first, last=last)
        return replace(panel, hashes=bundled, months=bundled_months())
    rebuilt = rebuild(data_dir, picks=releases, n_jobs=n_jobs)
    panel = build_panel([*rebuilt.core, *rebuilt.further], first=first, last=last)
    parts = [part for part in (panel.unmatched, rebuilt.unmatched) if len(part)]
    unmatched = pd.concat(parts, ignore_index=True) if parts else panel.unmatched
    _check_picks(panel, releases or {}, rebuilt.tables)
    return replace(
        panel,
        hashes=bundled | rebuilt.hashes,
        origin=rebuilt.tables,
        files=rebuilt.files,
        unmatched=unmatched.drop_duplicates(ignore_index=True),
        months=months_beside(rebuilt.months, picked="ucdp_ged_months" in (releases or {})),
    )


def _check_picks(panel: Panel, releases: Mapping[str, str], tables: pd.DataFrame) -> None:
    """Refuse a release that was asked for and cannot give all that the panel holds of its dataset.

    Estimates of others that are only distributed with a dataset, as V-Dem's ``e_pop``, are entries of their own.
    """
    for dataset, release in releases.items():
        stale = {
            name: other
            for name, variable in panel.variables.items()
            for key, (one, other) in zip(
                source_keys(variable.source), releases_of(variable.source), strict=True
            )
            if one == dataset and key.endswith(other) and not is_release(other, release)
        }
        if not stale:
            continue
        fed = tables[tables["table"].isin(tables_fed_by(dataset)) & (tables["origin"] == "bundled")]
        reasons = "; ".join(f"{row['table']}: {row['note']}" for row in fed.to_dict("records"))
        name, other = next(iter(stale.items()))
        message = (
            f"release {release} of {dataset} was asked for, but {len(stale)} variables would stay those of another, "
            f"first {name!r} of release {other} ({reasons or 'the release lacks it'}). Put the whole release into the "
            "folder, or do not ask for it."
        )
        raise InputError(message)


def with_kept_vintages(panel: Panel, datasets: Sequence[str], *, data_dir: str | Path | None) -> Panel:
    """Panel with every release of some datasets beside the newest."""
    found: list[Vintage] = []
    for dataset in dict.fromkeys(datasets):
        if dataset == "ewp_events":
            tables = {table.release: [table, _by_dataset(table)] for table in episode_lists_by_edition()}
        elif data_dir is None:
            message = f"the vintages of {dataset} are files of a folder; give the folder as `data_dir`."
            raise InputError(message)
        else:
            tables = release_tables(data_dir, dataset)
        found += _vintages(panel, dataset, tables)
    return replace(panel, vintages=tuple(found))


def _by_dataset(episodes: SourceTable) -> SourceTable:
    """List of episodes under the names that a folder's own list gives its variables."""
    names = {name: f"ewp_events_{name.removeprefix('mk_')}" for name in episodes.coverage}
    return episodes.select(names)


def _vintages(panel: Panel, dataset: str, tables: Mapping[str, Sequence[SourceTable]]) -> list[Vintage]:
    """Releases of a dataset: those the panel holds, by name only, and the others with their values."""
    own: dict[str, dict[str, Variable]] = {}
    for name, variable in panel.variables.items():
        releases = [release for one, release in releases_of(variable.source) if one == dataset]
        if releases:
            own.setdefault(max(releases, key=release_order), {})[name] = variable
    of_dataset = {name for group in own.values() for name in group}
    found = [
        _vintage(dataset, release, variables, pd.DataFrame(index=panel.frame.index))
        for release, variables in own.items()
    ]
    for release, group in tables.items():
        values: dict[str, pd.Series[float]] = {}
        variables: dict[str, Variable] = {}
        for table in group:
            block, _ = block_of(panel.frame[KEYS], table, span=panel.years)
            names = of_dataset & set(table.coverage) - set(own.get(release, {})) - set(values)
            values |= {name: block[name] for name in sorted(names)}
            variables |= {name: one for name, one in variables_of(table).items() if name in names}
        if variables:
            frame = pd.DataFrame(values, index=panel.frame.index)
            found.append(_vintage(dataset, release, variables, frame))
    return found


def _vintage(dataset: str, release: str, variables: Mapping[str, Variable], frame: pd.DataFrame) -> Vintage:
    lag = min(one.publication_lag_months for one in variables.values())
    last_year = max(one.last_final_year for one in variables.values())
    day = publication(dataset, release, last_year=last_year, lag_months=lag)
    return Vintage(dataset=dataset, release=release, published=day, variables=variables, frame=frame)
