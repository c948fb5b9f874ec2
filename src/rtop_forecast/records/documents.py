"""Calibrators, features, panels and explanations as JSON and tables, and back; numbers and text only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast import calibration as library
from rtop_forecast.calibration import Calibrator, MonthlyStage
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.reasons import FactorDraws
from rtop_forecast.features import CATALOGUE, Features, FeatureSpec, own_feature
from rtop_forecast.features.months import MONTH_PREFIX, month_spec
from rtop_forecast.features.own_history import EventHistory, history_specs
from rtop_forecast.panel import Panel, Variable
from rtop_forecast.storage.manifest import as_json, as_parquet, table_of
from rtop_forecast.world.states import KEYS

_REPORTS = ("report", "unmatched", "origin", "files")


def calibrator_document(calibrator: Calibrator) -> dict[str, Any]:
    """Class, parameters and, if it is fitted, numbers of a calibrator.

    Raises
    ------
    InputError
        If it is not one of the library's.
    """
    kind = type(calibrator).__name__
    if getattr(library, kind, None) is not type(calibrator):
        message = (
            f"only the library's calibrators can be saved; {kind} is not one of them. "
            "Choose one from rtop_forecast.calibration."
        )
        raise InputError(message)
    numbers = {name: _plain(value) for name, value in vars(calibrator).items() if name.endswith("_")}
    parameters = {name: value for name, value in vars(calibrator).items() if not name.endswith("_")}
    return {"class": kind, "parameters": parameters, **({"fitted": numbers} if numbers else {})}


def stage_document(stage: MonthlyStage) -> dict[str, Any]:
    """Parameters and numbers of a fitted stage of the months."""
    numbers = {name: _plain(value) for name, value in vars(stage).items() if name.endswith("_")}
    parameters = {name: value for name, value in vars(stage).items() if not name.endswith("_")}
    return {"parameters": parameters, "fitted": numbers}


def stage_from(document: Mapping[str, Any]) -> MonthlyStage:
    """Stage of the months from its document."""
    stage = MonthlyStage(**document["parameters"])
    for name, value in document["fitted"].items():
        setattr(stage, name, _value(value))
    return stage


def calibrator_from(document: Mapping[str, Any]) -> Calibrator:
    """Calibrator from its document.

    Raises
    ------
    DataIntegrityError
        If the class is unknown, or its parameters differ.
    """
    kind = getattr(library, str(document.get("class")), None)
    if not (isinstance(kind, type) and issubclass(kind, Calibrator)):
        message = f"this release knows no calibrator {document.get('class')!r}. Load it with the release that saved it."
        raise DataIntegrityError(message)
    try:
        calibrator = kind(**document["parameters"])
    except TypeError as error:
        message = f"the saved {kind.__name__} has other parameters than in this release ({error})."
        raise DataIntegrityError(message) from error
    for name, value in document.get("fitted", {}).items():
        setattr(calibrator, name, _value(value))
    return calibrator


def feature_documents(specs: Sequence[FeatureSpec]) -> list[dict[str, Any]]:
    """Name of each feature, with the risk factor of one of the user's own.

    Raises
    ------
    InputError
        If a feature is neither in the catalogue nor a variable of the user's own.
    """
    catalogue = {spec.name: spec for spec in CATALOGUE}
    documents: list[dict[str, Any]] = []
    for spec in specs:
        if catalogue.get(spec.name) is spec:
            documents.append({"name": spec.name})
        elif spec.name.startswith(MONTH_PREFIX) and month_spec(spec.name) == spec:
            documents.append({"name": spec.name, "by_month": True})
        elif isinstance(spec.compute, EventHistory):
            documents.append({"name": spec.name, "event": spec.compute.event})
        elif spec.variables == (spec.name,) and len(spec.risk_factors) == 1:
            documents.append({"name": spec.name, "own": spec.risk_factors[0]})
        else:
            message = (
                f"feature {spec.name!r} is neither in the catalogue nor a variable of your own; it cannot be saved. "
                "Leave it out."
            )
            raise InputError(message)
    return documents


def features_from(documents: Sequence[Mapping[str, Any]]) -> tuple[FeatureSpec, ...]:
    """Features from their documents.

    Raises
    ------
    DataIntegrityError
        If the catalogue no longer has one.
    """
    catalogue = {spec.name: spec for spec in CATALOGUE}
    for one in documents:
        catalogue |= {spec.name: spec for spec in history_specs(one["event"])} if "event" in one else {}
        catalogue |= {one["name"]: month_spec(one["name"])} if "by_month" in one else {}
    missing = [one["name"] for one in documents if "own" not in one and one["name"] not in catalogue]
    if missing:
        message = (
            f"{len(missing)} of {len(documents)} saved features are not in this release's catalogue, "
            f"first {missing[0]!r}. Load them with the release that saved them."
        )
        raise DataIntegrityError(message)
    return tuple(
        own_feature(one["name"], int(one["own"])) if "own" in one else catalogue[one["name"]]
        for one in documents
    )


def feature_contents(features: Features) -> dict[str, bytes]:
    """Files of features, with the variables that they read from their panel and without its vintages."""
    panel = features.panel
    names = list(dict.fromkeys(name for spec in features.specs for name in spec.variables))
    document = {
        "specs": feature_documents(features.specs),
        "issue_month": features.issue_month,
        "variables": [asdict(panel.variables[name]) for name in names],
        "issued": None if panel.issued is None else panel.issued.isoformat(),
        "hashes": dict(panel.hashes),
    }
    tables = {
        "features": features.frame,
        "ages": features.ages[[*KEYS, *features.names]],
        "panel": panel.frame[[*KEYS, "name", *names]],
        **{f"panel_{name}": getattr(panel, name) for name in _REPORTS},
    }
    return {
        "features.json": as_json(document),
        **{f"{name}.parquet": as_parquet(table) for name, table in tables.items()},
    }


def features_of_contents(contents: Mapping[str, bytes]) -> Features:
    """Features from their files."""
    document = json.loads(contents["features.json"])
    frame, ages = table_of(contents["features.parquet"]), table_of(contents["ages.parquet"])
    ages.insert(2, "name", frame["name"])
    reports: dict[str, Any] = {name: table_of(contents[f"panel_{name}.parquet"]) for name in _REPORTS}
    panel = Panel(
        frame=table_of(contents["panel.parquet"]),
        variables={fields["name"]: _variable(fields) for fields in document["variables"]},
        issued=None if document["issued"] is None else date.fromisoformat(document["issued"]),
        hashes=document["hashes"],
        **reports,
    )
    return Features(
        frame=frame,
        ages=ages,
        specs=features_from(document["specs"]),
        issue_month=document["issue_month"],
        panel=panel,
    )


def _variable(fields: Mapping[str, Any]) -> Variable:
    """Variable from its fields; those that an earlier version did not write have their defaults."""
    return Variable(**{**fields, "seams": tuple(fields.get("seams", ()))})


def explanation_contents(tables: Mapping[int, AttributionTable]) -> dict[str, bytes]:
    """Files of the explanations of some origins, which share their features."""
    if not tables:
        return {}
    first = next(iter(tables.values()))
    document = {
        "specs": feature_documents(first.specs),
        "sources": list(first.sources),
        "references": {str(origin): table.reference for origin, table in tables.items()},
    }
    parts = {
        "keys": pd.concat([_keys(origin, table) for origin, table in tables.items()], ignore_index=True),
        "medians": pd.DataFrame({str(origin): table.reference_medians for origin, table in tables.items()}),
    }
    for name in ("contributions", "values", "ages"):
        stacked = np.vstack([getattr(table, name) for table in tables.values()])
        parts[name] = pd.DataFrame(stacked, columns=[spec.name for spec in first.specs])
    return {
        "explanations.json": as_json(document),
        **{f"explained_{name}.parquet": as_parquet(table) for name, table in parts.items()},
    }


def explanations_from(contents: Mapping[str, bytes]) -> dict[int, AttributionTable]:
    """Explanations from their files, by origin; none if there are no such files."""
    if "explanations.json" not in contents:
        return {}
    document = json.loads(contents["explanations.json"])
    specs = features_from(document["specs"])
    parts = {
        name: table_of(contents[f"explained_{name}.parquet"])
        for name in ("keys", "medians", "contributions", "values", "ages")
    }
    result = {}
    for origin, reference in document["references"].items():
        here = (parts["keys"]["origin_year"] == int(origin)).to_numpy()
        result[int(origin)] = AttributionTable(
            keys=parts["keys"].loc[here, ["country_id", "name"]].reset_index(drop=True),
            origin_year=int(origin),
            reference=reference,
            baseline=parts["keys"].loc[here, "baseline"].to_numpy(dtype=float),
            contributions=parts["contributions"].to_numpy(dtype=float)[here],
            values=parts["values"].to_numpy(dtype=float)[here],
            ages=parts["ages"].to_numpy(dtype=float)[here],
            reference_medians=parts["medians"][origin].to_numpy(dtype=float),
            specs=specs,
            sources=tuple(document["sources"]),
        )
    return result


def _keys(origin: int, table: AttributionTable) -> pd.DataFrame:
    return table.keys[["country_id", "name"]].assign(origin_year=origin, baseline=table.baseline)


def _plain(value: Any) -> Any:
    """JSON form of a fitted number; its key says what it is."""
    if isinstance(value, np.ndarray):
        return {"array": [repr(float(one)) for one in value.ravel()], "shape": list(value.shape)}
    if isinstance(value, dict):
        return {"years": {str(int(year)): repr(float(one)) for year, one in value.items()}}
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return {"labels": list(value)}
    if isinstance(value, tuple):
        return {"numbers": [repr(float(one)) for one in value]}
    return {"number": repr(float(value))}


def _value(document: Mapping[str, Any]) -> Any:
    match document:
        case {"array": numbers, "shape": shape}:
            return np.array([float(one) for one in numbers]).reshape(shape)
        case {"years": numbers}:
            return {int(year): float(one) for year, one in numbers.items()}
        case {"labels": labels}:
            return tuple(str(label) for label in labels)
        case {"numbers": numbers}:
            return tuple(float(one) for one in numbers)
        case {"number": number}:
            return float(number)
    message = f"a fitted number of a saved calibrator cannot be read: {document!r}."
    raise DataIntegrityError(message)


def factor_contents(factors: FactorDraws | None) -> dict[str, bytes]:
    """Files of the contributions of risk factors in the refits behind a forecast; none without any."""
    if factors is None:
        return {}
    draws, states, _ = factors.draws.shape
    layers = np.concatenate([factors.point[None], factors.draws]).reshape((draws + 1) * states, -1)
    table = pd.DataFrame(layers, columns=[str(number) for number in factors.factors])
    table.insert(0, "country_id", np.tile(factors.countries, draws + 1))
    return {
        "factor_draws.parquet": as_parquet(table),
        "factor_draws.json": as_json({"stretch": factors.stretch}),
    }


def factors_from(contents: Mapping[str, bytes]) -> FactorDraws | None:
    """Contributions of risk factors from their file; None if there is none."""
    if "factor_draws.parquet" not in contents:
        return None
    table = table_of(contents["factor_draws.parquet"])
    countries = table["country_id"].drop_duplicates().to_numpy(dtype=np.int64)
    names = [name for name in table.columns if name != "country_id"]
    layers = table[names].to_numpy(dtype=np.float64).reshape(-1, countries.size, len(names))
    return FactorDraws(
        countries=countries,
        factors=tuple(int(name) for name in names),
        point=layers[0],
        draws=layers[1:],
        stretch=float(json.loads(contents["factor_draws.json"])["stretch"]),
    )
