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


def install(session: nox.Session, group: str, *options: str) -> None:
    """Install the project with a dependency group; pip knows groups from 25.1 on."""
    session.install("--upgrade", "pip>=25.1")
    session.install(*options, ".", "--group", group)


@nox.session(python=PYTHON_VERSIONS)
def tests(session: nox.Session) -> None:
    """Run the default suite on the oldest and the newest Python."""
    install(session, "test")
    session.run("pytest", *session.posargs)


@nox.session(python=PYTHON_VERSIONS[0])
def lowest(session: nox.Session) -> None:
    """Run the default suite on the lowest versions of every dependency; old ones warn about themselves."""
    install(session, "test", "-c", "tests/constraints-lowest.txt")
    session.run("pytest", "-W", "default", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the long checks."""
    install(session, "test", "--group", "browser")
    session.run("pytest", "-m", "slow", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, rules, types and safety, and print the import graph."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", *session.posargs)
    # Medium severity and above fails; the low ones are calls of subprocess without a shell.
    session.run("bandit", "--quiet", "-ll", "--recursive", "src", "benchmarks", "datasets", "docs")
    session.run("python", "benchmarks/import_graph.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error. ``-- -D sphinx_gallery_conf.plot_gallery=0`` skips tutorials."""
    install(session, "docs")
    target = os.environ.get("RTOP_DOCS_OUT", str(ROOT / "docs" / "_build"))
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", *session.posargs, "docs", target)


@nox.session
def figures(session: nox.Session) -> None:
    """Remake the figures of the README and the documentation, in place."""
    install(session, "docs")
    session.run("python", "docs/make_figures.py", *session.posargs)
