"""Words of the state brief, the record, the method and the downloads; see :mod:`rtop_forecast.report.messages`."""

from __future__ import annotations

BRIEF = {
    "briefs.title": "State briefs",
    "briefs.note": "One for every ranked state. What is open is printed, one page each.",
    "brief.title": "{name}: the risk that {outcome} in {period}",
    "brief.chance": "{natural}: of 100 states like this one, it is to be expected in {number}.",
    "brief.chance.low": "{natural}: of 1,000 states like this one, it is to be expected in {number}.",
    "brief.ranges": "The range is {low} to {high} ({level}); the rank is {rank}, somewhere from {rank_low} to "
    "{rank_high} of {states}.",
    "brief.underway": "A mass killing is under way or not known to be over. The figure is the chance that another one "
    "begins, not that this one goes on.",
    "brief.underway.event": "It is under way or not known to be over. The figure is the chance of another one.",
    "brief.provisional": "From the provisional list of episodes, from which no outcome is coded:",
    "brief.dots": "{number} of 100 dots are filled",
    "brief.changed": "Changed clearly: beyond the change of all states, the data of a year took the odds {odds} "
    "({low} to {high}).",
    "brief.unchanged": "No clear change: beyond the change of all states, the data of a year took the odds {odds} "
    "({low} to {high}, and \u00d71.00 is no change).",
    "brief.change.values": "A year ago the chance stood at {before}, now at {after}.",
    "brief.change.new": "There was no forecast a year ago.",
    "brief.change.parts": "Parts of the change in the odds: {parts}.",
    "part.new information": "new data {odds}",
    "part.revised information": "revised data {odds}",
    "part.new months": "months since the origin {odds}",
    "part.changed group": "changed situation {odds}",
    "part.refitted model": "refitted model {odds}",
    "part.recalibration": "level of the world {odds}",
    "brief.trend": "Trend",
    "brief.trend.caption": "Line: forecast of each year, made before the fact. Dashed: mean of all states. Bar at the "
    "end: {level} range. Grey, marked MK: years with a mass killing.",
    "brief.trend.label": "Trend {first} to {last}: from {start} to {end}, all states from {world_start} to "
    "{world_end}; log scale, by year of origin.",
    "brief.trend.episodes": "Mass killing in {years}.",
    "brief.episode": "MK",
    "brief.up": "What raises the odds",
    "brief.down": "What lowers the odds",
    "brief.reason": "{sentence}. {odds}",
    "brief.certainty": "its factor, {factor}: {low} to {high}",
    "brief.reasons.none": "Nothing that is observed stands apart from the typical state.",
    "brief.reasons.note": "Factors on the odds, compared with the mean of all states. They describe what the model saw "
    "and are no causes; the ranges are those of the whole UN risk factor ({level}).",
    "brief.factors": "UN risk factors",
    "brief.factors.note": "Odds: contribution. Condition: mean percentile of the data among all states, 100 is worst. "
    "Data: features observed. The names are those of the UN Framework of Analysis; what is counted under them are "
    "public indicators, no legal findings.",
    "brief.factor": "Factor",
    "brief.odds": "Odds",
    "brief.condition": "Condition",
    "brief.data": "Data",
    "brief.mechanisms": "Prevention mechanisms",
    "brief.mechanism": "Mechanism",
    "brief.status": "Status",
    "brief.date": "Date",
    "brief.source": "Source",
    "brief.past": "Past cases",
    "brief.past.rate": "Of the {all} past state-years that the model sees as most alike, with windows that do not "
    "overlap, {followed} were followed by a case in the window ({share}).",
    "brief.past.cases": "They are: {cases}.",
    "brief.past.nearest": "The nearest of them are: {cases}.",
    "brief.gaps": "Data gaps",
    "brief.gaps.text": "{missing} of {all} features are not observed and {stale} rest on values three or more years "
    "old, the oldest {oldest}.",
    "brief.gaps.examples": "Not observed are, for example: {examples}.",
    "brief.blind": "What the model cannot see",
    "blind.after": "Events after {issued}, and anything that is not in the public yearly data: secret plans, this "
    "month's news.",
    "blind.where": "Where within a state, against whom and by whom.",
    "blind.prevention": "What prevention has achieved: a state may be quiet because people acted.",
    "brief.link": "Link to this brief",
    "brief.mechanisms.note": "Recorded by {issued}. What is not recorded may be in place; the number is that of the "
    "source in the list of sources of the mechanisms.",
    "brief.mechanisms.sources": "Sources of the mechanisms",
    "brief.until": "to {until}",
    "brief.by": "by {date}",
    "brief.case": "{name} {year}",
    "brief.missing": "Not recorded by {by}: {names}",
    "brief.missing.further": "By {by}: {names}",
    "brief.source.line": "rtop_forecast {version}; as known on {issued}; data content {digest}.",
}

RECORD = {
    "record.title": "Record: how past forecasts did",
    "record.note": "Forecasts from {first} to {last}, each made only with windows that had closed and data published "
    "by then (values as revised since). Misses come first.",
    "record.last": "The last closed forecast, from {origin} for {period}: {expected} expected ({low} to {high} would "
    "have been no surprise), {observed} observed.",
    "record.last.none": "The last closed forecast, from {origin} for {period}: {expected} expected, {observed} "
    "observed.",
    "record.onset": "{name}: rank {rank}, {chance}",
    "record.misses": "Misses of the last ten origins",
    "record.hits": "Cases among the 30 highest",
    "record.misses.note": "Cases that were not among the 30 highest.",
    "record.none": "None.",
    "record.origin": "Origin",
    "record.scores": "Scores",
    "record.score": "Score",
    "record.value": "Model",
    "record.interval": "90% interval",
    "record.base": "Base rate",
    "record.meaning": "What it says",
    "record.groups": "Slopes by situation",
    "record.group": "Situation",
    "record.cases": "Cases / forecasts",
    "record.ratio": "Expected / observed",
    "record.slope": "Slope",
    "record.pairs": "Pairs in order",
    "record.groups.note": "A slope of 1 means that differences between states are as large as forecast; below 1 they "
    "are exaggerated, above 1 understated. At 0 the order says nothing.",
    "group.quiet": "none under way",
    "group.under_way": "under way",
    "group.not_known": "not known",
    "group.": "all",
    "score.auc": "Pairs in order (AUC)",
    "score.auc.means": "Of a state with a case and one without, the first had the higher chance in {value} of all "
    "pairs; 0.5 is chance.",
    "score.ap": "Average precision",
    "score.ap.means": "Going down the lists, {value} of the states met so far had a case, on average over the cases.",
    "score.log_loss": "Log loss",
    "score.log_loss.means": "Penalty for confidence in the wrong place, {value} a forecast; lower is better.",
    "score.brier": "Brier score",
    "score.brier.means": "Mean squared distance of chance and outcome, {value}; lower is better.",
    "score.expected_observed": "Expected / observed",
    "score.expected_observed.means": "{value} times as many cases were expected as came; 1 is right.",
    "score.recall_at_10": "Found among the first 10",
    "score.recall_at_20": "Found among the first 20",
    "score.recall_at_30": "Found among the first 30",
    "score.recall.means": "A share of {value} of the cases lay among them.",
    "record.peer": "Beside {name}",
    "record.peer.note": "On the {forecasts} forecasts that both made, origins {first} to {last}, {positives} with a "
    "case. Where intervals overlap much, neither is ahead.",
    "record.peer.label": "Scores beside {name}",
    "record.model": "This model",
    "figure.reliability": "Chance and frequency",
    "figure.reliability.caption": "Observed frequency against forecast chance, log scales, with cases / forecasts of "
    "each bin and its 90% interval; on the line they agree.",
    "figure.reliability.label": "{expected} cases were expected and {observed} observed. Bins of forecast chance and "
    "observed frequency: {bins}.",
    "figure.bin": "{chance}: {positives} of {count}",
    "figure.expected": "Expected and observed number",
    "figure.expected.caption": "States with a case, by year of origin: forecast 90% range (bar), expected (line) and "
    "observed (dot).",
    "figure.expected.label": "In all {expected} expected and {observed} observed; the observed number lay within the "
    "range in {inside} of {all} years.",
}

METHOD = {
    "method.title": "How to read this, method and sources",
    "read.chance": "A chance of 4% means: of 100 states in this situation, {outcome} in about 4 in the window, and in "
    "96 not. The mean of all states is {base}.",
    "read.ranges": "Each chance and each rank has a range ({level}). Where ranges overlap, one state is not clearly "
    "ahead of another.",
    "method.text": "{features} features of the UN Framework's risk factors, from public yearly data known on {issued}; "
    "an average of statistical models in log-odds, refitted at every origin on windows that had closed, calibrated on "
    "its own earlier out-of-sample forecasts. Intervals come from {draws} refits on resampled countries, stretched so "
    "that they hold their promise in simulations of known truth.",
    "method.references": "References",
    "source": "Source",
    "release": "Release",
    "licence": "Licence",
    "sources.label": "Table of sources",
    "definition.mass_killing": "Mass killing: at least 1,000 civilians of a group killed deliberately within a year by "
    "a state or an armed group, as listed by the Early Warning Project.",
    "definition.listed": "{label}, by {source}.",
    "definition.own": "Events of the user's own, called {event}.",
    "downloads.title": "Downloads",
    "downloads.note": "They lie beside this page, in the same folder.",
    "downloads.tables": "Tables",
    "downloads.figures": "Figures",
    "downloads.data": "All data in one file, with its schema",
    "cells.figure": "Figure",
    "figure.name.ranges": "Ranges of the 30 highest",
    "figure.name.map": "World map",
    "figure.name.reliability": "Chance and frequency",
    "figure.name.expected": "Expected and observed",
    "map.note": "Land and borders: Natural Earth, 1:50 million. Borders are drawn for orientation and imply no "
    "endorsement. Grey: not ranked (no independent state in the Gleditsch-Ward system, or fewer than 500,000 "
    "inhabitants); Somaliland is ranked within Somalia; Palestine, Western Sahara and Northern Cyprus are not ranked.",
}

FIGURES = {
    "draw.ranges": "probability with its interval (log scale); beside the name: rank (range)",
    "draw.map.title": "Risk that {outcome} in {period}",
    "draw.map": "probability (log scale)",
    "draw.forecast": "forecast probability (log scale)",
    "draw.frequency": "observed frequency (log scale)",
    "draw.perfect": "perfect",
    "draw.calibrated": "if calibrated",
    "draw.observed.interval": "observed, {level} interval",
    "draw.isotonic": "isotonic",
    "draw.observed": "observed",
    "draw.predictive": "predictive range",
    "draw.expected": "expected",
    "draw.origin": "origin year",
    "draw.counted.onset": "states with an onset in the window",
    "draw.counted.incidence": "states with an episode in the window",
    "draw.counted.continuation": "states with a continuation in the window",
}
