"""How the command ends when it is interrupted, nobody reads it, no space is left or there is no network."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import commands, main
from rtop_forecast.cli.parser import parser
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.sources.folder import download

COMMAND = [sys.executable, "-m", "rtop_forecast.cli"]
FULL = Path("/dev/full")
NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of a process group are of POSIX")


@pytest.fixture(scope="module")
def made(few_features):
    """A forecast as the commands make it, of a small model."""
    with pytest.MonkeyPatch.context() as patch:
        few_features(patch)
        small = HistoryLogit(HISTORY_COLUMNS)
        patch.setitem(vars(rtop), "default_model", lambda: small)
        words = ["rank", "--origin", "2020", "--jobs", "1", "--quiet", "--no-cache"]
        return commands._forecast_and_backtest(parser().parse_args(words))


def one_line(text: str, *, says: str) -> None:
    assert text.count("\n") == 1, text
    assert says in text
    assert "Traceback" not in text


def fails(error):
    def raising(*_args, **_options):
        raise error

    return raising


@pytest.mark.parametrize("words", [["sources"], ["rank", "--help"], ["completion", "bash"]])
def test_a_reader_that_has_gone_ends_it_in_one_line(words):
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run([*COMMAND, *words], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert ended.returncode == 2
    one_line(ended.stderr, says="what reads the output closed it before the end")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", [["sources"], ["--help"], ["sources", "--json"]])
def test_a_full_disk_behind_stdout_ends_it_in_one_line(words):
    with FULL.open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    one_line(ended.stderr, says="the output cannot be written (No space left on device). Free space")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_progress_that_cannot_be_written_does_not_stop_the_work():
    with FULL.open("w") as full:
        ended = subprocess.run([*COMMAND, "sources"], stdout=subprocess.PIPE, stderr=full, check=False)
    assert ended.returncode == 0
    assert b"ucdp-ged" in ended.stdout


@POSIX
def test_a_closed_stdout_ends_it_in_one_line():
    command = f'"{sys.executable}" -m rtop_forecast.cli sources >&-'
    ended = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    one_line(ended.stderr, says="stdout is closed")


def test_letters_that_the_output_cannot_hold_end_it_in_one_line(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    monkeypatch.setattr(commands, "registry_text", lambda _: "Côte d'Ivoire")
    assert main(["sources"]) == 2
    one_line(capsys.readouterr().err, says="Set PYTHONIOENCODING=utf-8")


@pytest.mark.parametrize("words", [["rank"], ["report"], ["lock", "--date", "2021-07-01"]])
def test_a_full_disk_under_the_files_ends_it_in_one_line_and_leaves_nothing(
    made, words, capsys, monkeypatch, tmp_path
):
    monkeypatch.setattr(commands, "forecast_of", lambda *_: made[0])
    monkeypatch.setattr(commands, "_forecast_and_backtest", lambda *_: made)
    monkeypatch.setitem(vars(rtop), "write_report", lambda *a, **_: rtop.write_tables(a[0], a[2]))
    monkeypatch.setattr(os, "fsync", fails(NO_SPACE))
    out = tmp_path / {"lock": "a.json"}.get(words[0], "new")
    assert main([*words, "--out", str(out), "--quiet"]) == 2
    one_line(capsys.readouterr().err, says="cannot be written (No space left on device)")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("offline", "no connection can be made; check that there is a network"),
        ("proxy", "the proxy gives no connection; check the network"),
        ("full", "cannot be written (No space left on device)"),
    ],
)
def test_fetching_without_a_network_or_space_ends_in_one_line_and_leaves_nothing(
    capsys, monkeypatch, tmp_path, fault, says
):
    import pooch
    import requests

    error = {
        "offline": requests.exceptions.ConnectionError("Max retries exceeded"),
        "proxy": requests.exceptions.ProxyError("Max retries exceeded"),
        "full": NO_SPACE,
    }[fault]
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", fails(error))
    monkeypatch.setattr(download.time, "sleep", lambda _: None)
    assert main(["fetch", "epr", "--out", str(tmp_path / "to"), "--quiet"]) == 2
    one_line(capsys.readouterr().err, says=says)
    assert list((tmp_path / "to").iterdir()) == []


def test_fetching_says_how_far_it_is(capsys, monkeypatch, tmp_path):
    import pooch
    import requests

    error = requests.exceptions.ConnectionError("Max retries exceeded")
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", fails(error))
    monkeypatch.setattr(download.time, "sleep", lambda _: None)
    assert main(["fetch", "epr", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines()[0] == "releases fetched: 0 of 1"


@pytest.mark.parametrize("work", ["load_panel", "backtest", "forecast", "write_tables"])
def test_an_interruption_ends_with_130_in_one_line(made, work, capsys, monkeypatch, tmp_path):
    result = {"backtest": made[1], "forecast": made[0]}
    for name, value in result.items():
        monkeypatch.setitem(vars(rtop), name, lambda *_, value=value, **__: value)
    monkeypatch.setitem(vars(rtop), work, fails(KeyboardInterrupt()))
    before = signal.getsignal(signal.SIGTERM)
    assert main(["rank", "--out", str(tmp_path / "new"), "--quiet"]) == 130
    out = capsys.readouterr()
    assert out.out == ""
    one_line(out.err, says="rtop-forecast: interrupted")
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("error", [MemoryError(), pytest.param("killed", id="killed")])
def test_too_little_memory_ends_with_2_in_one_line(error, capsys, monkeypatch):
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    raised = TerminatedWorkerError("a worker was killed") if error == "killed" else error
    monkeypatch.setitem(vars(rtop), "backtest", fails(raised))
    assert main(["rank", "--quiet"]) == 2
    one_line(capsys.readouterr().err, says="Use --jobs 1")


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "lines"),
    [
        pytest.param(signal.SIGTERM, 1, id="killed when the workers begin"),
        pytest.param(signal.SIGINT, 2, id="ctrl-c when they have given results"),
    ],
)
def test_worker_processes_end_with_the_command(number, lines, tmp_path, request):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = [*COMMAND, "rank", "--origin", "1985", "--jobs", "2", "--out", str(tmp_path / "new")]
    environment = os.environ | {"TMPDIR": str(scratch), "JOBLIB_TEMP_FOLDER": str(scratch)}
    # a shell that runs the tests behind itself has them ignore Ctrl-C, and what they start as well
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as running:
        for _ in range(lines):
            assert running.stderr.readline().startswith("calibration: ")
        # Ctrl-C reaches every process of the terminal, kill the one that it names
        (os.killpg if number == signal.SIGINT else os.kill)(running.pid, number)
        out, err = running.communicate()
    assert running.returncode == 130
    assert out == ""
    last = [said for said in err.splitlines(keepends=True) if not said.startswith("calibration: ")]
    one_line("".join(last), says="rtop-forecast: interrupted")
    assert list(scratch.rglob("*")) == []
    assert not (tmp_path / "new").exists()
