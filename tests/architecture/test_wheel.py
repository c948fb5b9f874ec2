"""The wheel builds to the same bytes twice, installs outside the checkout and does the main job there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("RTOP_", "PYTHON", "PYTEST", "COV_"))
}


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=CLEAN, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    found = []
    for name in ("one", "two"):
        run(
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "-w",
            folder / name,
            ROOT,
            cwd=folder,
        )
        found.append(next((folder / name).glob("*.whl")))
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    assert len(digests) == 1, "two builds differ"
    return found[0]


@pytest.mark.slow
def test_the_wheel_holds_the_tables_and_nothing_of_the_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "core/episodes.csv",
        "sources.toml",
        "LICENSES.md",
        "geometry/",
        "mechanisms/memberships.csv",
        "mechanisms/tables.csv",
        "mechanisms/universal_periodic_review.csv",
    ):
        assert any(f"rtop_forecast/datasets/{part}" in name for name in names), part
    assert "rtop_forecast/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


@pytest.mark.slow
def test_the_main_job_runs_from_the_wheel_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    told = json.loads(run(tmp_path / "env" / "bin" / "rtop-forecast", "rank", "--json", cwd=tmp_path))
    assert told["ranking"][0]["rank"] == 1
    assert told["states"] > 150
    where = run(python, "-c", "import rtop_forecast; print(rtop_forecast.__file__)", cwd=tmp_path)
    assert "site-packages" in where
    resolved = run(python, "-m", "pip", "install", "--dry-run", f"{wheel}[all]", cwd=tmp_path)
    assert "Would install" in resolved
    for name in ("python-calamine", "rdata", "dask"):
        assert name in resolved.replace("_", "-"), name
