"""
Against another forecaster
==========================

Two forecasters of the same states and years. ``rtop.read_peer_forecasts`` reads those of the Early Warning Project;
here a model that knows the history of events alone stands for a peer.
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
origins = rtop.RollingOrigin(first=2010)
result = rtop.backtest(model, features, target, origins=origins)
other = rtop.backtest(rtop.benchmark_models()["history_logit"], features, target, origins=origins)
peer = other.to_frame()[["country_id", "origin_year", "prob"]]

# %%
# Above the line the probability is higher here than with the peer. The named events are those on which the two differ
# most.

axes = rtop.plot.against_peer(result, peer, name="history alone", labels=4)
