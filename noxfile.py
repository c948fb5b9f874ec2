"""Sessions of the checks; ``nox --list`` shows them, ``nox -s tests`` runs one.

Arguments after ``--`` go to the tool, so that a session can be run on a part: ``nox -s tests -- tests/world``.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "lint"]
nox.options.reuse_existing_virtualenvs = True

PYTHON_VERSIONS = ["3.11", "3.13"]  # the oldest supported, the newest tested
ROOT = Path(__file__).parent


@nox.session(python=PYTHON_VERSIONS)
def tests(session: nox.Session) -> None:
    """Run the default suite on the oldest and the newest Python."""
    session.install(".", "--group", "test")
    session.run("pytest", *session.posargs)


@nox.session(python=PYTHON_VERSIONS[0])
def lowest(session: nox.Session) -> None:
    """Run the default suite on the lowest versions of every dependency; old ones warn about themselves."""
    session.install("-c", "tests/constraints-lowest.txt", ".", "--group", "test")
    session.run("pytest", "-W", "default", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the long checks."""
    session.install(".", "--group", "test")
    session.run("pytest", "-m", "slow", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, rules, types and safety, and print the import graph."""
    session.install(".", "--group", "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", *session.posargs)
    # Medium severity and above fails; the low ones are calls of subprocess without a shell.
    session.run("bandit", "--quiet", "-ll", "--recursive", "src", "benchmarks", "datasets", "docs")
    session.run("python", "benchmarks/import_graph.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error. ``-- -D sphinx_gallery_conf.plot_gallery=0`` skips tutorials."""
    session.install(".", "--group", "docs")
    target = os.environ.get("RTOP_DOCS_OUT", str(ROOT / "docs" / "_build"))
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", *session.posargs, "docs", target)


@nox.session
def figures(session: nox.Session) -> None:
    """Remake the figures of the README and the documentation."""
    session.install(".", "--group", "docs")
    session.run("python", "docs/make_figures.py", *session.posargs)
