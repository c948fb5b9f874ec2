"""Every block of Python in the README and the documentation runs as it stands, page by page."""

from __future__ import annotations

import random
import re
from pathlib import Path

import joblib
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```python\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    return FENCE.findall(page.read_text(encoding="utf-8"))


WITH_CODE = [page for page in PAGES if "_build" not in page.parts and blocks(page)]


def test_pages_with_code_are_found():
    assert {"README.md", "ARCHITECTURE.md", "scale.md"} <= {page.name for page in WITH_CODE}


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_code_runs(page, tmp_path, monkeypatch, request):
    """One namespace a page, in an empty folder; DIR stands for the reader's folder of releases."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    # Dask and joblib move the global generators; conftest.py guards them against our code
    before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        with joblib.parallel_config(n_jobs=2):
            for source in blocks(page):
                if '"DIR"' in source:
                    folder = request.getfixturevalue("data_dir") / "ucdp"
                    source = source.replace('"DIR"', repr(str(folder)))
                exec(compile(source, str(page), "exec"), namespace)
    finally:
        np.random.set_state(before)  # noqa: NPY002
        random.setstate(python_before)
