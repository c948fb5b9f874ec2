"""No test reads a clock or has a deadline: a busy machine must not fail one. Speed is measured in ``benchmarks/``."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(TESTS.rglob("*.py"))
CLOCKS = {"time", "timeit"}
# Standing still for a while, and giving up after a while.
METHODS = {"sleep", "perf_counter", "monotonic", "process_time", "alarm", "setitimer"}


def faults(source: str) -> list[str]:
    """Lines that look at a clock."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            found += [f"{node.lineno}: imports {name}" for name in sorted(names & CLOCKS)]
        elif isinstance(node, ast.ImportFrom) and node.module in CLOCKS:
            found.append(f"{node.lineno}: imports {node.module}")
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
        ):
            found.append(f"{node.lineno}: calls {node.func.attr}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            waits = node.func.attr in {"wait", "join", "run", "communicate"} and any(
                keyword.arg == "timeout" for keyword in node.keywords
            )
            found += [f"{node.lineno}: gives up after a while"] if waits else []
        if isinstance(node, ast.keyword) and node.arg == "deadline":
            free = isinstance(node.value, ast.Constant) and node.value.value is None
            found += [] if free else [f"{node.lineno}: has a deadline"]
        if isinstance(node, ast.Attribute) and node.attr == "timeout":
            found.append(f"{node.lineno}: has a timeout")
    return found


def test_the_tests_are_there():
    assert len(FILES) > 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_looks_at_a_clock(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import perf_counter",
        "loop.sleep(1)",
        "settings(deadline=200)",
        "settings(max_examples=3, deadline=limit)",
        "pytest.mark.timeout(5)",
        "subprocess.run(command, timeout=60)",
        "event.wait(timeout=5)",
    ],
)
def test_each_rule_catches_what_it_is_for(line):
    assert faults(line)


def test_the_profile_without_a_clock_is_in_force():
    from hypothesis import HealthCheck, settings

    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
