"""Population and infant mortality beside other estimates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, core, tally
from rtop_forecast.sources.catalogue import maddison, vdem, wdi
from rtop_forecast.sources.reading.territory import present_areas

__all__ = ["comparisons"]

_CLOSE, _NEAR = 0.05, 0.25
#: Year from which the World Bank's edition of 2025 and the UN's of 2024 project or count anew.
_REVISED = 2019


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare each series with another source of the same quantity."""
    population = core("population")
    inputs = data / "ewp2025" / "inputs"
    long_run = maddison.read(inputs / "maddison.csv").to_frame()[[*KEYS, "population"]]
    latent = vdem.read(data / "vdem" / "ewp2023_vdem_v13.Rdata").to_frame()[[*KEYS, "e_pop"]].dropna()
    latent = latent[KEYS].assign(latent=latent["e_pop"] * 10_000)
    both = population.merge(long_run.rename(columns={"population": "theirs"}), on=KEYS)
    both = both.merge(latent, on=KEYS, how="left")
    return [
        _against_maddison(both[both["source"].str.startswith("wdi")].reset_index(drop=True)),
        _against_vdem(population.merge(latent, on=KEYS)),
        _infant_mortality(data / "economy" / "API_SP.DYN.IMRT.IN_DS2_en_csv_v2_4770442.csv"),
    ]


def _ratio(ours: pd.Series, theirs: pd.Series) -> pd.Series[float]:
    return (ours / theirs - 1).abs()


def _against_maddison(cells: pd.DataFrame) -> Comparison:
    differs = _ratio(cells["population"], cells["theirs"])
    ours, theirs = (_ratio(cells[name], cells["latent"]) for name in ("population", "theirs"))
    state = cells["country_id"]
    rules = [
        ("two estimates of one population, within 25%", differs <= _NEAR),
        ("Maddison counts Sudan without the South", (state == 625) & (cells["year"] < 2011)),
        ("V-Dem's estimate sides with ours", ours < theirs),
        ("the World Bank counts Moldova without Transnistria and without those abroad", state == 359),
        ("the last years, which later censuses moved", cells["year"] >= _REVISED),
        (
            "the UN's revision of 2024, which the World Bank follows, lowered or raised the whole past of the state",
            state.isin([411, 435, 670, 811]),
        ),
    ]
    return tally(
        cells,
        differs <= _CLOSE,
        rules,
        table="population",
        second_source="Maddison Project Database 2023",
        what="population of a state-year from 1960, within 5%",
    )


def _against_vdem(cells: pd.DataFrame) -> Comparison:
    cells = cells[~cells["source"].str.contains("vdem")].reset_index(drop=True)
    differs = _ratio(cells["population"], cells["latent"])
    state = cells["country_id"]
    rules = [
        ("two estimates of one population, within 25%", differs <= _NEAR),
        (
            "V-Dem's figure is of the present territory: Russia, Serbia, Pakistan, Sudan, Yemen",
            state.isin([365, 345, 770, 625, 680]),
        ),
        ("the World Bank counts Moldova without Transnistria and without those abroad", state == 359),
        (
            "the UN's revision of 2024, which the World Bank follows, lowered or raised the whole past of the state",
            state.isin([411, 435, 670, 811]),
        ),
        ("Kuwait in the war of 1991", (state == 690) & (cells["year"] == 1991)),
    ]
    return tally(
        cells,
        differs <= _CLOSE,
        rules,
        table="population",
        second_source="V-Dem 13, e_pop",
        what="population of a state-year, within 5%",
    )


def _infant_mortality(path: Path) -> Comparison:
    theirs, _ = present_areas(wdi.long_form(path), code="iso3c", system="worldbank")
    ours = core("infant_mortality").sort_values(KEYS)
    around = ours.groupby("country_id")["infant_mortality"]
    usual = around.rolling(11, center=True, min_periods=3).median().droplevel(0)
    theirs = theirs.sort_values(KEYS)
    curve = theirs.groupby("country_id")["value"].rolling(11, center=True, min_periods=3).median()
    theirs = theirs.assign(curve=curve.droplevel(0))
    cells = ours.assign(usual=usual).merge(theirs[[*KEYS, "value", "curve"]], on=KEYS)
    apart, share = (
        (cells["infant_mortality"] - cells["value"]).abs(),
        _ratio(cells["infant_mortality"], cells["value"]),
    )
    rules = [
        ("two estimates, within 25% or 5 deaths per 1,000", (share <= _NEAR) | (apart <= 5)),
        (
            "a peak of one to five years in ours: the UN's life tables count a crisis, the other curve leaves it out",
            cells["infant_mortality"] > 1.2 * cells["usual"],
        ),
        (
            "a peak in the other series, which counts a disaster that the UN's life tables leave out (Venezuela 1999)",
            cells["value"] > 1.2 * cells["curve"],
        ),
        (
            "two estimates from other surveys and registers, for years on end",
            share.groupby(cells["country_id"]).transform(
                lambda one: one.rolling(5, center=True, min_periods=1).median()
            )
            > 0.1,
        ),
    ]
    return tally(
        cells,
        (share <= 0.1) | (apart <= 2),
        rules,
        table="infant_mortality",
        second_source="UN Inter-agency Group by way of the World Bank, edition of 2022",
        what="deaths under age one per 1,000 births in a state-year, within 10% or 2",
    )
