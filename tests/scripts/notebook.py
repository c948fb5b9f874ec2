"""Cells of a notebook: what a researcher looks at first, each result shown by being the last line of a cell."""

# %%
import rtop_forecast as rtop

panel = rtop.load_panel()
panel

# %%
names = [
    "mk_ever",
    "mk_ongoing_count",
    "mk_onsets_past",
    "mk_onsets_decay10",
    "population_log",
    "ucdp_intensity",
]
features = rtop.build_features(panel, names=[*names, "infant_mortality_log", "coup_attempts_decay10"])
features

# %%
features["infant_mortality_log"].tail(3)

# %%
target = rtop.onset_target(panel, horizon=2)
target

# %%
model = rtop.models.ElasticNetLogit(lam=0.3, scaled=True)
result = rtop.backtest(model, features, target, origins=rtop.RollingOrigin(first=2010))
result

# %%
forecast = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
forecast

# %%
forecast.attributions("Sudan")

# %%
forecast.count

# %%
result.case("D.R. Congo", 2015, 2022)

# %%
ax = rtop.plot.ranking(forecast, top=10)

# %%
ax = rtop.plot.waterfall(forecast.attributions("Chad"), by="risk_factor")

# %%
rtop.audit_leakage(features, target, model)
