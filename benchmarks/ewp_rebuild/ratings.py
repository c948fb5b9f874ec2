"""Predictors from expert ratings and from facts about a state: V-Dem, regions, a treaty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ewp_rebuild.compare import Predictor
from ewp_rebuild.frame import NO_STATE, Flags, Frame, Values
from ewp_rebuild.their_keys import TheirInputs
from rtop_forecast.sources.catalogue import vdem
from rtop_forecast.sources.folder.discover import reader

__all__ = ["rated_predictors"]

Rule = Callable[[Values], Values]

#: V-Dem's variable and what EWP makes of it.
_VDEM: dict[str, tuple[str, Rule]] = {
    "v2csgender_binary": ("v2csgender_ord", lambda v: _where(v, v <= 2)),
    "v2mecenefm_binary": ("v2mecenefm_ord", lambda v: _where(v, v <= 2)),
    "partyban.new.0": ("v2psparban_ord", lambda v: _where(v, v <= 1)),
    "partyban.new.1": ("v2psparban_ord", lambda v: _where(v, (v == 2) | (v == 3))),
    "partyban.new.2": ("v2psparban_ord", lambda v: _where(v, v == 4)),
    "minorityrule": ("v2pepwrsoc_ord", lambda v: _where(v, v <= 1)),
    "judicialreform": ("v2jureform_ord", lambda v: v),
    "religiousfreedom": ("v2clrelig_ord", lambda v: v),
    "pol_killing_approved": ("v2clkill_ord_is_0", lambda v: v),
    "freediscussion": ("v2xcl_disc", lambda v: v),
    "social_inequality": ("v2clsocgrp_ord_is_0", lambda v: v),
    "even_civilrights": ("v2clrgunev_ord_is_2", lambda v: v),
    "repress_civilsoc": ("v2csreprss_ord", lambda v: _where(v, v == 0)),
    "social_power_dist": ("v2pepwrsoc_ord", lambda v: _where(v, v <= 2)),
    "ses_power_dist": ("v2pepwrses", lambda v: v),
}
_REGIONS = ("reg.na", "reg.eap", "reg.sca", "reg.mna", "reg.eur")
_CAPE_VERDE = 402


def rated_predictors(frame: Frame, theirs: TheirInputs) -> list[Predictor]:
    """Build the predictors that come from ratings, regions and a treaty."""
    return [*_from_vdem(frame, theirs), *_regions(frame, theirs), _covenant(frame, theirs)]


def _where(values: Values, holds: Flags) -> Values:
    return np.where(np.isnan(values), np.nan, holds.astype(np.float64))


def _from_vdem(frame: Frame, theirs: TheirInputs) -> list[Predictor]:
    table = vdem.read(theirs.inputs / "vdem.Rdata")
    keys = ("frame", "territory")

    def build(name: str, variable: str, rule: Rule) -> Predictor:
        ours = rule(frame.by_state(table, variable))
        by_code = rule(frame.look_up(theirs.vdem, variable, key="ccode"))
        return Predictor(
            name=name, conventions=keys, values=lambda on: frame.choose(ours, by_code, keys=keys, on=on)
        )

    return [build(name, variable, rule) for name, (variable, rule) in _VDEM.items()]


def _regions(frame: Frame, theirs: TheirInputs) -> list[Predictor]:
    """Take a region as a fact about a place: ours holds in every year of a state that the file lists at all."""
    cape_verde = frame.table["ccode"].eq(_CAPE_VERDE).to_numpy()

    def build(name: str) -> Predictor:
        by_code = frame.forward(frame.look_up(theirs.coded("reg-data.csv", name), name, key="ccode"))
        state = frame.table["country_id"].to_numpy()
        region = pd.Series(by_code).groupby(state).max()
        ours = np.where(state == NO_STATE, np.nan, pd.Series(state).map(region).to_numpy(dtype=np.float64))
        keys = ("frame", "territory")

        def values(on: frozenset[str]) -> Values:
            known = frame.choose(ours, by_code, keys=keys, on=on)
            return np.where(cape_verde, 0.0, known) if "hand" in on else known

        return Predictor(name=name, conventions=(*keys, "hand"), values=values)

    return [build(name) for name in _REGIONS]


def _covenant(frame: Frame, theirs: TheirInputs) -> Predictor:
    """Tell the parties to the First Optional Protocol of the ICCPR, which EWP names after the Covenant."""
    name, keys = "ios.iccpr1", ("frame", "E11", "territory")
    table = reader("ewp_treaty").read(theirs.inputs / "iccpr-data.csv")
    ours = frame.by_state(table, "iccpr_op1")
    by_code = frame.look_up(theirs.coded("iccpr-data.csv", name), name, key="ccode")
    cape_verde = frame.table["ccode"].eq(_CAPE_VERDE).to_numpy()

    def values(on: frozenset[str]) -> Values:
        known = frame.choose(ours, by_code, keys=keys, on=on)
        known = np.where(cape_verde, 1.0, known) if "hand" in on else known
        return frame.forward(known) if "E4-forward" in on else known

    return Predictor(name=name, conventions=(*keys, "E4-forward", "hand"), values=values)
