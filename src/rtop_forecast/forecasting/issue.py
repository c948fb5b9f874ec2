"""The day on which a forecast is issued: not before what its features hold was out."""

from __future__ import annotations

import calendar
from datetime import date

from rtop_forecast.checks.arguments import calendar_date
from rtop_forecast.errors import LeakageError
from rtop_forecast.features import Features

__all__ = ["issue_date"]


def issue_date(features: Features, origin: int, issued: date | None) -> date:
    """Issue date of a forecast: the day asked for, or the end of the features' issue month.

    Parameters
    ----------
    features : Features
    origin : int
    issued : datetime.date, optional

    Raises
    ------
    LeakageError
        If it lies before the end of the month by which the features' values were published.
    """
    month = features.issue_month
    earliest = date(origin + 1, month, calendar.monthrange(origin + 1, month)[1])
    issued = None if issued is None else calendar_date(issued, name="issued")
    if issued is not None and issued < earliest:
        message = (
            f"these features hold what was published by {earliest.isoformat()}, after the issue date "
            f"{issued.isoformat()}. Build them with issue_month={max(1, issued.month - 1)} or name a later date."
        )
        raise LeakageError(message)
    return earliest if issued is None else issued
