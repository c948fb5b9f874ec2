"""Any scikit-learn classifier or pipeline as a risk model."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit
from sklearn.base import clone, is_classifier

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.inputs import (
    TrainingRows,
    column_order,
    feature_names,
    read_rows,
    read_training,
    to_training_order,
)
from rtop_forecast.models.interface import Contributions, RiskModel
from rtop_forecast.models.parameters import at_least, check_parameters

_CELLS_AT_ONCE = 20_000_000


class AnyClassifier(LogOddsClassifier):
    r"""A scikit-learn classifier or pipeline with the interface of the library's models.

    The estimator is cloned and fitted on a frame of the features, columns in the order of their names, rows in a fixed
    order; NaN is "not known", so a pipeline begins with an imputer unless its classifier takes NaN. A feature that was
    never known in training reaches the estimator as a constant. Integer weights repeat rows, which every estimator
    understands; other weights are passed on as ``sample_weight``. Its probabilities are kept within
    :math:`[1/(2n+2),\; 1-1/(2n+2)]`, n the sum of weights: with n rows no smaller risk can be told from none.

    Contributions are Shapley values against a row whose every feature is at its training median, over ``permutations``
    random orders of the features and their reverses; each order adds up exactly, so their mean does.

    Parameters
    ----------
    estimator : classifier
        With ``fit`` and ``predict_proba``. It must not reweight classes: reweighted scores are not probabilities.
    permutations : int
        Pairs of orders of the features.
    seed : int
        Seed of the orders, and of every ``random_state`` that is left None.

    Attributes
    ----------
    estimator_ : classifier
        The fitted clone.
    medians_ : ndarray of shape (n_features,)
        Reference of the contributions; NaN for a feature never known in training.
    floor_ : float
        Lowest probability given.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Castro, J., Gómez, D. & Tejada, J. (2009). Polynomial calculation of the Shapley value based on sampling.
    Computers & Operations Research, 36(5), 1726-1730.
    Mitchell, R., Cooper, J., Frank, E. & Holmes, G. (2022). Sampling permutations for Shapley value estimation.
    Journal of Machine Learning Research, 23(43).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = AnyClassifier(LogisticRegression()).fit(X, [0, 1, 0, 1])
    >>> part = model.contributions(X)
    >>> bool(np.allclose(part.log_odds, model.log_odds(X), atol=1e-9))
    True
    """

    estimator_: Any
    medians_: FloatArray
    floor_: float

    def __init__(self, estimator: Any, *, permutations: int = 5, seed: int = 0) -> None:
        self.estimator = estimator
        self.permutations = permutations
        self.seed = seed

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a clone of the estimator.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.

        Returns
        -------
        AnyClassifier
            Itself, fitted.

        Raises
        ------
        InputError
            If the input breaks a rule or the estimator refuses it, with the estimator's own words.
        """
        check_parameters(self, permutations=at_least(1), seed=at_least(0))
        if not (hasattr(self.estimator, "predict_proba") and is_classifier(self.estimator)):
            message = f"estimator must be a classifier with predict_proba; got {quoted(self.estimator)}."
            raise InputError(message)
        rows = read_training(self, X, y, sample_weight)
        self.classes_ = rows.classes
        self.medians_ = to_training_order(self, rows.medians)
        self.floor_ = 0.5 / (float(rows.weight.sum()) + 1.0)
        self.estimator_ = self._fitted(rows)
        return self

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self._log_odds(read_rows(self, X))

    def contributions(self, X: Any) -> Contributions:
        """Shapley values over random orders of the features, as the class says."""
        rows = read_rows(self, X)
        reference = self.medians_[column_order(self)]
        start = float(self._log_odds(reference[None])[0])
        generator = np.random.default_rng(self.seed)
        orders: list[NDArray[np.intp]] = [
            generator.permutation(rows.shape[1]) for _ in range(self.permutations)
        ]
        orders += [order[::-1] for order in orders]
        values = np.zeros(rows.shape)
        step = max(1, _CELLS_AT_ONCE // (rows.shape[1] + 1) ** 2)
        for first in range(0, len(rows), step):
            part = rows[first : first + step]
            for order in orders:
                values[first : first + step] += self._steps(part, reference, order) / len(orders)
        return Contributions(
            feature_names=tuple(feature_names(self)), values=to_training_order(self, values), baseline=start
        )

    def _steps(self, rows: FloatArray, reference: FloatArray, order: NDArray[np.intp]) -> FloatArray:
        """Change of the log-odds as each feature in turn takes the row's value instead of the reference's."""
        count, width = rows.shape
        walk = np.repeat(np.broadcast_to(reference, (1, width)), count * (width + 1), axis=0)
        walk = walk.reshape(count, width + 1, width)
        for place, column in enumerate(order, start=1):
            walk[:, place:, column] = rows[:, column][:, None]
        scores = self._log_odds(walk.reshape(-1, width)).reshape(count, width + 1)
        gains = np.empty((count, width))
        gains[:, order] = np.diff(scores, axis=1)
        return gains

    def _fitted(self, rows: TrainingRows) -> Any:
        labels = self.classes_[rows.outcome.astype(int)]
        estimator = clone(self.estimator)
        # an estimator left to chance would give other numbers at every run
        unset = [
            name
            for name, value in estimator.get_params(deep=True).items()
            if name.rpartition("__")[2] == "random_state" and value is None
        ]
        estimator.set_params(**dict.fromkeys(unset, self.seed))
        integers = (rows.weight == np.round(rows.weight)).all()
        place = np.repeat(np.arange(len(labels)), rows.weight.astype(int) if integers else 1)
        more = {} if integers else {"sample_weight": rows.weight}
        try:
            return estimator.fit(self._frame(rows.features[place]), labels[place], **more)
        except (TypeError, ValueError) as error:
            hint = (
                " Begin the pipeline with an imputer: NaN means that a value is not known."
                if "NaN" in str(error)
                else ""
            )
            message = f"{type(estimator).__name__} refuses these rows: {error}{hint}"
            raise InputError(message) from error

    def _log_odds(self, rows: FloatArray) -> FloatArray:
        prob = np.asarray(self.estimator_.predict_proba(self._frame(rows)), dtype=np.float64)
        column = list(self.estimator_.classes_).index(self.classes_[1])
        return np.asarray(logit(np.clip(prob[:, column], self.floor_, 1.0 - self.floor_)))

    def _frame(self, rows: FloatArray) -> pd.DataFrame | FloatArray:
        """Rows in canonical column order as the estimator sees them: named if they were.

        A column that was never known in training tells nothing, and not every estimator takes it: it is a constant.
        """
        never = np.isnan(self.medians_[column_order(self)])
        if never.any():
            rows = np.where(never, 0.0, rows)
        if not hasattr(self, "feature_names_in_"):
            return rows
        names = feature_names(self)
        return pd.DataFrame(rows, columns=[names[place] for place in column_order(self)])


def as_risk_model(model: Any) -> RiskModel:
    """Return a model of the library as it is, any other classifier within :class:`AnyClassifier`.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(model, type):
        message = f"the model must be an instance: {model.__name__}(...), not the class {model.__name__}."
        raise InputError(message)
    if isinstance(model, RiskModel) and hasattr(model, "get_params"):
        return model
    if hasattr(model, "get_params") and hasattr(model, "fit") and is_classifier(model):
        if hasattr(model, "predict_proba"):
            return AnyClassifier(model)
        message = f"the model must give probabilities; {type(model).__name__} has no predict_proba."
        raise InputError(message)
    message = (
        f"the model must be one of rtop_forecast.models or a classifier of scikit-learn's kind; {quoted(model)} is "
        "neither."
    )
    raise InputError(message)


def model_name(model: Any) -> str:
    """Name of a model in tables: its class, and what a wrapped pipeline ends in."""
    if isinstance(model, AnyClassifier):
        steps = getattr(model.estimator, "steps", None)
        return type(steps[-1][1] if steps else model.estimator).__name__
    return type(model).__name__
