"""Predictors from World Bank, UN, Maddison, HIEF, GROWup, UCDP and the list of coups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ewp_rebuild.compare import Predictor
from ewp_rebuild.conventions import HAND_ENTERED
from ewp_rebuild.frame import NO_STATE, Flags, Frame, Values
from ewp_rebuild.their_keys import TheirInputs
from rtop_forecast.sources.catalogue import coups, maddison, ucdp_brd, wdi, wpp
from rtop_forecast.sources.folder.discover import reader

__all__ = ["measured_predictors"]


def measured_predictors(frame: Frame, theirs: TheirInputs) -> list[Predictor]:
    """Build the predictors that come from measurements and counts."""
    return [
        _population(frame, theirs),
        _growth(frame, theirs),
        _infant_mortality(frame, theirs),
        _fractionalization(frame, theirs),
        _discriminated(frame, theirs),
        _battle_deaths(frame, theirs),
        _coups(frame, theirs),
    ]


def _population(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "territory")
    bank = np.log2(frame.by_state(wdi.read(theirs.inputs / "wdi.csv"), "SP.POP.TOTL"))
    bank_code = np.log2(
        frame.look_up(theirs.coded("wdi.csv", "wdi.popsize.new"), "wdi.popsize.new", key="ccode")
    )
    proxy = np.log2(frame.by_state(maddison.read(theirs.inputs / "maddison.csv"), "population"))
    proxy_code = np.log2(frame.look_up(theirs.maddison, "mad_pop", key="ccode"))

    def values(on: frozenset[str]) -> Values:
        known = frame.choose(bank, bank_code, keys=keys, on=on)
        if "E5" not in on:
            return known
        return _completed(known, frame.choose(proxy, proxy_code, keys=keys, on=on), bank_code, proxy_code)

    return Predictor(name="popsize.log2", conventions=(*keys, "E5"), values=values)


def _growth(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "territory")
    bank = frame.by_state(wdi.read(theirs.inputs / "wdi.csv"), "NY.GDP.PCAP.KD.ZG")
    name = "wdi.gdppcgrow.new"
    bank_code = frame.look_up(theirs.coded("wdi.csv", name), name, key="ccode")
    levels = frame.by_state(maddison.read(theirs.inputs / "maddison.csv"), "gdp_per_head")
    proxy = frame.growth(levels, key="country_id")
    proxy_code = frame.growth(frame.look_up(theirs.maddison, "mad_gdppc", key="ccode"), key="ccode")

    def values(on: frozenset[str]) -> Values:
        known = frame.choose(bank, bank_code, keys=keys, on=on)
        if "E5" in on:
            known = _completed(
                known, frame.choose(proxy, proxy_code, keys=keys, on=on), bank_code, proxy_code
            )
        return frame.forward(known) if "E4-forward" in on else known

    return Predictor(name="gdppcgrowth", conventions=(*keys, "E5", "E4-forward"), values=values)


def _completed(known: Values, proxy: Values, outcome: Values, regressor: Values) -> Values:
    """Fill gaps by EWP's regression line, which is fitted on its own rows of all years."""
    both = np.isfinite(outcome) & np.isfinite(regressor)
    design = np.column_stack([np.ones(both.sum()), regressor[both]])
    line = np.linalg.lstsq(design, outcome[both], rcond=None)[0]
    return np.where(np.isnan(known), line[0] + line[1] * proxy, known)


def _infant_mortality(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "territory")
    ours = np.sqrt(frame.by_state(wpp.read(theirs.inputs / "un_imr_clean.csv"), "infant_mortality"))
    by_code = np.sqrt(frame.look_up(theirs.coded("un_imr_clean.csv", "un_imr"), "un_imr", key="ccode"))
    return Predictor(
        name="un_imr_sqrt", conventions=keys, values=lambda on: frame.choose(ours, by_code, keys=keys, on=on)
    )


def _fractionalization(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "E13", "territory")
    ours = frame.by_state(reader("hief").read(theirs.inputs / "HIEF_data.csv"), "efindex")
    by_code = frame.look_up(theirs.hief, "efindex", key="ccode")
    by_hand = frame.table["ccode"].map(HAND_ENTERED).to_numpy(dtype=np.float64)

    def values(on: frozenset[str]) -> Values:
        known = _carried(frame, frame.choose(ours, by_code, keys=keys, on=on), on)
        return np.where(np.isnan(known), by_hand, known) if "hand" in on else known

    return Predictor(name="efindex", conventions=(*keys, "E4-forward", "E4-backward", "hand"), values=values)


def _discriminated(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "territory")
    ours = frame.by_state(reader("growup").read(theirs.inputs / "epr-data.csv"), "discrimpop")
    by_code = frame.look_up(theirs.epr, "discrimpop", key="ccode")
    return Predictor(
        name="discrimpop",
        conventions=(*keys, "E4-forward", "E4-backward"),
        values=lambda on: _carried(frame, frame.choose(ours, by_code, keys=keys, on=on), on),
    )


def _carried(frame: Frame, values: Values, on: frozenset[str]) -> Values:
    values = frame.forward(values) if "E4-forward" in on else values
    return frame.backward(values) if "E4-backward" in on else values


def _battle_deaths(frame: Frame, theirs: TheirInputs) -> Predictor:
    keys = ("frame", "E11", "territory")
    table = ucdp_brd.read(theirs.inputs / "BattleDeaths_v25_1.csv")
    ours = np.log2(frame.by_state(table, "battle_deaths") + 1)
    first, last = table.coverage["battle_deaths"]
    counted = frame.look_up(theirs.battle_deaths, "bd_best", key="ccode")
    inside = frame.table["year"].between(first, last).to_numpy()
    by_code = np.log2(np.where(inside & np.isnan(counted), 0.0, counted) + 1)
    early = frame.table["year"].lt(first).to_numpy()

    def values(on: frozenset[str]) -> Values:
        known = frame.choose(ours, by_code, keys=keys, on=on)
        return np.where(early & np.isnan(known), 0.0, known) if "E3" in on else known

    return Predictor(name="battledeaths.log2", conventions=(*keys, "E3"), values=values)


def _coups(frame: Frame, theirs: TheirInputs) -> Predictor:
    """Look for an attempt in the year or the four before it."""
    keys = ("frame", "E11", "history")
    table = coups.read(theirs.inputs / "all-coups.csv")
    first, last = table.coverage["any_attempt"]
    attempts = [frame.look_up(table.data, "any_attempt", key="country_id", back=back) for back in range(5)]
    state_year = frame.table["country_id"].ne(NO_STATE) & frame.table["year"].between(first + 4, last)
    ours = np.where(state_year, np.any([np.nan_to_num(found) > 0 for found in attempts], axis=0), np.nan)
    by_code = _coups_in_frame(frame, theirs)
    return Predictor(
        name="coup.try.5yr", conventions=keys, values=lambda on: frame.choose(ours, by_code, keys=keys, on=on)
    )


def _coups_in_frame(frame: Frame, theirs: TheirInputs) -> Values:
    """As EWP counts: within its frame, and two attempts before a state's first year there entered by hand."""
    listed = theirs.coded("all-coups.csv", "cou.any")
    listed = listed[listed["cou.any"] == 1]
    held = listed.merge(frame.table[["ccode", "year"]], on=["ccode", "year"])
    before = pd.DataFrame({"ccode": [481, 522], "year": [1964, 2000], "cou.any": 1})
    held = pd.concat([held, before], ignore_index=True)
    attempts = [frame.look_up(held, "cou.any", key="ccode", back=back) for back in range(5)]
    any_of_five: Flags = np.any([np.nan_to_num(found) > 0 for found in attempts], axis=0)
    return any_of_five.astype(np.float64)
