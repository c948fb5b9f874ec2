from __future__ import annotations

import hashlib
import json
import pickle

import lightgbm
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.models import (
    AdditiveLogit,
    BaseRate,
    BoostedTrees,
    ElasticNetLogit,
    HistoryLogit,
    LogOddsAverage,
    ProbabilityForest,
    model_document,
)
from rtop_forecast.records.models import load_model, save_model

TREES = BoostedTrees(n_estimators=15, seeds=2, min_data_in_leaf=10, min_sum_hessian=0.1)
MODELS = [
    BaseRate(),
    ElasticNetLogit(lam=0.003),
    HistoryLogit(["c", "a"]),
    TREES,
    ProbabilityForest(n_estimators=10, min_data_in_leaf=10),
    AdditiveLogit(),
    LogOddsAverage(
        [("net", ElasticNetLogit()), ("inner", LogOddsAverage([("h", HistoryLogit(["a"])), ("t", TREES)]))],
        weights=[1, 2],
    ),
]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)) / 3, columns=["d", "a", "ç", "c"])
    y = (X["a"] * 3 + rng.logistic(size=300) > 1.5).astype(int).to_numpy()
    X.loc[::9, "c"] = np.nan
    return X, y


def single_file(model, path, change=None):
    """Write the single file of version 2, changed and with a matching digest, as someone who edits on purpose would."""
    document = {"format": "rtop_forecast.model", "version": 2, "model": model_document(model)}
    if change is not None:
        change(document)
    text = json.dumps(document["model"], sort_keys=True)
    document["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_saved_model_predicts_the_same_bits(model, data, tmp_path):
    X, y = data
    model.fit(X, y)
    save_model(model, tmp_path / "model")
    back = load_model(tmp_path / "model")
    assert type(back) is type(model)
    assert_array_equal(back.predict_proba(X), model.predict_proba(X))
    ours, theirs = model.contributions(X), back.contributions(X)
    assert_array_equal(theirs.values, ours.values)
    assert theirs.baseline == ours.baseline
    assert theirs.feature_names == ours.feature_names
    assert str(back) == str(model)


def test_saving_twice_gives_the_same_bytes(data, tmp_path):
    X, y = data
    for name in ("one", "two"):
        save_model(ElasticNetLogit().fit(X, y), tmp_path / name)
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two
    assert set(one) == {"manifest.json", "model.json"}


def test_a_single_file_of_version_2_is_read(data, tmp_path):
    X, y = data
    model = TREES.fit(X, y)
    back = load_model(single_file(model, tmp_path / "m.json"))
    assert_array_equal(back.log_odds(X), model.log_odds(X))


def test_a_model_fitted_on_an_array_comes_back(data, tmp_path):
    X, y = data
    model = ElasticNetLogit().fit(X.to_numpy(), y)
    save_model(model, tmp_path / "m")
    back = load_model(tmp_path / "m")
    assert_array_equal(back.log_odds(X.to_numpy()), model.log_odds(X.to_numpy()))
    assert not hasattr(back, "feature_names_in_")


def test_labels_keep_their_kind(data, tmp_path):
    X, y = data
    model = BaseRate().fit(X, np.where(y == 1, "event", "calm"))
    save_model(model, tmp_path / "m")
    assert load_model(tmp_path / "m").predict(X[:1]).tolist() == ["calm"]


def test_a_loaded_model_checks_its_columns(data, tmp_path):
    X, y = data
    save_model(ElasticNetLogit().fit(X, y), tmp_path / "m")
    with pytest.raises(InputError, match=r"now missing:\n- a"):
        load_model(tmp_path / "m").log_odds(X.drop(columns="a"))


def test_unfitted_and_foreign_models_are_refused(data, tmp_path):
    X, y = data
    with pytest.raises(NotFittedError):
        save_model(BaseRate(), tmp_path / "m")
    foreign = LogisticRegression().fit(X.fillna(0), y)
    with pytest.raises(InputError, match="got LogisticRegression"):
        save_model(foreign, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_trees_are_texts_that_lightgbm_reads(data, tmp_path):
    X, y = data
    model = TREES.fit(X, y)
    folder = save_model(model, tmp_path / "m")
    texts = [(folder / name).read_text() for name in ("trees-00.txt", "trees-01.txt")]
    columns = X[sorted(X.columns)].to_numpy()
    raw = np.mean(
        [lightgbm.Booster(model_str=text).predict(columns, raw_score=True) for text in texts], axis=0
    )
    known = X.notna().all(axis=1).to_numpy()
    assert_array_equal(raw[known], model.log_odds(X)[known])


def test_a_failed_write_leaves_the_model_before(data, tmp_path, monkeypatch):
    X, y = data
    path = save_model(BaseRate().fit(X, y), tmp_path / "m")

    def fail(_descriptor):
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr("rtop_forecast.storage.files.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save_model(ElasticNetLogit().fit(X, y), path)
    assert isinstance(load_model(path), BaseRate)
    assert not [file.name for file in path.iterdir() if file.name.endswith(".part")]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other"}', "\x80"])
def test_other_files_are_refused(content, tmp_path):
    path = tmp_path / "m"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataIntegrityError, match=r"JSON|not a saved model"):
        load_model(path)


def test_a_pickle_is_refused(tmp_path):
    path = tmp_path / "m"
    path.write_bytes(pickle.dumps({"format": "rtop_forecast.model"}))
    with pytest.raises(DataIntegrityError, match="must be JSON text"):
        load_model(path)


def test_damage_is_noticed(data, tmp_path):
    X, y = data
    folder = save_model(TREES.fit(X, y), tmp_path / "m")
    path = folder / "trees-01.txt"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("num_leaves=6", "num_leaves=7", 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(DataIntegrityError, match=r"trees-01\.txt in .* was changed"):
        load_model(folder)
    path = single_file(TREES.fit(X, y), tmp_path / "old")
    path.write_text(path.read_text().replace("num_leaves=6", "num_leaves=7", 1))
    with pytest.raises(DataIntegrityError, match="damaged"):
        load_model(path)


def change_model(key, value):
    def change(document):
        document["model"][key] = value

    return change


def change_state(key, value):
    def change(document):
        document["model"]["state"][key] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda document: document.update(version=1), "version 1; this release reads 2"),
        (lambda document: document.update(model=None), "unknown model class None"),
        (change_model("class", "Evil"), "unknown model class 'Evil'"),
        (change_model("class", "LogOddsClassifier"), "unknown model class"),
        (change_model("parameters", {"lam": 1.0}), "parameters of a saved ElasticNetLogit"),
        (change_model("parameters", None), "parameters of a saved ElasticNetLogit"),
        (change_model("state", {}), "state of a saved ElasticNetLogit"),
        (change_model("feature_names", ["a"]), r"name its 4 features; got \['a'\]"),
        (change_model("feature_names", 3), "name its 4 features"),
        (change_state("coef_", [1.0]), "'coef_' .* does not fit 4 features"),
        (change_state("coef_", [1.0, 2.0, 3.0, "x"]), "'coef_' .* kind 'floats'"),
        (change_state("intercept_", None), "'intercept_' .* kind 'float'"),
        (change_state("n_features_in_", "four"), "'n_features_in_' .* kind 'int'"),
        (change_state("classes_", [0]), "'classes_'"),
    ],
)
def test_a_document_that_breaks_the_schema_is_refused(change, words, data, tmp_path):
    X, y = data
    path = single_file(ElasticNetLogit().fit(X, y), tmp_path / "m", change)
    with pytest.raises(DataIntegrityError, match=words):
        load_model(path)
