"""
Risk over time
==============

Forecasts of one state or several, year by year and out of sample, beside the mean of the world.
"""

import matplotlib.pyplot as plt

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

plt.rcParams.update(rtop.plot.column("single"))

panel = rtop.load_panel(first=1970)
names = [
    "mk_onsets_decay10",
    "ucdp_intensity",
    "coup_attempts_sum5",
    "infant_mortality_log",
    "population_log",
]
features, target = rtop.build_features(panel, names=names), rtop.onset_target(panel)
model = ElasticNetLogit(lam=0.3, scaled=True)
result = rtop.backtest(model, features, target, origins=rtop.RollingOrigin(first=2005))
forecast = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)

# %%
# Of a single state, years with an episode under way are shaded and onsets are marked. With a forecast the line goes on
# to its year, with the interval.

axes = rtop.plot.risk_over_time(result, "Ethiopia", forecast=forecast)

# %%
# Several states, by name or by number; the scale is logarithmic. A line is broken where a state was not ranked.

axes = rtop.plot.risk_over_time(result, ["Sudan", "Chad", "Mali"], forecast=forecast)

# %%
# The rank of each year instead of the world.

axes = rtop.plot.risk_over_time(result, "Burkina Faso", ranks=True, world=False)
