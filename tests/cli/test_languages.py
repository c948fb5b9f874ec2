"""The command prints in the language that it is asked for, and refuses what no terminal shows."""

from __future__ import annotations

import pytest

from rtop_forecast.cli import main


def test_json_is_the_same_in_every_language(capsys):
    for words in (["rank"], ["explain", "Sudan"]):
        assert main([*words, "--lang", "fr", "--json"]) == 2
        assert "--json prints the same in every language" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["rank"], ["explain", "Sudan"]])
def test_arabic_is_left_to_the_page(capsys, command):
    with pytest.raises(SystemExit):
        main([*command, "--lang", "ar"])
    assert "argument --lang: invalid choice: 'ar'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["report"], ["brief", "Sudan"]])
def test_a_language_that_is_none_is_refused(capsys, command, tmp_path):
    with pytest.raises(SystemExit):
        main([*command, "--out", str(tmp_path / "x"), "--lang", "de"])
    assert "argument --lang: invalid choice: 'de'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
