"""What counts as an onset, and where it is coded."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError
from rtop_forecast.panel import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What counts as an onset.

    Attributes
    ----------
    label : str
    onset : tuple of str
        Panel variables whose sum says how many episodes began in a year; with a threshold, the quantity itself.
    ongoing : tuple of str
        Panel variables whose sum says how many are under way; empty with a threshold.
    threshold : float, optional
        The event is under way in a year in which the quantity reaches it, and begins in the first such year after one
        in which it did not.
    ever : str, optional
        Panel variable that says whether any episode has begun so far, predecessors' included; without one the years
        of the panel itself tell.
    source : str
        Definition and its reference.
    """

    label: str
    onset: tuple[str, ...]
    ongoing: tuple[str, ...] = ()
    threshold: float | None = None
    ever: str | None = None
    source: str = ""


_EWP = "Early Warning Project, mass-killing episodes, 2025 edition"
_OSV = "Eck, K., & Hultman, L. (2007), UCDP One-sided Violence Dataset; deaths by place, all actors"
_OSV_DEATHS = ("ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths")

EVENTS: Mapping[str, Event] = {
    "mass_killing": Event(
        label="mass killing", onset=("mk_onset",), ongoing=("mk_ongoing",), ever="mk_ever", source=_EWP
    ),
    "state_led_mass_killing": Event(
        label="state-led mass killing",
        onset=("mk_state_led_onset",),
        ongoing=("mk_state_led_ongoing",),
        source=_EWP,
    ),
    "nonstate_mass_killing": Event(
        label="mass killing by a non-state group",
        onset=("mk_nonstate_onset",),
        ongoing=("mk_nonstate_ongoing",),
        source=_EWP,
    ),
    "targeted_mass_killing": Event(
        label="targeted mass killing",
        onset=("tmk_episode_onset",),
        ongoing=("tmk_episodes",),
        source="Butcher, C., Goldsmith, B. E., Nanlohy, S., Sowmya, A., & Muchlinski, D. (2020), Targeted Mass Killing",
    ),
    "genocide_politicide": Event(
        label="genocide or politicide",
        onset=("pitf_onset",),
        ongoing=("pitf_ongoing",),
        source="Marshall, M. G., Gurr, T. R., & Harff, B., PITF state failure problem set",
    ),
    **{
        f"one_sided_{deaths}": Event(
            label=f"one-sided violence with at least {deaths:,} civilians killed in a year",
            onset=_OSV_DEATHS,
            threshold=deaths,
            source=_OSV,
        )
        for deaths in (25, 100, 1000)
    },
}


#: What the probabilities of each kind of target are of.
CLAUSES = {
    "onset": "a new episode of {label} begins",
    "incidence": "{label} is under way",
    "continuation": "the {label} under way goes on",
    "first_onset": "a first {label} begins",
}
#: Clauses of a forecast that knows months of its window: what has begun in them counts.
BEGUN_CLAUSES = {
    "onset": "a new episode of {label} has begun or will begin",
    "first_onset": "a first {label} has begun or will begin",
}


def what_happens(event: str, kind: str = "onset", *, begun: bool = False) -> str:
    """Outcome as a clause: what a probability is the probability of.

    Parameters
    ----------
    event, kind : str
        As in :func:`rtop_forecast.onset_target`.
    begun : bool
        Whether the forecast knows months of its window, so that what has begun in them counts.

    Examples
    --------
    >>> what_happens("mass_killing"), what_happens("genocide_politicide")
    ('a new mass killing begins', 'a new episode of genocide or politicide begins')
    >>> what_happens("mass_killing", "incidence"), what_happens("food_riot")
    ('mass killing is under way', 'a new episode of food riot begins')
    """
    clause, label = outcome_clause(event, kind, begun=begun)
    return clause.format(label=label)


def outcome_clause(event: str, kind: str = "onset", *, begun: bool = False) -> tuple[str, str]:
    """Outcome as a clause with a place for what the event is called, and that name.

    ``begun`` is for a forecast that knows months of its window.

    Examples
    --------
    >>> outcome_clause("genocide_politicide")
    ('a new episode of {label} begins', 'genocide or politicide')
    """
    label = EVENTS[event].label if event in EVENTS else event.replace("_", " ")
    if kind == "onset" and event == "mass_killing":
        begins = "has begun or will begin" if begun else "begins"
        return f"a new mass killing {begins}", label
    if begun and kind in BEGUN_CLAUSES:
        return BEGUN_CLAUSES[kind], label
    return CLAUSES.get(kind, CLAUSES["onset"]), label


def find_event(panel: Panel, event: Any) -> Event:
    """Definition of an event: a key of ``EVENTS``, or of events of the user's own in the panel.

    Raises
    ------
    InputError
        If there is none of the name.
    """
    if not isinstance(event, str):
        message = f"event must be the name of an event; got {quoted(event)}. One is 'mass_killing'."
        raise InputError(message)
    if event in EVENTS:
        return EVENTS[event]
    if f"{event}_onset" in panel.variables and f"{event}_ongoing" in panel.variables:
        return Event(label=event, onset=(f"{event}_onset",), ongoing=(f"{event}_ongoing",))
    near = difflib.get_close_matches(event, list(EVENTS), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " add_events puts events of your own into the panel."
    message = f"event must be one of {', '.join(EVENTS)}, or of your own; {event!r} is not.{hint}"
    raise InputError(message)
