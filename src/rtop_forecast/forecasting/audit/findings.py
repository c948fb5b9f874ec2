"""What a leakage audit returns: its findings and the rules that it checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from rtop_forecast.display import Displayed

_COLUMNS = ["code", "check", "subject", "detail", "anchor"]
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One leak that the audit found.

    Attributes
    ----------
    code : str
        Code of the check: ``RTL001`` ... for the library's own.
    check : str
        Name of the check.
    subject : str
        Feature, label or score it is about.
    detail : str
        What was found, with counts.
    anchor : str
        Where the check is explained; empty for a check of your own that names no place.
    """

    code: str
    check: str
    subject: str
    detail: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRule:
    """One check that ran, and the rule that it holds.

    Attributes
    ----------
    code, check : str
    rule : str
        What is true if the check passes.
    anchor : str
        Where the check is explained.
    """

    code: str
    check: str
    rule: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeakageReport(Displayed):
    """Findings of a leakage audit, and what was checked.

    Attributes
    ----------
    findings : tuple of Finding
    checks : tuple of CheckedRule
        Every check that ran, in order.
    origin : int
        Origin year at which the data were cut and scrambled.
    """

    findings: tuple[Finding, ...]
    checks: tuple[CheckedRule, ...]
    origin: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the findings: ``code, check, subject, detail, anchor``."""
        return pd.DataFrame([asdict(finding) for finding in self.findings], columns=_COLUMNS)

    def summary(self) -> str:
        """Info sheet after Kapoor & Narayanan (2023), as text."""
        lines = [f"Leakage audit at origin {self.origin}: {len(self.findings)} findings"]
        for checked in self.checks:
            found = [finding for finding in self.findings if finding.code == checked.code]
            verdict = "FAILED" if found else "passed"
            lines.append(f"  {verdict}  {checked.code} {checked.check}: {checked.rule}")
            lines += [f"          {finding.subject}: {finding.detail}" for finding in found[:_SHOWN]]
            if len(found) > _SHOWN:
                lines.append(f"          and {len(found) - _SHOWN} more")
            if found and checked.anchor:
                lines.append(f"          see {checked.anchor}")
        return "\n".join(lines)

    def _headline(self) -> str:
        return f"Leakage audit at origin {self.origin}: {len(self.findings)} findings"

    def _shown(self) -> pd.DataFrame:
        found = [sum(one.code == check.code for one in self.findings) for check in self.checks]
        names = [check.check for check in self.checks]
        return pd.DataFrame(
            {"code": [check.code for check in self.checks], "check": names, "findings": found}
        )
