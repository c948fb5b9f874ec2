"""Small gradient-boosted trees, averaged over seeds, with exact additive contributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from numpy.typing import ArrayLike

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
from rtop_forecast.models.parameters import FLAG, NOT_NEGATIVE, POSITIVE_SHARE, at_least, check_parameters
from rtop_forecast.models.trees.ensemble import filled, grow, monotone_signs, raw_scores, stand_ins, tree_shap


class BoostedTrees(LogOddsClassifier):
    """LightGBM with settings for few events: small trees, slow learning, strong regularisation.

    ``seeds`` boosters that differ in the features, rows and thresholds drawn for each tree are
    averaged in log-odds. Each starts from the training prevalence; classes are never reweighted, so the scores
    stay probabilities. Missing values go down the branch that lowers the loss. A feature that was
    always known in training has no such branch, and LightGBM would read a missing value as 0: there
    the training median stands in.

    Parameters
    ----------
    n_estimators : int
        Trees per booster.
    learning_rate : float
        Shrinkage of each tree.
    num_leaves : int
        Leaves per tree, at least 2.
    min_data_in_leaf : int
        Rows per leaf at least.
    min_sum_hessian : float
        Sum of prob * (1 - prob) per leaf at least: about the expected events in it.
    lambda_l2 : float
        Ridge penalty on leaf values.
    feature_fraction : float
        Share of features drawn for each tree, in (0, 1].
    bagging_fraction : float
        Share of rows drawn, without replacement, for each tree, in (0, 1]; 1 uses all.
    extra_trees : bool
        Whether each split tries one random threshold per feature instead of the best one, as in
        extremely randomised trees: rougher single trees, a steadier average.
    max_bin : int
        Histogram bins per feature.
    monotone : dict of str to int, optional
        Features whose effect may only rise (1) or fall (-1), for example the expected signs of the catalogue.
    seeds : int
        Boosters averaged.
    seed : int
        Seed of the first booster; the others follow on.

    Attributes
    ----------
    booster_texts_ : tuple of str
        The boosters in LightGBM's text format; all predictions come from these.
    medians_ : ndarray of shape (n_features,)
        Stand-in for a missing value where the feature was always known in training, else NaN.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Ke, G. et al. (2017). LightGBM: a highly efficient gradient boosting decision tree. Advances in
    Neural Information Processing Systems, 30.
    Geurts, P., Ernst, D. & Wehenkel, L. (2006). Extremely randomized trees. Machine Learning, 63, 3-42.
    Lundberg, S. M. et al. (2020). From local explanations to global understanding with explainable
    AI for trees. Nature Machine Intelligence, 2, 56-67.
    """

    _saved_state: ClassVar[Mapping[str, str]] = {"booster_texts_": "texts", "medians_": "floats"}

    booster_texts_: tuple[str, ...]
    medians_: FloatArray

    def __init__(  # noqa: PLR0913 (public entry point)
        self,
        *,
        n_estimators: int = 150,
        learning_rate: float = 0.03,
        num_leaves: int = 6,
        min_data_in_leaf: int = 50,
        min_sum_hessian: float = 1.0,
        lambda_l2: float = 10.0,
        feature_fraction: float = 0.4,
        bagging_fraction: float = 1.0,
        extra_trees: bool = False,
        max_bin: int = 63,
        monotone: Mapping[str, int] | None = None,
        seeds: int = 3,
        seed: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_data_in_leaf = min_data_in_leaf
        self.min_sum_hessian = min_sum_hessian
        self.lambda_l2 = lambda_l2
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.extra_trees = extra_trees
        self.max_bin = max_bin
        self.monotone = monotone
        self.seeds = seeds
        self.seed = seed

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Grow the boosters.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative. Weights count in ``min_sum_hessian``, not in ``min_data_in_leaf``.

        Returns
        -------
        BoostedTrees
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
        seeds = range(self.seed, self.seed + self.seeds)
        self.booster_texts_ = grow(rows, self._settings(), trees=self.n_estimators, seeds=seeds)

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self.log_odds_rows(read_rows(self, X))

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds of rows that were read before."""
        return raw_scores(self.booster_texts_, filled(self, rows))

    def contributions(self, X: Any) -> Contributions:
        """TreeSHAP values (path-dependent) averaged over the boosters.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns as at ``fit``.

        Returns
        -------
        Contributions
            Rounding error against ``log_odds`` is spread over a row's contributions in proportion to
            their size, so that the sum holds and an unused feature keeps exactly 0.

        Raises
        ------
        DataIntegrityError
            If LightGBM's contributions miss its own score by more than rounding.
        """
        return self.contributions_rows(read_rows(self, X))

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions to rows that were read before."""
        values, expected = tree_shap(self.booster_texts_, filled(self, rows))
        return Contributions(
            feature_names=tuple(feature_names(self)),
            values=to_training_order(self, values),
            baseline=expected,
        )

    def multiply_trees(self, factor: float) -> None:
        """Average over so many times as many seeds, and at least one."""
        self.seeds = max(1, round(self.seeds * factor))

    def _check_parameters(self) -> None:
        check_parameters(
            self,
            n_estimators=at_least(1),
            learning_rate=POSITIVE_SHARE,
            num_leaves=at_least(2),
            min_data_in_leaf=at_least(1),
            min_sum_hessian=NOT_NEGATIVE,
            lambda_l2=NOT_NEGATIVE,
            feature_fraction=POSITIVE_SHARE,
            bagging_fraction=POSITIVE_SHARE,
            extra_trees=FLAG,
            max_bin=at_least(2),
            seeds=at_least(1),
            seed=at_least(0),
        )

    def _settings(self) -> dict[str, Any]:
        constraints = monotone_signs(self, self.monotone)
        return {
            "objective": "binary",
            "boost_from_average": True,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "min_sum_hessian_in_leaf": self.min_sum_hessian,
            "lambda_l2": self.lambda_l2,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "extra_trees": self.extra_trees,
            "max_bin": self.max_bin,
            # few features are drawn per tree
            "force_col_wise": True,
        } | ({} if constraints is None else {"monotone_constraints": constraints})
