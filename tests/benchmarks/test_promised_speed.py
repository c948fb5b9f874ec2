"""The benchmark of the promised speeds runs; what it measures is no test, for a busy machine is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_promise_is_measured(monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import promised_speed

    result = promised_speed.measure(repeats=1)
    assert set(result) == {f"{name}_seconds" for name in promised_speed.ALLOWED} | {"too_slow"}
    assert all(result[f"{name}_seconds"] > 0 for name in promised_speed.ALLOWED)
    monkeypatch.setattr(promised_speed, "ALLOWED", dict.fromkeys(promised_speed.ALLOWED, -1.0))
    monkeypatch.setattr("sys.argv", ["promised_speed", "--json", "--repeats", "1"])
    with pytest.raises(SystemExit) as ended:
        promised_speed.main()
    assert ended.value.code == 1
    assert '"too_slow"' in capsys.readouterr().out
