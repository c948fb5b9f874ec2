"""
Track record
============

How forecasts did: reliability, decision thresholds, numbers of events and recall; and tables for a paper.
"""

import matplotlib.pyplot as plt

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

plt.rcParams.update(rtop.plot.column("single"))

panel = rtop.load_panel(first=1970)
names = [
    "mk_ongoing_count",
    "mk_onsets_past",
    "mk_onsets_decay10",
    "ucdp_intensity",
    "coup_attempts_sum5",
    "infant_mortality_log",
    "population_log",
]
features, target = rtop.build_features(panel, names=names), rtop.onset_target(panel)
model = ElasticNetLogit(lam=0.3, scaled=True)
origins = rtop.RollingOrigin(first=2000)
models = {"elastic net": model, "history alone": rtop.benchmark_models()["history_logit"]}
results = {name: rtop.backtest(one, features, target, origins=origins) for name, one in models.items()}
result = results["elastic net"]

# %%
# Reliability: events and forecasts of each bin, the interval of its frequency, and a band in which the bins of
# calibrated forecasts would lie.

axes = rtop.plot.reliability(result, bins=6)

# %%
# Expected and observed number of events of each year, with the range that was to be expected.

axes = rtop.plot.expected_observed(result)

# %%
# Murphy diagram: the mean loss of those who act above a threshold, for several models of the same rows.

axes = rtop.plot.murphy(results)

# %%
# Share of the events that the highest ranks of each year hold, with bands from resampling countries.

axes = rtop.plot.recall_curve(results)

# %%
# Scores with their intervals as a table for LaTeX, with the rules of the package ``booktabs``.

print(result.to_latex(caption="Out-of-sample scores", label="tab:scores"))

# %%
# Two models side by side. Each row is rounded where the interval of the difference has two significant digits.

print(rtop.compare(*results.values(), names=tuple(results)).to_latex())
