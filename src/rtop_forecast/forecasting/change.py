"""Why a state's forecast moved: new information, revised information, a refitted model, recalibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.calibration import WithMonths
from rtop_forecast.calibration.staged import plain_groups
from rtop_forecast.checks.arguments import instance_of
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.explanation.attribute import secant
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.logistic import probability
from rtop_forecast.world.states import country

__all__ = ["ChangeAttribution", "explain_change"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChangeAttribution(Displayed):
    """Exact parts of the change in one state's calibrated log-odds between two forecasts.

    Attributes
    ----------
    country_id : int
    name : str
    origins : (int, int)
    log_odds : (float, float)
        Before and after.
    revised_information : float
        The earlier year's features as the later release has them.
    new_information : float
        From the earlier year's features to the later year's.
    changed_group : float
        The later year's group of the calibrator in place of the earlier one's, for example once an episode is under
        way; 0 where it is the same.
    refitted_model : float
        The later model in place of the earlier one, on the same features.
    recalibration : float
        The later calibrator in place of the earlier one.
    new_months : float
        What the months known at each issue date add, later less earlier; 0 where neither forecast knows months.
    frame : pandas.DataFrame
        By feature: ``feature, label, risk_factor, before, revised, after`` (values), ``revised_information,
        new_information`` (log-odds, adding up to the two parts).
    """

    country_id: int
    name: str
    origins: tuple[int, int]
    log_odds: tuple[float, float]
    revised_information: float
    new_information: float
    changed_group: float
    refitted_model: float
    recalibration: float
    frame: pd.DataFrame
    new_months: float = 0.0

    @property
    def parts(self) -> dict[str, float]:
        """The parts, which add up to the change: five, and a sixth where a forecast knows months."""
        months = {"new months": self.new_months} if self.new_months else {}
        return {
            "revised information": self.revised_information,
            "new information": self.new_information,
            "changed group": self.changed_group,
            "refitted model": self.refitted_model,
            "recalibration": self.recalibration,
            **months,
        }

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table by feature."""
        return self.frame.copy()

    def summary(self) -> str:
        """Probabilities, the parts and the features that moved most, as text."""
        before, after = probability(np.array(self.log_odds))
        lines = [f"{self.name}: {before:.1%} from {self.origins[0]} to {after:.1%} from {self.origins[1]}"]
        lines += [f"  {name:<20} odds x {np.exp(value):.2f}" for name, value in self.parts.items()]
        moved = self.frame["revised_information"] + self.frame["new_information"]
        for place in moved.abs().sort_values(ascending=False, kind="stable").index[:5]:
            if moved[place] != 0:
                lines.append(f"    {self.frame.loc[place, 'label']}: odds x {np.exp(moved[place]):.2f}")
        return "\n".join(lines)

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return pd.DataFrame({"part": list(self.parts), "log_odds": list(self.parts.values())})


def explain_change(earlier: Forecast, later: Forecast, state: str | int) -> ChangeAttribution:
    """Split the change in a state's log-odds between two forecasts into exact parts.

    Step by step, each from where the last one ended: the earlier model is given the earlier year's features as the
    later data have them (revised information), then the later year's (new information), both split by feature with
    its contributions; then the state moves to its later group, then the model is replaced, then the calibrator.

    Parameters
    ----------
    earlier, later : Forecast
        From different origins, releases or models; over the same features.
    state : str or int

    Returns
    -------
    ChangeAttribution

    Raises
    ------
    InputError
        If the two are of different questions or features, or the later data lack the earlier year.
    CoverageError
        If the state is not ranked in one of them.
    """
    for name, forecast in (("earlier", earlier), ("later", later)):
        instance_of(forecast, Forecast, name=name, remedy="Make it with forecast(...).")
    check_belongs(
        earlier.provenance,
        later.provenance,
        what="the earlier forecast",
        remedy="Compare forecasts of one question over the same features.",
        parts=("event", "kind", "horizon", "features"),
    )
    _same_features(earlier.basis, later.basis)
    return basis_change(earlier.basis, later.basis, country(state, year=later.origin_year))


def basis_change(first: Basis, second: Basis, country_id: int) -> ChangeAttribution:
    """Change between what stands behind two forecasts; see :func:`explain_change`.

    A feature that the later data lack has no value in them, so that its loss counts as revised information; what a
    feature tells that the earlier data lacked counts with the later model.
    """
    before, after = first.row(country_id), second.row(country_id)
    shared = after.reindex(columns=first.features.names)
    revised = _later_view(first, second, country_id)
    model, calibrator = first.fitted, first.calibrator
    step_one, shift_one = _by_feature(first, country_id, before, revised)
    step_two, shift_two = _by_feature(first, country_id, revised, shared)
    labels = first.group(country_id), second.group(country_id)
    # what months add is the same for all features of a state-year, and is set apart
    groups = plain_groups(labels[0]), plain_groups(labels[1])
    months = _months(first, labels[0]), _months(second, labels[1])
    old_group, new_group = (
        float(calibrator.apply_log_odds(model.log_odds(shared), groups=group)[0]) for group in groups
    )
    new_model = float(calibrator.apply_log_odds(second.fitted.log_odds(after), groups=groups[1])[0])
    end = float(second.log_odds(after, groups[1])[0])
    specs = first.features.specs
    frame = pd.DataFrame(
        {
            "feature": [spec.name for spec in specs],
            "label": [spec.label for spec in specs],
            "risk_factor": [spec.risk_factors[0] for spec in specs],
            "before": before.to_numpy(dtype=float)[0],
            "revised": revised.to_numpy(dtype=float)[0],
            "after": shared.to_numpy(dtype=float)[0],
            "revised_information": step_one,
            "new_information": step_two,
        }
    )
    keys = second.keys
    return ChangeAttribution(
        country_id=country_id,
        name=str(keys.loc[keys["country_id"] == country_id, "name"].iloc[0]),
        origins=(first.origin_year, second.origin_year),
        log_odds=(float(first.log_odds(before, groups[0])[0]) + months[0], end + months[1]),
        revised_information=shift_one,
        new_information=shift_two,
        changed_group=new_group - old_group,
        refitted_model=new_model - new_group,
        recalibration=end - new_model,
        new_months=months[1] - months[0],
        frame=frame,
    )


def _months(basis: Basis, label: NDArray[np.str_]) -> float:
    """Add up what the months of a state-year say."""
    calibrator = basis.calibrator
    return float(calibrator.parts(label).sum()) if isinstance(calibrator, WithMonths) else 0.0


def _same_features(first: Basis, second: Basis) -> None:
    apart = sorted(set(first.features.names) ^ set(second.features.names))
    if apart:
        message = (
            f"a change can be explained over the same features only; {len(apart)} are in one forecast alone, first "
            f"{apart[0]!r}. Build both with build_features(names=...) over the features they share."
        )
        raise InputError(message)


def _later_view(first: Basis, second: Basis, country_id: int) -> pd.DataFrame:
    """Features of the earlier year as the later data have them."""
    frame = second.features.frame
    rows = frame[(frame["country_id"] == country_id) & (frame["year"] == first.origin_year)]
    if rows.empty:
        message = (
            f"the later forecast's data hold no row of GW {country_id} in {first.origin_year}. "
            "Load a panel that reaches back to it."
        )
        raise InputError(message)
    return rows.reindex(columns=first.features.names).reset_index(drop=True)


def _by_feature(
    basis: Basis, country_id: int, start: pd.DataFrame, end: pd.DataFrame
) -> tuple[np.ndarray, float]:
    """Change of the calibrated log-odds under one model, by feature and in all."""
    names = basis.features.names
    raw = [basis.fitted.contributions(rows[names]) for rows in (start, end)]
    order = [list(raw[0].feature_names).index(name) for name in names]
    moved = raw[1].values[0, order] - raw[0].values[0, order]  # noqa: PD011 (not a DataFrame)
    at = float(basis.fitted.log_odds(start[names])[0])
    to = basis.fitted.log_odds(end[names])
    group = plain_groups(basis.group(country_id))
    parts = moved * secant(basis.calibrator, at, to, group)[0]
    start_and_end = np.array([at, to[0]])
    mapped = basis.calibrator.apply_log_odds(start_and_end, groups=np.repeat(group, 2))
    return parts, float(mapped[1] - mapped[0])
