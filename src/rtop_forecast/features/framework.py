"""The UN Framework of Analysis for Atrocity Crimes: its fourteen risk factors.

References
----------
United Nations (2014). Framework of Analysis for Atrocity Crimes: A tool for
prevention (also A/70/741-S/2016/71). The titles are the Framework's; the
questions are in our words.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtop_forecast.checks.arguments import integer


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFactor:
    """One of the Framework's fourteen risk factors.

    Attributes
    ----------
    number : int
        1 to 14, as in the Framework.
    title : str
        The Framework's title.
    short : str
        A title of at most four words for tables.
    crimes : str
        ``"all atrocity crimes"``, ``"genocide"``, ``"crimes against humanity"`` or ``"war crimes"``.
    asks : str
        What an analyst asks under this factor.
    """

    number: int
    title: str
    short: str
    crimes: str
    asks: str


_ALL, _GENOCIDE, _HUMANITY, _WAR = (
    "all atrocity crimes",
    "genocide",
    "crimes against humanity",
    "war crimes",
)

_ROWS = (
    ("Situations of armed conflict or other forms of instability", "Conflict and instability", _ALL,
     "Is the state under stress from war, coups, economic shock or disputed power?"),
    ("Record of serious violations of international human rights and humanitarian law", "Record of violations",
     _ALL, "Did it happen before, unpunished?"),
    ("Weakness of State structures", "Weak state structures", _ALL, "Can institutions protect people?"),
    ("Motives or incentives", "Motives or incentives", _ALL, "Who would gain from violence?"),
    ("Capacity to commit atrocity crimes", "Capacity", _ALL, "Are the means at hand?"),
    ("Absence of mitigating factors", "No mitigating factors", _ALL, "What would hold it back, and is it missing?"),
    ("Enabling circumstances or preparatory action", "Enabling circumstances", _ALL,
     "Is the ground being prepared?"),
    ("Triggering factors", "Triggering factors", _ALL, "What could spark it in the next year or two?"),
    ("Intergroup tensions or patterns of discrimination against protected groups", "Intergroup tensions",
     _GENOCIDE, "Are groups treated unequally?"),
    ("Signs of an intent to destroy in whole or in part a protected group", "Intent against a group", _GENOCIDE,
     "Has killing been aimed at a group as such?"),
    ("Signs of a widespread or systematic attack against any civilian population", "Attacks on civilians",
     _HUMANITY, "Are civilians being attacked at scale?"),
    ("Signs of a plan or policy to attack any civilian population", "Plan or policy", _HUMANITY,
     "Is the violence organised?"),
    ("Serious threats to those protected under international humanitarian law", "Threats to the protected", _WAR,
     "Does the way the war is fought endanger those the law protects?"),
    ("Serious threats to humanitarian or peacekeeping operations", "Threats to operations", _WAR,
     "Are those who help attacked?"),
)  # fmt: skip

RISK_FACTORS: tuple[RiskFactor, ...] = tuple(
    RiskFactor(number=number, title=title, short=short, crimes=crimes, asks=asks)
    for number, (title, short, crimes, asks) in enumerate(_ROWS, start=1)
)


#: Number of indicators of the factors whose list was read to its end; the numbers of other factors are open.
INDICATOR_COUNTS = {8: 12, 9: 6}
#: Factors whose indicator numbers were compared with a text, and which part of it could be read. The text is a
#: secondary copy of the Framework: thewestpapuagenocidemonitor.org/post/risk-factor-7 (likewise 8, 9 and 13).
INDICATORS_CHECKED = {
    7: "7.1 to 7.11; the copy breaks off there",
    8: "8.1 to 8.12, all of them",
    9: "9.1 to 9.6, all of them",
    13: "13.1 to 13.10; the copy breaks off there",
}


def find_risk_factor(number: int) -> RiskFactor:
    """Risk factor by its number in the Framework.

    Parameters
    ----------
    number : int
        1 to 14.

    Returns
    -------
    RiskFactor

    Raises
    ------
    InputError
        If there is no such factor.

    Examples
    --------
    >>> find_risk_factor(3).short
    'Weak state structures'
    """
    number = integer(
        number, name="the number of a risk factor of the UN Framework", least=1, most=len(RISK_FACTORS)
    )
    return RISK_FACTORS[number - 1]
