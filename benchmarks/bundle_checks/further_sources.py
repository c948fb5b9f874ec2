"""Tables beside the core ones, each beside another release of its source, where one is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, tally
from rtop_forecast.sources.core.further import bundled_releases, further_bundled
from rtop_forecast.sources.folder.discover import reader
from rtop_forecast.sources.reading.files import read_csv
from rtop_forecast.sources.reading.matching import split_codes, with_country_id
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["second_sources"]

_VARIANTS = "variants/williamsca_UrbanizationCauseConsequence__"


@dataclass(frozen=True, kw_only=True)
class _Other:
    """Another release, and by how much a variable may differ from it.

    Attributes
    ----------
    table : str
        Bundled table.
    dataset, file, name : str
        Reader, file in the folder of releases (``data/``) or of further ones (``more/``), and what it is called.
    variables : tuple of str
        Without the dataset's name.
    agrees : float
        Largest difference that counts as agreement.
    rules : tuple of (str, float)
        Reasons, and the largest difference that each explains; a share of the larger value if ``relative``.
    """

    table: str
    dataset: str
    file: str
    name: str
    variables: tuple[str, ...]
    agrees: float
    rules: tuple[tuple[str, float], ...] = ()
    relative: bool = False


_V_DEM_12 = ("v2x_civlib", "v2x_corr", "v2x_execorr", "v2x_liberal", "v2x_neopat", "v2x_rule")
_ANEW = "V-Dem estimates every year anew with each release"
_OTHERS = (
    _Other(
        table="unhcr-2024",
        dataset="unhcr",
        file="more/variants/Heba-Atef99_Refugee_Analysis__population.csv",
        name="UNHCR Refugee Data Finder, an export of 2015-2022",
        variables=("asylum_seekers", "hosted_asylum_seekers", "hosted_refugees", "idps", "oip", "refugees"),
        agrees=0.0,
        rules=(("fewer than 25 people, corrected later or too few for the export to show", 24.0),),
    ),
    _Other(
        table="wgi-2024",
        dataset="wgi",
        file=f"more/{_VARIANTS}wgidataset.xlsx",
        name="Worldwide Governance Indicators, workbook of 2016",
        variables=("va_est", "va_se"),
        agrees=0.1,
        rules=(("every release estimates all years anew from other sources", 0.4),),
    ),
    _Other(
        table="vdem-12",
        dataset="vdem",
        file="more/vdem/vdem_core_v16_slim_juno.csv",
        name="V-Dem 16, six of the 64 ratings",
        variables=_V_DEM_12,
        agrees=0.05,
        rules=((f"{_ANEW}, four of them lie between", 0.5),),
    ),
    _Other(
        table="vdem-15",
        dataset="vdem",
        file="more/vdem/vdem_core_v16_slim_juno.csv",
        name="V-Dem 16",
        variables=("v2x_libdem",),
        agrees=0.02,
        rules=((_ANEW, 0.1),),
    ),
    _Other(
        table="vdem-15",
        dataset="vdem",
        file="data/vdem/ewp2024_vdem_v14.Rdata",
        name="V-Dem 14",
        variables=("v2clrgunev_ord_is_2", "v2csgender_ord"),
        agrees=0.0,
        rules=((f"{_ANEW}: one level", 1.0), (f"{_ANEW}: two levels", 2.0)),
    ),
    _Other(
        table="vdem-15",
        dataset="vdem",
        file="data/vdem/ewp2024_vdem_v14.Rdata",
        name="V-Dem 14",
        variables=("v2pepwrses",),
        agrees=0.2,
        rules=((_ANEW, 1.0),),
    ),
    _Other(
        table="wdi-ewp2025",
        dataset="wdi",
        file="data/economy/worldbankdevelopment.csv",
        name="World Bank, DataBank of January 2025",
        variables=("SP.POP.TOTL",),
        agrees=0.01,
        rules=(("two editions of the World Bank's population", 0.25),),
        relative=True,
    ),
)


def second_sources(data: Path, more: Path) -> list[Comparison]:
    """Compare tables with other releases of the same source."""
    folders = {"data": data, "more": more}
    results = []
    for other in _OTHERS:
        folder, _, name = other.file.partition("/")
        results.append(_beside(other, _read(other.dataset, folders[folder] / name)))
    brd = data / "ucdp" / "BattleDeaths_v23_1.csv", data / "ewp2025" / "inputs" / "BattleDeaths_v25_1.csv"
    return [*results, _battle_deaths(*brd)]


@lru_cache(maxsize=4)
def _read(dataset: str, path: Path) -> SourceTable:
    return reader(dataset).read(path)


def _beside(other: _Other, theirs: SourceTable) -> Comparison:
    parts = [_both(other.table, f"{other.dataset}_{name}", theirs, name) for name in other.variables]
    cells = pd.concat(parts, ignore_index=True)
    apart = (cells["ours"] - cells["theirs"]).abs() - 1e-9
    if other.relative:
        apart = apart / cells[["ours", "theirs"]].abs().max(axis=1)
    rules = [(reason, apart <= most) for reason, most in other.rules]
    tolerance = f", within {other.agrees:g}" if other.agrees else ""
    return tally(
        cells,
        apart <= other.agrees,
        rules,
        table=f"further/{other.table}",
        second_source=other.name,
        what=f"{', '.join(other.variables)} in a state-year that both have{tolerance}",
    )


def _both(table: str, variable: str, theirs: SourceTable, name: str) -> pd.DataFrame:
    """State-years that a bundled variable and another table both cover, with zeros where absence means zero."""
    release = next(one for one in bundled_releases() if one.path.stem == table)
    ours = next(one for one in further_bundled({variable}) if one.source == release.source)
    spans = ours.coverage[variable], theirs.coverage[name]
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    sides = {
        "ours": ours.data.set_index(KEYS)[variable],
        "theirs": theirs.data.set_index(KEYS)[name].astype("float64"),
    }
    both = pd.concat(sides, axis=1).reset_index()
    both = both[both["year"].between(first, last)]
    filled = both.fillna({"ours": 0.0, "theirs": 0.0}) if variable in release.zero_inside else both.dropna()
    return filled.assign(variable=variable)


def _battle_deaths(older: Path, newer: Path) -> Comparison:
    """Compare battle deaths with the release of 2023, which may differ where UCDP lists or counts other dyads only."""
    names = ("battle_deaths", "conflicts", "dyads", "wars", "interstate_deaths")
    theirs = _read("ucdp_brd", older)
    parts = [_both("ucdp-brd-25.1", f"ucdp_brd_{name}", theirs, name) for name in names]
    cells = pd.concat(parts, ignore_index=True)
    moved = pd.MultiIndex.from_frame(_moved(older, newer))
    rules = [
        (
            "UCDP lists or counts other dyads of the state-year in the newer release",
            pd.Series(pd.MultiIndex.from_frame(cells[KEYS]).isin(moved)),
        )
    ]
    return tally(
        cells,
        cells["ours"] == cells["theirs"],
        rules,
        table="further/ucdp-brd-25.1",
        second_source="UCDP Battle-Related Deaths Dataset 23.1",
        what=f"{', '.join(names)} in a state-year to 2022",
    )


def _moved(older: Path, newer: Path) -> pd.DataFrame:
    """State-years whose dyad-years are others in one release than in the other."""
    columns = ["dyad_id", "year", "gwno_loc", "type_of_conflict", "bd_best"]
    rows: Sequence[pd.DataFrame] = [read_csv(path, dtype="str")[columns] for path in (older, newer)]
    apart = pd.concat(rows, ignore_index=True).drop_duplicates(keep=False)
    apart = apart.assign(year=apart["year"].astype("int64"))
    located, _ = with_country_id(split_codes(apart, "gwno_loc"), code="gwno_loc", system="ucdp")
    return located[KEYS].drop_duplicates()
