"""EWP's conventions that can make a cell differ from ours, each with a name and a sentence.

Names that begin with E are those of the field notes on EWP's pipeline. Every convention can be switched on by
itself, which is how a differing cell gets its reason: the reason is the smallest set of conventions that turns
our value into EWP's.
"""

from __future__ import annotations

__all__ = ["CONVENTIONS", "HAND_ENTERED"]

CONVENTIONS: dict[str, str] = {
    "E1": "of concurrent episodes only the one listed last sets the flags of targeting; ours: any of them does",
    "E2": "Kosovo as heir of a place is written 357, a number its frame does not have; ours: 347 from 2008",
    "E3": "battle deaths are zero before 1989, where UCDP's series begins; ours: missing",
    "E4-forward": "the last value is carried forward past the end of its source; ours: missing",
    "E4-backward": "the first value is carried backward in time; ours: missing",
    "E5": "World Bank figures are completed by a regression on Maddison fitted on all years; ours: missing",
    "E11": "united Yemen's series before 1990 goes to the South in one source and to the North in another, and "
    "1990 begins a new state; ours: neither has it, and the record goes on",
    "E13": "of two rows for Russia and the Soviet Union in 1991 the union's is kept; ours: the successor's",
    "territory": "a series for today's borders, or for one heir, stands for a state with other borders (Soviet "
    "Union, Yugoslavia, Germany before 1990, ...); ours: the sum of the areas, or missing",
    "frame": "Croatia and Slovenia are states in 1991; ours: from 1992, by Gleditsch and Ward's dates",
    "independence": "year of independence is EWP's own (Germany 1866, Gabon 1965, ...); ours: the list's first day",
    "history": "years before a state enters EWP's frame are not looked at; ours: all years of the state",
    "list": "events stand as listed: that of Guatemala 1954 under El Salvador's number, that of 1971 in "
    "Bangladesh, that of Bosnia 1992 in Yugoslavia; ours: corrected, each with its reason",
    "zanzibar": "the frame has no Zanzibar, so its event of 1964 is Tanzania's; ours: Zanzibar's",
    "hand": "a value entered by hand where the source has none; ours: missing",
}

#: Fractionalization that EWP entered for countries without a row in HIEF; from Alesina et al. (2003), Journal of
#: Economic Growth 8, 155-194, rounded to two places, for all but Kosovo (347) and the Maldives (781), by its
#: published notebook of 2025. No input file holds them.
HAND_ENTERED: dict[int, float] = {
    115: 0.73, 212: 0.53, 220: 0.1, 338: 0.04, 341: 0.7, 347: 0.22, 411: 0.35, 471: 0.86, 541: 0.69, 626: 0.73,
    750: 0.42, 781: 0.059, 910: 0.27,
}  # fmt: skip
