"""
Your first ranking
==================

From nothing to a ranking with intervals and reasons, offline, from the tables that come with the package.
"""

import rtop_forecast as rtop

# %%
# The panel has one row per independent state and year. Every variable knows its source, its years and how
# long after the year its values come out.

panel = rtop.load_panel()
first, last = panel.years
print(f"{len(panel.frame):,} state-years, {first} to {last}, {len(panel.variables)} variables")

# %%
# Features look backward only, and each belongs to a risk factor of the UN Framework of Analysis for Atrocity
# Crimes.

features = rtop.build_features(panel)
print(features.summary())

# %%
# The target asks whether a new mass killing begins in the two years after. Until the whole window is coded
# the label is missing, so that the open years cannot teach anything.

target = rtop.onset_target(panel, horizon=2)
print(target.summary())

# %%
# A backtest refits the model at every origin on the windows that had closed by then. This one is short so
# that it runs quickly; it also teaches the calibrator. ``n_jobs`` is the number of processes; the numbers are
# the same for any.

model = rtop.default_model()
result = rtop.backtest(model, features, target, origins=rtop.RollingOrigin(first=2013), n_jobs=2)
print(result.summary())

# %%
# The forecast of 2025-26. The intervals come from refitting on resamples of whole countries; 50 are the
# default.

fc = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20, n_jobs=2)
fc.ranking().head(10)[["rank", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]].round(3)

# %%
# Read a rank with its range, and a probability as a frequency: of a hundred states with 4%, about four will
# see an onset. Most states at the top of any such list will see none.

start, end = fc.window
value, low, high = fc.expected
print(f"Expected in {start}-{end}: {value:.1f} states with an onset ({low:.1f} to {high:.1f})")

# %%
# Why a state stands where it does: contributions in log-odds that add up exactly to its forecast.

print(fc.attributions("Sudan").summary())

# %%
# Next: the whole report of an annual assessment is one call, ``rtop.write_report(fc, result, "report/")``.
