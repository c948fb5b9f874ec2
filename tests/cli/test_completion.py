"""Shells complete the command by the scripts that it prints."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from rtop_forecast.cli import main
from rtop_forecast.cli.parser import SHELLS


def script(shell, capsys):
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_holds_commands_options_states_and_datasets(shell, capsys):
    text = script(shell, capsys)
    for word in ("explain", "horizon", "compared-with", "SDN", "MMR", "ucdp_ged", "under_way"):
        assert word in text, word
    # the earlier names of options, and codes withdrawn, are not offered
    assert not {"--year", "--to", "BUR"} & set(text.replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_is_one_that_its_shell_reads(shell, capsys, tmp_path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    file = tmp_path / "script"
    file.write_text(script(shell, capsys))
    assert subprocess.run([program, "-n", str(file)], check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["ba"], {"backtest"}),
        (["explain", "SD"], {"SDN"}),
        (["rank", "--sit"], {"--situation"}),
        (["rank", "--situation", "q"], {"quiet"}),
        (["fetch", "ucdp_g"], {"ucdp_ged"}),
        (["completion", ""], set(SHELLS)),
        (["rank", "--out", "ho"], {"home"}),
    ],
)
def test_bash_completes_a_word(words, offered, capsys, tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    (tmp_path / "script").write_text(script("bash", capsys))
    (tmp_path / "home").mkdir()
    (tmp_path / "house.txt").touch()
    typed = " ".join(f"'{word}'" for word in ["rtop-forecast", *words])
    asked = (
        "source ./script; "
        f"COMP_WORDS=({typed}); COMP_CWORD={len(words)}; "
        "$(complete -p rtop-forecast | sed 's/.*-F \\([^ ]*\\).*/\\1/') rtop-forecast "
        f"'{words[-1]}' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    found = subprocess.run([bash, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {word.strip().rstrip("/") for word in found.stdout.splitlines() if word.strip()} == offered
