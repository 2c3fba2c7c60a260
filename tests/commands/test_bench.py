import json

import pytest

from commands import bench


def test_the_engines_figure_stands_beside_a_limit_of_the_same_run(capsys: pytest.CaptureFixture[str]):
    code = bench.main(["engine", "--json"])

    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) == {"name", "value", "unit", "limit", "ratio", "goal", "met"}
    assert row["value"] > 0
    assert row["ratio"] == pytest.approx(row["value"] / row["limit"], abs=0.001)
    assert code == (0 if row["met"] else 1)


def test_a_missed_goal_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    missed = bench._row("a figure", 1.0, "things/s", 100.0, goal=0.5)
    monkeypatch.setitem(bench.BENCHES, "engine", lambda: [missed])

    assert bench.main(["engine"]) == 1
    assert "MISSED" in capsys.readouterr().out
