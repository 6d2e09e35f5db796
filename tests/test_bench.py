"""`sim bench` gives every row under its name, says why one is missing, and measures what it says; nothing is timed."""

import json
import subprocess
import sys

import pytest

from benchmarks import keep, measuring, region, worlds
from sim import bench
from sim.cli import code_of

NAMES = [
    "agent_months_per_second_per_core", "projects_per_row", "memberships_per_row", "draws_per_agent_month",
    "vs_plain_mesa", "vs_c", "france_seconds", "france_peak_gib", "runs_per_second_per_core", "bytes_per_agent",
    "bytes_per_tie_row", "bytes_per_alliance_row", "ledger_cost", "chance_cost", "record_cost", "growth_exponent",
    "two_core_speedup", "two_core_speedup_idf", "live_ms", "live_fan_seconds", "import_seconds",
    "run_process_warm_seconds", "run_process_cold_seconds",
]  # fmt: skip


def test_every_stable_name_is_a_row():
    assert list(bench.ROWS) == NAMES


def test_one_row_alone_is_one_json_object():
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "bench", "--only", "import_seconds", "--json"],
        env=measuring.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    measured = json.loads(done.stdout)
    assert measured["import_seconds"] > 0
    assert measured["spread"]["import_seconds"]["n"] >= 5
    assert measured["goals"]["import_seconds"] == {"goal": 0.15, "beyond": None, "better": "less"}
    assert not set(NAMES) & set(measured) - {"import_seconds"}


def test_an_unknown_row_lists_those_that_exist(capsys):
    assert code_of(["bench", "--only", "speed"]) == 2
    said = capsys.readouterr().err
    assert "speed" in said
    assert all(name in said for name in NAMES)


def test_a_group_that_fails_gives_rows_that_are_null_and_why(monkeypatch):
    monkeypatch.setattr(bench, "LIMIT", 0.01)
    measured = bench.measure(["live_ms"])
    assert measured["live_ms"] is None
    assert "not done" in measured["notes"]["live_ms"]
    assert "not measured" in bench.as_text(measured)


def test_a_group_that_is_not_there_says_so(monkeypatch):
    monkeypatch.setitem(bench.ROWS, "live_ms", bench.ROWS["live_ms"]._replace(group="nowhere"))
    monkeypatch.setattr(bench, "GROUPS", ("nowhere",))
    measured = bench.measure(["live_ms"])
    assert measured["live_ms"] is None
    assert "not landed" in measured["notes"]["live_ms"]


def test_an_empty_world_is_not_timed(world):
    assert not worlds.dense(world)
    assert worlds.density(world)["projects_per_row"] < worlds.LEAST_PROJECTS


def test_the_cost_of_the_ledger_is_measured_on_equal_worlds():
    found, months = measuring.Found(), 4
    pairs = [worlds.started("synthetic:1", months) for _ in range(2)]
    region.time_months(found, *pairs, months)
    assert found.beside["same_bits_without_ledger_and_record"]
    assert found.spread["ledger_cost"]["n"] == found.spread["record_cost"]["n"] == months // 2
    (one, record), (other, _) = pairs
    assert one.month == other.month == record.months == months
    assert 0 < other.ledger.checks < one.ledger.checks + other.ledger.checks
    for world in (one, other):
        assert not {"open", "close"} & set(vars(world.ledger)), "a clock was left in the ledger"


def test_bytes_per_row_are_those_of_the_tables(world):
    found = measuring.Found()
    region.memory(found, world)
    table = world.state.organisations
    total = sum(array.nbytes for name, array in vars(table).items() if not name.startswith("_"))
    assert found.rows["bytes_per_agent"] == pytest.approx(total / world.organisations)


def test_variants_are_timed_in_turn():
    order = []
    times = measuring.in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=4)
    assert "".join(order) == "abbaabba"
    assert [len(t) for t in times.values()] == [4, 4]


def test_what_is_kept_holds_the_machine_and_every_row(tmp_path):
    measured = {
        "live_ms": 123.456, "import_seconds": None, "notes": {"import_seconds": "no clock"}, "beside": {"agents": 5},
        "spread": {"live_ms": {"low": 100.0, "high": 1234.5, "n": 5}}, **bench.about(["live_ms", "import_seconds"]),
    }  # fmt: skip
    file = tmp_path / "results.csv"
    assert keep.keep(measured, file) == 3
    assert keep.keep(measured, file) == 3
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 7
    assert lines[0] == ",".join(keep.COLUMNS)
    assert lines[1].startswith(f"{measured['date']},{measured['code_id']},")
    assert ",live_ms,123.5,ms,100,1234,5," in lines[1]
    assert lines[2].endswith(",import_seconds,,s,,,,no clock")
