"""What stands in a loaded forecast for a model of the user's own, which is not saved."""

from __future__ import annotations

from typing import Any, NoReturn

from sklearn.base import BaseEstimator

from rtop_forecast.errors import InputError

__all__ = ["UnsavedModel"]


class UnsavedModel(BaseEstimator):  # type: ignore[misc]
    """Name of a model that a saved forecast was made by; it computes nothing.

    Parameters
    ----------
    description : str
        ``repr`` of the model.
    """

    def __init__(self, description: str = "") -> None:
        self.description = description

    def fit(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: there is no model.

        Raises
        ------
        InputError
        """
        self._refuse()

    def log_odds(self, *_: Any) -> NoReturn:
        """Raise: there is no model.

        Raises
        ------
        InputError
        """
        self._refuse()

    def predict_proba(self, *_: Any) -> NoReturn:
        """Raise: there is no model.

        Raises
        ------
        InputError
        """
        self._refuse()

    def contributions(self, *_: Any) -> NoReturn:
        """Raise: there is no model.

        Raises
        ------
        InputError
        """
        self._refuse()

    def _refuse(self) -> NoReturn:
        message = (
            f"the forecast was saved without its model, which is not of rtop_forecast.models: {self.description}. "
            "Probabilities, intervals and explanations are there; for more, make the forecast again."
        )
        raise InputError(message)
