"""Versions of the packages that results depend on."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from rtop_forecast.features import Features
from rtop_forecast.targets import Target

_PACKAGES = ("rtop-forecast", "numpy", "pandas", "scipy", "scikit-learn", "lightgbm")


def package_versions() -> dict[str, str]:
    """Installed version of each package that numbers depend on."""
    return {name: version(name) for name in _PACKAGES}


def provenance(features: Features, target: Target, *, seed: int) -> dict[str, Any]:
    """Name the sources, releases, packages, target and seed behind a result.

    Parameters
    ----------
    features : Features
    target : Target
    seed : int
    """
    report = features.panel.report
    files = features.panel.files
    other = files[files["used"].astype(bool) & (files["note"] != "as registered")]
    return {
        "sources": {str(row["source"]): str(row["release"]) for row in report.to_dict("records")},
        "sha256": dict(features.panel.hashes),
        "files_not_as_registered": dict(zip(other["file"], other["note"], strict=True)),
        "packages": package_versions(),
        "event": target.event,
        "kind": target.kind,
        "horizon": target.horizon,
        "onsets_coded_to": target.last_observed,
        "features": features.names,
        "seed": seed,
    }
