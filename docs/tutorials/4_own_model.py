"""
Backtesting a model of your own
===============================

Any scikit-learn classifier or pipeline with ``predict_proba`` goes where the library's models go: it is
refitted at every origin on what was known then, calibrated, given intervals and explained.
"""

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop

panel = rtop.load_panel()
features, target = rtop.build_features(panel), rtop.onset_target(panel)
origins = rtop.RollingOrigin(first=2008)

# %%
# NaN means "not known": a pipeline begins with an imputer unless its classifier takes NaN. Everything inside
# it is fitted on the training rows of each origin only.

logit = make_pipeline(
    SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), LogisticRegression(C=0.01)
)
trees = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, max_leaf_nodes=6, random_state=0)

# %%
# Do not reweight classes (``class_weight="balanced"``): the results would no longer be probabilities.

results = {
    name: rtop.backtest(model, features, target, origins=origins, calibration_origins=10)
    for name, model in {
        "logit": logit,
        "trees": trees,
        "history": rtop.benchmark_models()["history_logit"],
    }.items()
}
for name, result in results.items():
    scores = result.scores()
    auc, log_loss, ratio = scores["auc"], scores["log_loss"], scores["expected_observed"]
    print(f"{name:<8} AUC {auc:.3f}  log loss {log_loss:.4f}  E/O {ratio:.2f}")

# %%
# With so few onsets most differences are noise. The paired comparison says how sure one can be.

print(rtop.compare(results["logit"], results["history"], names=("logit", "history")).summary())

# %%
# The forecast, with contributions: Shapley values over random orders of the features, which add up exactly.

fc = rtop.forecast(logit, features, target, origin=2024, backtest=results["logit"], draws=20)
print(fc.attributions("Myanmar").summary())
