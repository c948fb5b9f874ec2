"""What newer data changed in a ranking: every state's change with its interval, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import instance_of
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.forecasting.change import ChangeAttribution, basis_change
from rtop_forecast.forecasting.draws import Earlier, change_draws
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.options import DrawOptions

__all__ = ["Changes", "list_changes"]

_NOTHING = 1e-9  # in log-odds: rounding
_FELT = 1.005  # a factor on the odds that is not read as x1.00


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Changes(Displayed):
    """Changes of all states between two forecasts; made by :func:`list_changes`.

    Attributes
    ----------
    earlier, later : Forecast
    frame : pandas.DataFrame
        One row per state that both rank, the largest change first: ``country_id, name, prob_before, prob,
        rank_before, rank, data_odds, data_odds_low, data_odds_high`` (what the data changed in its odds, with the
        interval), ``change_odds, change_odds_low, change_odds_high`` (the same beyond the mean change of all states)
        and ``clear``: whether both intervals exclude no change. A state whose data are the same as before thus has
        not changed, whatever the mean did.
    entered, left : tuple of str
        States that the later or the earlier forecast alone ranks.
    """

    earlier: Forecast
    later: Forecast
    frame: pd.DataFrame
    entered: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def clear(self) -> pd.DataFrame:
        """States whose intervals of the change exclude no change."""
        table: pd.DataFrame = self.frame.loc[self.frame["clear"]].reset_index(drop=True)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def explain(self, country_id: int) -> ChangeAttribution:
        """Exact parts of the change in one state's log-odds.

        Raises
        ------
        CoverageError
            If one of the forecasts does not rank it.
        """
        return basis_change(self.earlier.basis, self.later.basis, country_id)

    def reasons(self, country_id: int, *, count: int = 3) -> pd.DataFrame:
        """Features whose data moved a state most in the direction of its change.

        Returns
        -------
        pandas.DataFrame
            ``feature, label, odds`` (factor on the odds), the largest first; empty where none is felt.
        """
        change = self.explain(country_id).frame
        row = self.frame.loc[self.frame["country_id"] == country_id, "change_odds"]
        sign = np.sign(np.log(float(row.iloc[0])))
        moved = change["revised_information"] + change["new_information"]
        along = sign * moved
        largest = along[along >= np.log(_FELT)].sort_values(ascending=False, kind="stable").index[:count]
        table: pd.DataFrame = change.loc[largest, ["feature", "label"]].reset_index(drop=True)
        table["odds"] = np.exp(moved[largest].to_numpy(dtype=float))
        return table

    def summary(self) -> str:
        """Lay out the clear changes, else the largest, with their reasons."""
        clear, lines = self.clear, [self._headline()]
        moved = self.frame[(self.frame["data_odds"] - 1).abs() > _NOTHING]
        for row in (clear if len(clear) else moved.head(5)).to_dict("records"):
            why = "; ".join(
                f"{one['label']} (x{one['odds']:.2f})"
                for one in self.reasons(row["country_id"]).to_dict("records")
            )
            lines.append(
                f"  {row['name']}: {row['prob_before']:.1%} to {row['prob']:.1%}, odds x{row['change_odds']:.2f} "
                f"({row['change_odds_low']:.2f} to {row['change_odds_high']:.2f})"
                + (f", by {why}" if why else "")
            )
        return "\n".join(lines)

    def _headline(self) -> str:
        count = len(self.clear)
        return (
            f"{count or 'no'} of {len(self.frame)} states changed clearly "
            f"({self.later.level:.0%} interval of the change)"
        )

    def _shown(self) -> pd.DataFrame:
        return self.frame.drop(columns="country_id")


def list_changes(
    earlier: Forecast,
    later: Forecast,
    *,
    draws: int = 50,
    n_jobs: int | None = None,
    progress: str | None = None,
) -> Changes:
    """List what newer data changed in the odds of every state, in all and beyond the change of the world.

    The later model, refitted on resamples of countries, reads the data behind both forecasts; the error of a refit is
    common to both and cancels. What is refitted or recalibrated is no news of a state and does not count; the parts of
    a change, these among them, are in :meth:`Changes.explain`.

    Parameters
    ----------
    earlier, later : Forecast
        Of one question, from other data or another origin. A feature that the earlier data lack has no value in them.
    draws : int
        Resamples of countries, at least 20.
    n_jobs : int, optional
    progress : str, optional
        Caption of the progress on stderr.

    Returns
    -------
    Changes

    Raises
    ------
    InputError
        If the two forecasts are of different questions.
    """
    for name, forecast in (("earlier", earlier), ("later", later)):
        instance_of(forecast, Forecast, name=name, remedy="Make it with forecast(...).")
    check_belongs(
        earlier.provenance,
        later.provenance,
        what="the earlier forecast",
        remedy="Compare forecasts of one question.",
        parts=("event", "kind", "horizon"),
    )
    basis = earlier.basis
    then = Earlier(
        matrix=basis.matrix.reindex(columns=later.basis.matrix.columns),
        countries=basis.keys["country_id"].to_numpy(dtype=np.int64),
        groups=basis.groups,
    )
    options = DrawOptions(draws=draws, n_jobs=n_jobs, progress=progress)
    whole, beyond = change_draws(later.basis, then, options)
    return Changes(
        earlier=earlier,
        later=later,
        frame=_frame(earlier, later, whole, beyond),
        entered=_only(later, earlier),
        left=_only(earlier, later),
    )


def _frame(earlier: Forecast, later: Forecast, whole: FloatArray, beyond: FloatArray) -> pd.DataFrame:
    keys = later.basis.keys["country_id"].to_numpy()
    both = np.isfinite(whole).all(axis=0)
    table = pd.DataFrame({"country_id": keys[both]})
    clear = np.ones(len(table), dtype=bool)
    size = np.full(len(table), np.inf)
    for name, drawn in (("data_odds", whole[:, both]), ("change_odds", beyond[:, both])):
        share = (1 - later.level) / 2
        centre = np.median(drawn, axis=0)
        low, high = np.quantile(drawn, [share, 1 - share], axis=0)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = np.exp(centre), np.exp(low), np.exp(high)
        clear &= (low > _NOTHING) | (high < -_NOTHING)
        size = np.minimum(size, np.abs(centre))
    before = earlier.frame[["country_id", "prob", "rank"]]
    before = before.rename(columns={"prob": "prob_before", "rank": "rank_before"})
    states = later.frame[["country_id", "name", "prob", "rank"]].merge(before, on="country_id")
    table = table.assign(clear=clear, size=size).merge(states, on="country_id", validate="one_to_one")
    odds = [f"{name}{end}" for name in ("data_odds", "change_odds") for end in ("", "_low", "_high")]
    columns = ["country_id", "name", "prob_before", "prob", "rank_before", "rank", *odds, "clear"]
    # equal changes, as of one variable that everybody shares, in the order of the ranking
    table["size"] = table["size"].round(9)
    order = table.sort_values(["size", "rank"], ascending=[False, True], kind="stable")
    return order[columns].reset_index(drop=True)


def _only(one: Forecast, other: Forecast) -> tuple[str, ...]:
    table = one.frame
    return tuple(sorted(table.loc[~table["country_id"].isin(other.frame["country_id"]), "name"]))
