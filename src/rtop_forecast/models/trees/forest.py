"""Random forest and extremely randomised trees, averaged in probability, with contributions in log-odds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.inputs import (
    TrainingRows,
    adopt,
    feature_names,
    read_rows,
    read_training,
    to_training_order,
)
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.parameters import (
    FLAG,
    POSITIVE,
    POSITIVE_SHARE,
    PROPER_SHARE,
    at_least,
    check_parameters,
)
from rtop_forecast.models.trees.ensemble import filled, grow, raw_scores, stand_ins, tree_counts, tree_shap


class ProbabilityForest(LogOddsClassifier):
    r"""Average of many deep trees, each grown on its own draw of rows and features.

    A leaf's probability is its share of events, drawn towards the training prevalence :math:`\bar p` as if it
    held ``shrinkage`` further rows: :math:`(k + s \bar p) / (n + s)`. So no forecast is 0 or 1, however pure
    a leaf. The forest is the mean of its trees in probability; classes are never reweighted. Missing values go
    down the branch that lowers the squared error; where a feature was always known in training, the
    training median stands in.

    Parameters
    ----------
    n_estimators : int
        Trees.
    num_leaves : int
        Leaves per tree at most, at least 2.
    min_data_in_leaf : int
        Rows per leaf at least.
    feature_fraction : float
        Share of features drawn for each split, of those drawn for its tree, in (0, 1].
    tree_feature_fraction : float
        Share of features drawn for each tree, in (0, 1]. Below 1 trees grow faster and are less alike.
    bagging_fraction : float
        Share of rows drawn, without replacement, for each tree, in (0, 1).
    extra_trees : bool
        Whether each split tries one random threshold per feature instead of the best one.
    shrinkage : float
        Rows of average risk added to each leaf, positive.
    max_bin : int
        Histogram bins per feature.
    seeds : int
        Forests that are averaged, each of ``n_estimators`` trees from a seed of its own.
    seed : int

    Attributes
    ----------
    booster_texts_ : tuple of str
        The forest in LightGBM's text format; all predictions come from it.
    medians_ : ndarray of shape (n_features,)
        Stand-in for a missing value where the feature was always known in training, else NaN.
    prevalence_ : float
        Weighted share of events in training.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning, 45, 5-32.
    Geurts, P., Ernst, D. & Wehenkel, L. (2006). Extremely randomized trees. Machine Learning, 63, 3-42.
    Ke, G. et al. (2017). LightGBM: a highly efficient gradient boosting decision tree. Advances in
    Neural Information Processing Systems, 30.
    """

    _saved_state: ClassVar[Mapping[str, str]] = {
        "booster_texts_": "texts",
        "medians_": "floats",
        "prevalence_": "float",
    }

    booster_texts_: tuple[str, ...]
    medians_: FloatArray
    prevalence_: float

    def __init__(  # noqa: PLR0913 (public entry point)
        self,
        *,
        n_estimators: int = 100,
        num_leaves: int = 31,
        min_data_in_leaf: int = 30,
        feature_fraction: float = 0.15,
        tree_feature_fraction: float = 1.0,
        bagging_fraction: float = 0.5,
        extra_trees: bool = False,
        shrinkage: float = 50.0,
        max_bin: int = 63,
        seeds: int = 1,
        seed: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.num_leaves = num_leaves
        self.min_data_in_leaf = min_data_in_leaf
        self.feature_fraction = feature_fraction
        self.tree_feature_fraction = tree_feature_fraction
        self.bagging_fraction = bagging_fraction
        self.extra_trees = extra_trees
        self.shrinkage = shrinkage
        self.max_bin = max_bin
        self.seeds = seeds
        self.seed = seed

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative. Weights count in the leaves' shares, not in ``min_data_in_leaf``.

        Returns
        -------
        ProbabilityForest
            Itself, fitted.

        Raises
        ------
        InputError
            If a parameter or the input breaks a rule.
        """
        self._check_parameters()
        self.fit_rows(read_training(self, X, y, sample_weight))
        return self

    def fit_rows(self, rows: TrainingRows) -> None:
        """Fit on rows that were read before."""
        self._check_parameters()
        adopt(self, rows)
        self.medians_ = stand_ins(self, rows)
        self.booster_texts_ = grow(
            rows, self._settings(), trees=self.n_estimators, seeds=range(self.seed, self.seed + self.seeds)
        )
        self.prevalence_ = float((rows.weight * rows.outcome).sum() / rows.weight.sum())

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the mean probability; see :class:`RiskModel`."""
        return self.log_odds_rows(read_rows(self, X))

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds of rows that were read before."""
        total = raw_scores(self.booster_texts_, filled(self, rows))
        return np.asarray(logit(self._mean(total)))

    def contributions(self, X: Any) -> Contributions:
        r"""TreeSHAP values of the probability, carried to log-odds.

        With :math:`\varphi_j` the path-dependent values, :math:`p_0` their baseline and :math:`p` the forecast,
        a contribution is :math:`\varphi_j (\mathrm{logit}\, p - \mathrm{logit}\, p_0) / (p - p_0)`: the
        secant of the log-odds, the same factor for every feature of a row.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns as at ``fit``.

        Returns
        -------
        Contributions
            A feature the forest does not use gets exactly 0.

        Raises
        ------
        DataIntegrityError
            If LightGBM's values miss its own score by more than rounding.

        References
        ----------
        Lundberg, S. M. et al. (2020). From local explanations to global understanding with explainable
        AI for trees. Nature Machine Intelligence, 2, 56-67.
        """
        return self.contributions_rows(read_rows(self, X))

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions to rows that were read before."""
        values, expected = tree_shap(self.booster_texts_, filled(self, rows))
        values, expected = values / self._trees(), float(self._mean(expected))
        distance = values.sum(axis=1)
        baseline = float(logit(expected))
        total = np.asarray(logit(expected + distance)) - baseline
        # where a forecast meets the baseline the secant becomes the tangent
        tangent = 1.0 / (expected * (1.0 - expected))
        near = np.abs(distance) <= 1e-9
        secant = np.divide(total, distance, out=np.full(len(values), tangent), where=~near)
        return Contributions(
            feature_names=tuple(feature_names(self)),
            values=to_training_order(self, values * secant[:, None]),
            baseline=baseline,
        )

    def _trees(self) -> float:
        """Trees of one booster, on average."""
        return sum(tree_counts(text)[0] for text in self.booster_texts_) / len(self.booster_texts_)

    def _mean(self, total: Any) -> Any:
        """Mean probability from a booster's sum over its trees, itself the mean of the boosters' sums.

        A tree that found no split stands for the prevalence.
        """
        counts = [tree_counts(text) for text in self.booster_texts_]
        boosters = len(counts)
        unsplit, value = sum(count[1] for count in counts), sum(count[2] for count in counts)
        return (total - value / boosters + unsplit / boosters * self.prevalence_) / self._trees()

    def multiply_trees(self, factor: float) -> None:
        """Grow so many times as many trees, and at least one.

        More come from further seeds: trees of one LightGBM forest share a part of their randomness, which more of them
        do not average out.
        """
        if factor >= 1:
            self.seeds = round(self.seeds * factor)
        else:
            self.n_estimators = max(1, round(self.n_estimators * factor))

    def _check_parameters(self) -> None:
        check_parameters(
            self,
            n_estimators=at_least(1),
            num_leaves=at_least(2),
            min_data_in_leaf=at_least(1),
            feature_fraction=POSITIVE_SHARE,
            tree_feature_fraction=POSITIVE_SHARE,
            bagging_fraction=PROPER_SHARE,
            extra_trees=FLAG,
            shrinkage=POSITIVE,
            max_bin=at_least(2),
            seeds=at_least(1),
            seed=at_least(0),
        )

    def _settings(self) -> dict[str, Any]:
        return {
            # squared error on 0/1: a leaf's value is its share of events
            "objective": "regression",
            "boosting": "rf",
            "boost_from_average": True,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "min_sum_hessian_in_leaf": 0.0,
            "lambda_l2": self.shrinkage,
            "feature_fraction": self.tree_feature_fraction,
            "feature_fraction_bynode": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "extra_trees": self.extra_trees,
            "max_bin": self.max_bin,
            # by rows is faster where a tree looks at all features
            "force_row_wise" if self.tree_feature_fraction == 1.0 else "force_col_wise": True,
        }
