"""Nothing is unpickled, evaluated or extracted unchecked, and no shell is called: read from the sources."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path for folder in ("src", "datasets", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")
)
MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "xml", "pty"}
BARE = {"eval", "exec", "compile", "__import__"}
# Attributes by which common libraries unpickle, extract or run a shell.
METHODS = {
    "read_pickle", "to_pickle", "extractall", "extract_all", "unpack_archive", "system", "popen", "getoutput",
    "getstatusoutput", "mktemp", "eval", "read_html",
}  # fmt: skip
# The one place where the library starts a process: workbooks are read apart, with a list of arguments.
MAY_START_PROCESSES = {"src/rtop_forecast/sources/reading/files.py"}


def faults(source: str, *, name: str = "module.py", library: bool = True) -> list[str]:
    """Lines that break a rule."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            imported = {module or "", *(alias.name for alias in node.names if module is None)}
            tops = {one.split(".")[0] for one in imported}
            found += [f"{node.lineno}: imports {top}" for top in sorted(tops & MODULES)]
            if library and "subprocess" in tops and name not in MAY_START_PROCESSES:
                found.append(f"{node.lineno}: imports subprocess")
        if not isinstance(node, ast.Call):
            continue
        target = node.func
        if isinstance(target, ast.Name) and target.id in BARE:
            found.append(f"{node.lineno}: calls {target.id}")
        if isinstance(target, ast.Attribute):
            owner = target.value.id if isinstance(target.value, ast.Name) else ""
            if target.attr in METHODS or (owner, target.attr) in {("joblib", "load"), ("os", "execv")}:
                found.append(f"{node.lineno}: calls {target.attr}")
            if target.attr == "extract" and owner in {"archive", "tar", "zip", "zipped", "member"}:
                found.append(f"{node.lineno}: extracts unchecked")
        for keyword in node.keywords:
            asked = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
            if keyword.arg in {"shell", "allow_pickle"} and asked:
                found.append(f"{node.lineno}: {keyword.arg}=True")
            if (
                keyword.arg == "verify"
                and isinstance(keyword.value, ast.Constant)
                and not keyword.value.value
            ):
                found.append(f"{node.lineno}: verify=False")
    return found


def test_the_tree_is_there():
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_unpickles_evaluates_or_calls_a_shell(path):
    library = path.is_relative_to(ROOT / "src")
    assert (
        faults(path.read_text(encoding="utf-8"), name=path.relative_to(ROOT).as_posix(), library=library)
        == []
    )


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from marshal import loads",
        "import os; os.system('ls')",
        "eval('1')",
        "pd.read_pickle('a')",
        "np.load('a', allow_pickle=True)",
        "import subprocess",
        "run('ls', shell=True)",
        "archive.extractall('x')",
        "joblib.load('a')",
        "table.eval('a + b')",
        "requests.get('x', verify=False)",
    ],
)
def test_each_rule_catches_what_it_is_for(line):
    assert faults(line)


# First release without a published flaw: the lower bounds of pyproject.toml must lie at or above it.
ADVISORIES = {
    "jinja2": ("3.1.6", "CVE-2025-27516, GHSA-cpwx-vrp4-4pq7"),
    "pyarrow": ("14.0.1", "CVE-2023-47248"),
}


def test_lower_bounds_leave_out_releases_with_known_flaws():
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    bounds = {}
    for line in document["project"]["dependencies"]:
        name, _, bound = line.partition(">=")
        assert bound, f"{line} has no lower bound"
        bounds[name] = tuple(int(part) for part in bound.split("."))
    for name, (fixed, source) in ADVISORIES.items():
        assert bounds[name] >= tuple(int(part) for part in fixed.split(".")), source
