"""
Reasons and changes
===================

What sets a state apart, what moved its forecast, and the risk factors of many states at once.
"""

import matplotlib.pyplot as plt

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

plt.rcParams.update(rtop.plot.column("single"))

panel = rtop.load_panel(first=1970)
names = [
    "mk_onsets_decay10", "mk_ever", "ucdp_intensity", "ucdp_conflict_decay5", "ucdp_osv_government_log",
    "coup_attempts_sum5", "coup_attempts_since", "neighbour_mk_share", "infant_mortality_log", "population_log",
]  # fmt: skip
features, target = rtop.build_features(panel, names=names), rtop.onset_target(panel)
model = ElasticNetLogit(lam=0.3, scaled=True)
result = rtop.backtest(model, features, target, origins=rtop.RollingOrigin(first=2005))
earlier, forecast = (
    rtop.forecast(model, features, target, origin=origin, backtest=result, draws=20)
    for origin in (2023, 2024)
)

# %%
# Contributions of the features, from the states that Sudan is compared with to its own forecast. They add up exactly.

axes = rtop.plot.waterfall(forecast.attributions("Sudan"), count=8)

# %%
# By risk factor of the UN Framework of Analysis, compared with the state's own past.

axes = rtop.plot.waterfall(forecast.attributions("Sudan", compared_with="own past"), by="risk_factor")

# %%
# What moved the forecast within a year: new and revised information, the refitted model, the calibration.

axes = rtop.plot.change_waterfall(rtop.explain_change(earlier, forecast, "Sudan"))

# %%
# Risk factors of the highest ranks against the world. In the cells: the factor on the odds.

axes = rtop.plot.factor_heatmap(forecast, top=12)
