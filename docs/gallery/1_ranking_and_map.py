"""
Ranking and map
===============

The highest risks with their intervals and ranges of ranks, and all states on a map.
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
# A new figure is as wide as ``figure.figsize`` says, and as high as its rows need. No figure has a title: a paper
# has captions.

axes = rtop.plot.ranking(forecast, top=20)

# %%
# Hatched land is not ranked and small states are dots; borders imply no endorsement. The scale is the same for every
# forecast, so that maps of two years can be compared. ``get_gid`` of a patch is the state's Gleditsch-Ward number.

axes = rtop.plot.world_map(forecast)

# %%
# On axes of your own, the two in one figure over both columns of a page. Text stays text in SVG and PDF, if the file is
# saved within the context.

with rtop.plot.column("double"):
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), width_ratios=(2, 3))
    rtop.plot.ranking(forecast, top=15, ranks=False, ax=left)
    rtop.plot.world_map(forecast, cmap="Reds", ax=right)
    left.set_title("(a)", loc="left")
    right.set_title("(b)", loc="left")
    figure.savefig("risk.pdf")
