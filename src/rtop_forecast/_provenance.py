"""Versions of the packages that results depend on."""

from __future__ import annotations

from importlib.metadata import version

_PACKAGES = ("rtop-forecast", "numpy", "pandas", "scipy", "scikit-learn", "lightgbm")


def package_versions() -> dict[str, str]:
    """Installed version of each package that numbers depend on."""
    return {name: version(name) for name in _PACKAGES}
