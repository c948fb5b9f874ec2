"""Every word of the page that is not data, by id; the template and the sentences hold none.

A message with a number may have a second form for one, whose id ends in ``.one``.
"""

from __future__ import annotations

from rtop_forecast.report.messages_brief import BRIEF, FIGURES, METHOD, RECORD

NUMBERS = {
    "number.hundred": "about {number} in 100",
    "number.thousand": "about {number} in 1,000",
    "number.fewer": "fewer than 1 in 1,000",
    "number.none": "not known",
    "number.hundred.bare": "{number} in 100",
    "number.thousand.bare": "{number} in 1,000",
    "separator": "; ",
    "range": "{low} to {high}",
    "year.span": "{first}-{last}",
}

FEATURES = {
    "feature.unknown": "It is not known: {label}",
    "feature.rose": "{subject} rose to {times} times those of {span}",
    "feature.fell": "{subject} fell to {times} times those of {span}",
    "feature.up": "{subject} rose by {by} in {span}",
    "feature.down": "{subject} fell by {by} in {span}",
    "feature.still": "{subject} did not change in {span}",
    "feature.place": "{text} above that of {below} of the states",
    "feature.lowest": "{text} above that of no other state",
    "feature.more": "{text}, more than in the typical state ({typical})",
    "feature.less": "{text}, less than in the typical state ({typical})",
}

HEAD = {
    "title": "Where could it happen that {outcome} in {period}?",
    "skip": "Skip to the states",
    "headline.count": "In {number} of {states} states it is to be expected that {outcome} in {period}; anything from "
    "{low} to {high} would be no surprise.",
    "headline.about": "about {number}",
    "headline.none": "fewer than one",
    "headline.highest": "{names} stand highest, at {chances}. Most states at the top of the list will not see it.",
    "headline.underway": "In {count} states a mass killing is already under way: there the figure is the chance that "
    "another one begins, not that this one goes on.",
    "headline.underway.one": "In one state a mass killing is already under way: there the figure is the chance that "
    "another one begins, not that this one goes on.",
    "headline.underway.event.one": "In one state it is already under way: there the figure is the chance of another "
    "one, not that this one goes on.",
    "headline.underway.incidence.one": "In one state an episode is already under way; the forecast counts one that "
    "goes on as well as a new one.",
    "headline.underway.event": "In {count} states it is already under way: there the figure is the chance of another "
    "one, not that this one goes on.",
    "headline.underway.incidence": "In {count} states an episode is already under way; the forecast counts one that "
    "goes on as well as a new one.",
    "issue": "Data set: {dataset}. As known on {issued}, when {passed} of the window {period} had passed. "
    "{states} states are ranked.",
    "dataset.bundle": "tables bundled with rtop_forecast {version}, onsets coded to {coded}, content {digest}",
    "dataset.folder": "{sources} sources from a folder of official releases, read by rtop_forecast {version}, onsets "
    "coded to {coded}, content {digest}",
    "cite.title": "Suggested citation",
    "cite.own": "Forecast from {origin} for {period}, as known on {issued}, content {digest}.",
    "ends.title": "Where the data end",
    "ends.note": "Numbers of features by their newest values. Provisional: of the origin year, to be revised by their "
    "source. Carried: of an earlier year. Missing: no state has a value, and the feature is left out.",
    "ends.year": "ends in",
    "ends.final": "final",
    "ends.provisional": "provisional",
    "ends.carried": "carried",
    "ends.missing": "missing",
    "provisional.title": "Provisional episodes",
    "provisional.note": "They stand beside the list of episodes, which ends in {coded}, and say what is under way "
    "since. No outcome is coded from them and no model is trained on them.",
    "provisional.what": "What is told",
    "provisional.written": "Written down",
    "provisional.new": "A new episode began in {start} ({led}): {deaths} civilians killed, {period}.",
    "provisional.window": "A new episode began in {start}, after the origin and so in the window ({led}): {deaths} "
    "civilians killed, {period}.",
    "provisional.goeson": "The episode begun in {start} goes on ({led}), seen in {last}: {deaths} civilians killed, "
    "{period}.",
    "provisional.ended": "The episode begun in {start} ended in {last} ({led}).",
    "provisional.state": "state-led",
    "provisional.nonstate": "non-state",
    "licences.title": "Licences of the data",
    "nav.label": "Contents",
    "nav.lists": "Highest risks",
    "nav.changes": "Clear changes",
    "nav.explorer": "All states",
    "nav.compare": "Compare",
    "nav.briefs": "State briefs",
    "nav.record": "Record",
    "nav.method": "Method and sources",
    "nav.downloads": "Downloads",
}

TILES = {
    "tiles.label": "In four numbers",
    "tile.expected.name": "States in which it may begin",
    "tile.expected.value": "{low} to {high}",
    "tile.expected.text": "{level} range; {likely} is most likely, none at all has a chance of {none}",
    "tile.mean.text": "{level} interval of the expected number {value}",
    "tile.underway.name": "Under way now",
    "tile.underway.value": "{count} states",
    "tile.underway.value.one": "{count} state",
    "tile.underway.text": "an episode is not known to be over at the end of {origin}",
    "tile.changes.name": "Clear changes in a year",
    "tile.changes.value": "{count} states",
    "tile.changes.value.one": "{count} state",
    "tile.changes.text": "{up} up, {down} down, beyond the change of the world",
    "tile.changes.none": "no state changed clearly",
    "tile.record.name": "Record",
    "tile.record.value": "{found} of {all}",
    "tile.record.text": "past cases had been among the 30 highest, {first}-{last}; {missed} were missed",
}

LISTS = {
    "lists.title": "Highest risks",
    "lists.note": "Two lists, since the forecast knows them apart to a different degree.",
    "list.quiet": "No mass killing is under way: the chance that one begins",
    "list.underway": "One is under way: the chance that another begins",
    "list.quiet.event": "Where it is not under way",
    "list.underway.event": "Where it is under way: another one",
    "list.all": "All states",
    "list.empty": "No state.",
    "skill.base": "Record of this list, {first}-{last}: {positives} cases in {forecasts} forecasts, {expected} "
    "expected.",
    "skill.pairs": "Of a state with a case and one without in the same year, the first had the higher chance in "
    "{share} of 100 pairs (50 is chance).",
    "skill.little": "The order within this list therefore says little.",
    "skill.none": "The record holds too few cases of this list to judge it.",
    "column.rank": "Rank",
    "column.state": "State",
    "column.chance": "Chance",
    "column.words": "In words",
    "column.range": "{level} range",
    "column.ranks": "Rank range",
    "column.before": "A year ago",
    "column.why": "Risk factor that raises it most",
    "column.compare": "Compare",
    "column.change": "Odds in a year",
    "tag.underway": "under way",
    "tag.changed": "changed",
    "tag.provisional": "provisional list",
    "factors.names": "The names of the risk factors are those of the UN Framework of Analysis; what is counted under "
    "them are public indicators, no legal findings.",
    "why.unsure": "not separable",
    "why.unsure.long": "Not separable means that refits of the model on resampled countries do not agree which UN "
    "risk factor comes first.",
}

CHANGES = {
    "changes.title": "Clear changes since a year ago",
    "changes.note": "A state is listed only if the {level} interval of its change excludes no change: {level} of the "
    "refits on resampled countries, each reading this year's data and last year's, agree on the direction. The change "
    "is that of the data on the state beyond the mean change of all states, so that neither a new fit nor the level "
    "of the world counts as news.",
    "changes.none": "No state changed clearly.",
    "changes.small": "many small changes",
    "changes.world": "The mean chance of all states went from {before} to {after} ({ratio}); that moves all states "
    "alike.",
    "changes.by": "Moved most by",
    "changes.odds": "{odds} ({low} to {high})",
    "changes.from": "{before} to {after}",
    "surprises.title": "Higher than history alone would say",
    "surprises.note": "States among the 30 highest that rank at least ten places higher than by a model of past mass "
    "killings and population alone.",
    "surprises.item": "{name}: rank {rank}, by history alone {history}",
    "consistent.title": "Always among the highest",
    "consistent.note": "States among the 30 highest now and at each of the last five backtested origins: {names}.",
}

EXPLORER = {
    "explorer.title": "All {states} states",
    "explorer.note": "Colour and bar: chance in percent on a log scale. Every value stands in the table.",
    "explorer.printed": "The 30 highest are printed; the rest stand on the page and in ranking.csv.",
    "map.label": "World map of the chances; the highest is {name} at {chance}. All values stand in the table.",
    "search.label": "Find a state by any name or ISO code",
    "region.label": "Region",
    "organisation.label": "Organisation",
    "situation.label": "Situation",
    "filter.all": "All",
    "situation.quiet": "None under way",
    "situation.underway": "Under way",
    "button.csv": "Download this selection (CSV)",
    "button.reset": "Show all",
    "status.count": "{count} states, {expected} expected",
    "unranked.answer": "{name} is not ranked: {why}.",
    "unranked.title": "Places that are not ranked, and why",
    "unranked.micro": "a microstate of the Gleditsch-Ward list",
    "unranked.small": "fewer than 500,000 inhabitants",
    "unranked.risk": "not at risk of a new event in {origin}, or not covered by the data",
    "table.label": "Table of all states",
    "map.below": "below {value}",
    "map.above": "{value} and more",
    "compare.title": "Compare states",
    "compare.note": "Tick up to six states in the table above; the address keeps the choice.",
    "compare.full": "At most six states can be compared; untick one first.",
    "compare.noscript": "Comparing needs JavaScript; without it, factors.csv and trends.csv hold the same numbers.",
    "compare.measure": "Show",
    "compare.odds": "contribution (factor on the odds)",
    "compare.index": "condition (0 to 100, 100 is worst)",
    "compare.coverage": "coverage (share of the data observed)",
    "compare.trend": "Chance by year of origin, log scale; dashed: mean of all states",
    "compare.edition": "Odds since the last edition",
    "compare.factor": "UN risk factor",
    "world": "all states",
    "no.data": "no data",
    "panel.open": "Read the brief",
    "comma": ", ",
}

MESSAGES: dict[str, str] = {
    **NUMBERS, **FEATURES, **HEAD, **TILES, **LISTS, **CHANGES, **EXPLORER, **BRIEF, **RECORD, **METHOD, **FIGURES,
}  # fmt: skip
