"""One check of a leakage audit: what it is given, and what it must say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from rtop_forecast.display import Displayed
from rtop_forecast.features import Features
from rtop_forecast.forecasting.audit.findings import CheckedRule, Finding
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import RiskModel
from rtop_forecast.panel import Panel
from rtop_forecast.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AuditInputs(Displayed):
    """What a leakage check looks at.

    Attributes
    ----------
    features : Features
        As they go into the model.
    target : Target
    model : RiskModel
        Unfitted.
    rows : Sample
        Features and labels of the state-years at risk.
    origin : int
        Where the data are cut.
    build : callable
        From a panel to the features.
    result : BacktestResult or None
        A backtest whose calibration is checked too.
    seed : int
        Of the scrambling.
    """

    features: Features
    target: Target
    model: RiskModel
    rows: Sample
    origin: int
    build: Callable[[Panel], Features]
    result: BacktestResult | None
    seed: int


class LeakageCheck(ABC):
    """One check of a leakage audit; subclass it for a check of your own.

    A subclass sets ``code``, ``name`` and ``rule``, and yields what breaks the rule from :meth:`find`.
    Codes that begin with ``RTL`` are the library's.

    Attributes
    ----------
    code : str
        Unique among the checks of an audit.
    name : str
        A few words.
    rule : str
        What is true if the check passes, as a clause; ``{origin}`` stands for the audit's origin year.
    anchor : str
        Where the check is explained, such as a page and heading; empty for none.

    Examples
    --------
    >>> class NoNegatives(LeakageCheck):
    ...     code, name = "OWN001", "no negatives"
    ...     rule = "no feature is negative up to {origin}"
    ...
    ...     def find(self, inputs):
    ...         past = inputs.rows.keys["year"] <= inputs.origin
    ...         lowest = inputs.rows.matrix[past].min()
    ...         for feature in lowest.index[lowest < 0]:
    ...             yield self.finding(feature, f"falls to {lowest[feature]:g}")
    """

    code: ClassVar[str]
    name: ClassVar[str]
    rule: ClassVar[str]
    anchor: ClassVar[str] = ""

    def __repr__(self) -> str:
        """Class and code."""
        return f"<{type(self).__name__} {getattr(self, 'code', 'without a code')}>"

    @abstractmethod
    def find(self, inputs: AuditInputs) -> Iterable[Finding]:
        """Everything that breaks the rule; nothing if it holds."""

    def applies(self, inputs: AuditInputs) -> bool:  # noqa: ARG002 (subclasses use it)
        """Whether the inputs hold what the check needs; one that does not apply is not run."""
        return True

    def checked(self, origin: int) -> CheckedRule:
        """Say what the check holds at an origin."""
        rule = self.rule.replace("{origin}", str(origin))
        return CheckedRule(code=self.code, check=self.name, rule=rule, anchor=self.anchor)

    def finding(self, subject: str, detail: str) -> Finding:
        """Make a finding of this check.

        Parameters
        ----------
        subject : str
            Feature, label or score it is about.
        detail : str
            What was found, with counts.
        """
        return Finding(code=self.code, check=self.name, subject=subject, detail=detail, anchor=self.anchor)
