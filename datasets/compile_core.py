"""Write the core tables from official releases in a data directory.

Run ``python datasets/compile_core.py --data DIR [--out datasets/core]``. Files are told by content, so
their names do not matter. The state system comes first, by ``compile_states.py``, and the episodes last, by
``compile_episodes.py``. Same releases, same bytes. A check that fails stops the run and leaves the old
tables.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pandas as pd

from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources import (
    SourceTable,
    core_checks,
    core_events,
    core_series,
    coups,
    maddison,
    treaties,
    ucdp_acd,
    ucdp_brd,
    ucdp_dyadic,
    ucdp_onesided,
    vdem,
    wdi,
    wpp,
)
from rtop_forecast.sources.discover import Discovery, discover
from rtop_forecast.states import state_years

T = TypeVar("T")

HERE = Path(__file__).resolve().parent
FIRST_YEAR, LAST_YEAR = 1946, 2025
_POPULATION = "SP.POP.TOTL"


def compile_tables(data: Path) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Core tables by file name, and the list of source rows that belong to no state-year."""
    found = discover(data)
    years = state_years(first=FIRST_YEAR, last=LAST_YEAR)
    events, unmatched = _events(found)
    series, more = _series(found, years)
    tables = events | series
    tables["coverage.csv"] = pd.read_csv(HERE / "annotations" / "coverage.csv", keep_default_na=False)
    for name, table in tables.items():
        core_checks.check_core_table(name, table, years)
    return tables, pd.concat([*unmatched, *more], ignore_index=True)


def _events(found: Discovery) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame]]:
    acd = _newest(found, "ucdp_acd", ucdp_acd.conflict_years, key=lambda pair: pair[1])
    brd = _newest(found, "ucdp_brd", ucdp_brd.conflict_years, key=lambda pair: pair[1])
    dyadic = _newest(found, "ucdp_dyadic", ucdp_dyadic.conflict_years, key=lambda pair: pair[1])
    one_sided = _newest(found, "ucdp_onesided", ucdp_onesided.read, key=lambda table: table.release)
    conflict, conflict_lost = core_events.conflict_table(acd, brd, dyadic)
    lists = {coups.form(path): coups.read(path) for path in found.of("coups")}
    parties = [treaties.read(path) for path in found.of("treaties")]
    tables = {
        "conflict.csv": conflict,
        "one_sided.csv": core_events.one_sided_table(one_sided),
        "coups.csv": core_events.coups_table(
            *(_given(lists, form, "coups") for form in ("powell-thyne", "ewp", "colpus"))
        ),
        "treaties.csv": core_events.treaties_table(parties, _annotation("treaties.csv")),
    }
    lost = [
        conflict_lost.assign(source="ucdp"),
        _lost(one_sided),
        *map(_lost, lists.values()),
        *map(_lost, parties),
    ]
    return tables, lost


def _series(found: Discovery, years: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame]]:
    ratings = [vdem.read(path) for path in found.of("vdem")]
    newest = max((int(table.release) for table in ratings), default=0)
    latent = [table for table in ratings if "e_pop" in table.coverage]
    bank_path = next(
        (path for path in found.of("wdi") if _POPULATION in set(wdi.long_form(path)["indicator"])), None
    )
    rates_path = next(iter(found.of("wpp")), None)
    maddison_path = next(iter(found.of("maddison")), None)
    if not latent or bank_path is None or rates_path is None or maddison_path is None:
        message = (
            f"{found.folder} lacks one of: V-Dem with e_pop, WDI population, WPP infant mortality, Maddison."
        )
        raise CoverageError(message)
    areas = maddison.table_of(maddison_path)
    bank, rates, long_run = wdi.read(bank_path), wpp.read(rates_path), maddison.read(maddison_path)
    long = wdi.long_form(bank_path)
    points = _annotation("population_points.csv")[["country_id", "year", "population", "source"]]
    tables = {
        "population.csv": core_series.population_table(bank, long_run, areas, latent[0], points),
        "infant_mortality.csv": core_series.infant_mortality_table(
            rates,
            wpp.area_years(rates_path),
            wdi_population=long[long["indicator"] == _POPULATION],
            maddison_areas=areas,
            state_years=years,
        ),
        "ratings.csv": core_series.ratings_table(
            [table for table in ratings if int(table.release) == newest], years
        ),
    }
    return tables, [_lost(table) for table in (*ratings, bank, rates, long_run)]


def _newest(found: Discovery, dataset: str, read: Callable[[Path], T], *, key: Callable[[T], str]) -> T:
    """Return the newest readable release; files that were edited are named on stderr and left out."""
    results = []
    for path in found.of(dataset):
        try:
            results.append(read(path))
        except DataIntegrityError as error:
            print(f"refused: {error}", file=sys.stderr)
    if not results:
        message = f"{found.folder} holds no usable release of {dataset}."
        raise CoverageError(message)
    return max(results, key=lambda result: tuple(int(part) for part in key(result).split(".")))


def _given(tables: dict[str | None, SourceTable], name: str, dataset: str) -> SourceTable:
    if name not in tables:
        message = f"the data folder lacks the list {name!r} of {dataset}."
        raise CoverageError(message)
    return tables[name]


def _lost(table: SourceTable) -> pd.DataFrame:
    return table.unmatched.assign(source=table.source)


def _annotation(name: str) -> pd.DataFrame:
    frame = pd.read_csv(HERE / "annotations" / name, keep_default_na=False, na_values=[""])
    return frame.astype({"end_year": "Int64"}) if "end_year" in frame.columns else frame


def csv_text(table: pd.DataFrame) -> str:
    """UTF-8 text with LF line ends; whole numbers without ".0", empty for missing."""
    return table.to_csv(index=False, lineterminator="\n", float_format=lambda value: f"{value:.6g}")


def write_atomically(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write every table to a temporary file beside its place, then rename all of them."""
    out.mkdir(parents=True, exist_ok=True)
    pending = []
    for name, table in sorted(tables.items()):
        with tempfile.NamedTemporaryFile(
            "w", dir=out, prefix=f".{name}.", encoding="utf-8", newline="\n", delete=False
        ) as handle:
            handle.write(csv_text(table))
        temporary = Path(handle.name)
        temporary.chmod(0o644)
        pending.append((temporary, out / name))
    for temporary, place in pending:
        temporary.replace(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile all core tables."""
    parser = argparse.ArgumentParser(description="Write the core tables from official releases.")
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    parser.add_argument("--out", type=Path, default=HERE / "core", help="folder of the core tables")
    parser.add_argument("--unmatched", type=Path, help="also write the source rows without a state-year here")
    parser.add_argument("--only", choices=["sources"], help="leave out the states and the episodes")
    options = parser.parse_args(arguments)
    if options.only is None:
        compile_state_system(options.data, options.out)
    tables, unmatched = compile_tables(options.data)
    write_atomically(tables, options.out)
    if options.unmatched is not None:
        unmatched.to_csv(options.unmatched, index=False, lineterminator="\n")
    for name, table in tables.items():
        print(f"{name}: {len(table):,} rows")
    if options.only is None:
        episodes = _script("compile_episodes").compile_episodes(options.data, options.out)
        print(f"episodes.csv: {len(episodes):,} rows")
    return 0


def compile_state_system(data: Path, out: Path) -> None:
    """Write states, crosswalk and contiguity by their own script, before anything is resolved with them."""
    module = _script("compile_states")
    table = module.compile_states(data)
    tables = {
        "states.csv": table[module.STATE_COLUMNS],
        "crosswalk.csv": module.compile_crosswalk(table, data),
        "contiguity.csv": module.compile_contiguity(table, data),
    }
    write_atomically(tables, out)


def _script(name: str) -> ModuleType:
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    return importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
