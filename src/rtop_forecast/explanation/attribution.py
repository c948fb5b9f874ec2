"""Why a forecast is what it is: contributions in log-odds that add up exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError
from rtop_forecast.explanation.reference import world_name
from rtop_forecast.explanation.words import reference_name, sentence
from rtop_forecast.features import FeatureSpec
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.language import Language
from rtop_forecast.logistic import probability


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attributions(Displayed):
    """Contributions to one state's calibrated log-odds, compared with a reference.

    Attributes
    ----------
    country_id : int
    name : str
    origin_year : int
    reference : str
        Compared with whom: "the world's states of 2024", "its own 2014-2023" or the group's name.
    baseline : float
        Calibrated log-odds of the reference: the mean over its states (or years) before calibration.
    frame : pandas.DataFrame
        One row per feature: ``feature, label, unit, scale, risk_factor`` (primary), ``source`` (of its first variable),
        ``value``, ``age`` (years), ``reference_median`` and ``contribution`` (log-odds).
        ``baseline + contribution.sum()`` is the state's calibrated log-odds to 1e-9.
    specs : tuple of FeatureSpec
        Of the rows, in order.
    """

    country_id: int
    name: str
    origin_year: int
    reference: str
    baseline: float
    frame: pd.DataFrame
    specs: tuple[FeatureSpec, ...]

    @property
    def log_odds(self) -> float:
        """Calibrated log-odds of the forecast."""
        return self.baseline + float(self.frame["contribution"].sum())

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table by feature."""
        return self.frame.copy()

    def by_feature(self) -> pd.DataFrame:
        """Features ordered by the size of their contribution."""
        order = self.frame["contribution"].abs().sort_values(ascending=False, kind="stable").index
        return self.frame.loc[order].reset_index(drop=True)

    def by_risk_factor(self) -> pd.DataFrame:
        """Contribution of each UN risk factor, each feature counted under its primary factor.

        Returns
        -------
        pandas.DataFrame
            ``risk_factor, title, contribution, odds_ratio, features, observed``; factors that no
            feature speaks to are listed with missing contributions, never as zero.
        """
        rows = []
        for number in range(1, 15):
            part = self.frame[self.frame["risk_factor"] == number]
            total = float(part["contribution"].sum()) if len(part) else np.nan
            rows.append(
                {
                    "risk_factor": number,
                    "title": find_risk_factor(number).short,
                    "contribution": total,
                    "odds_ratio": np.exp(total),
                    "features": len(part),
                    "observed": int(part["value"].notna().sum()),
                }
            )
        return pd.DataFrame(rows)

    def by_source(self) -> pd.DataFrame:
        """Contribution of each source of data: ``source, contribution, odds_ratio, features``, largest first."""
        grouped = self.frame.groupby("source", sort=True)["contribution"]
        table = grouped.agg(contribution="sum", features="size").reset_index()
        table["odds_ratio"] = np.exp(table["contribution"])
        order = table["contribution"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[order, ["source", "contribution", "odds_ratio", "features"]].reset_index(drop=True)

    def sentences(self, count: int = 5, *, lang: str = "en") -> list[str]:
        """Say the largest contributions in plain words and natural units; a description, not causes.

        Parameters
        ----------
        count : int
            How many features, those with the largest contributions first.
        lang : str
            Language: one of :data:`rtop_forecast.LANGUAGES`.
        """
        order = self.frame["contribution"].abs().sort_values(ascending=False, kind="stable").index[:count]
        language = Language.of(lang)
        return [
            sentence(
                self.specs[place],
                language,
                value=float(self.frame["value"].iloc[place]),
                reference=float(self.frame["reference_median"].iloc[place]),
                contribution=float(self.frame["contribution"].iloc[place]),
                world=self.reference == world_name(self.origin_year),
            )
            for place in order
            if self.frame["contribution"].iloc[place] != 0
        ]

    def summary(self, *, lang: str = "en") -> str:
        """Probability, reference, risk factors and the largest features, as text.

        Parameters
        ----------
        lang : str
            Language: one of :data:`rtop_forecast.LANGUAGES`.
        """
        language = Language.of(lang)
        (name,) = language.states([self.country_id], [self.name], self.origin_year)
        prob, typical = probability(np.array([self.log_odds, self.baseline]))
        lines = [
            language.text(
                "{name}, origin {origin}: {prob}; compared with {reference}: {typical}",
                name=name,
                origin=self.origin_year,
                prob=language.percent(f"{100 * prob:.1f}"),
                reference=reference_name(self.reference, language),
                typical=language.percent(f"{100 * typical:.1f}"),
            )
        ]
        table = self.by_risk_factor().dropna(subset=["contribution"])
        table["title"] = [language.text(title) for title in table["title"]]
        width = max([26, *table["title"].str.len()])
        for row in table.sort_values("contribution", ascending=False, kind="stable").to_dict("records"):
            odds = language.text("odds x {ratio}", ratio=language.decimal(f"{row['odds_ratio']:.2f}"))
            lines.append(f"  {row['risk_factor']:>2} {row['title']:<{width}} {odds}")
        features = (f"  {line}" for line in self.sentences(lang=lang))
        return "\n".join([*lines, language.text("Largest features:"), *features])

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return self.by_feature()[["feature", "value", "reference_median", "contribution"]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AttributionTable(Displayed):
    """Contributions of all features for all states of one origin year.

    Attributes
    ----------
    keys : pandas.DataFrame
        ``country_id, name`` of each row.
    origin_year : int
    reference : str
        Compared with whom.
    baseline : ndarray of shape (n_states,)
        Calibrated log-odds of the reference, by the map of the state's group: the same for all of one group.
    contributions, values, ages : ndarray of shape (n_states, n_features)
    reference_medians : ndarray of shape (n_features,)
        Median of each feature over the reference.
    specs : tuple of FeatureSpec
    sources : tuple of str
        Source of each feature's first variable.
    """

    keys: pd.DataFrame
    origin_year: int
    reference: str
    baseline: FloatArray
    contributions: FloatArray
    values: FloatArray
    ages: FloatArray
    reference_medians: FloatArray
    specs: tuple[FeatureSpec, ...]
    sources: tuple[str, ...]

    def state(self, country_id: int) -> Attributions:
        """Attributions of one state.

        Raises
        ------
        CoverageError
            If the state has no forecast.
        """
        rows = np.flatnonzero(self.keys["country_id"].to_numpy() == country_id)
        if not rows.size:
            message = (
                f"GW {country_id} has no forecast from origin {self.origin_year}; it is not among the "
                f"{len(self.keys)} states at risk."
            )
            raise CoverageError(message)
        row = int(rows[0])
        frame = pd.DataFrame(
            {
                "feature": [spec.name for spec in self.specs],
                "label": [spec.label for spec in self.specs],
                "unit": [spec.unit or spec.coding for spec in self.specs],
                "scale": [spec.scale for spec in self.specs],
                "risk_factor": [spec.risk_factors[0] for spec in self.specs],
                "source": list(self.sources),
                "value": self.values[row],
                "age": self.ages[row],
                "reference_median": self.reference_medians,
                "contribution": self.contributions[row],
            }
        )
        return Attributions(
            country_id=country_id,
            name=str(self.keys["name"].iloc[row]),
            origin_year=self.origin_year,
            reference=self.reference,
            baseline=float(self.baseline[row]),
            frame=frame,
            specs=self.specs,
        )

    def by_risk_factor(self) -> pd.DataFrame:
        """Contribution of each factor (columns, by number) to each state (rows, as in ``keys``)."""
        primary = np.array([spec.risk_factors[0] for spec in self.specs])
        return pd.DataFrame(
            {
                number: self.contributions[:, primary == number].sum(axis=1)
                for number in sorted(set(primary.tolist()))
            },
            index=self.keys["country_id"].to_numpy(),
        )

    def _headline(self) -> str:
        return (
            f"Contributions for {len(self.keys)} states of {self.origin_year}, compared with {self.reference}"
        )

    def _shown(self) -> pd.DataFrame:
        return self.keys.assign(log_odds=self.baseline + self.contributions.sum(axis=1))
