"""`sim bench` gives every row under its name, says why one is missing, and measures what it says; nothing is timed."""

import importlib.util
import json
import math
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import against_c, draws, growth, keep, measuring, nation, peers, region, worlds
from sim import bench
from sim.cli import code_of
from sim.kernels import chance

NAMES = [
    "agent_months_per_second_per_core", "projects_per_row", "memberships_per_row", "draws_per_agent_month",
    "vs_plain_mesa", "vs_c", "france_seconds", "france_peak_gib", "runs_per_second_per_core", "bytes_per_agent",
    "bytes_per_tie_row", "bytes_per_alliance_row", "ledger_cost", "chance_cost", "record_cost", "growth_exponent",
    "two_core_speedup", "two_core_speedup_idf", "live_ms", "live_fan_seconds", "import_seconds",
    "run_process_warm_seconds", "run_process_cold_seconds",
]  # fmt: skip


def test_every_stable_name_is_a_row():
    assert list(bench.ROWS) == NAMES
    assert {row.group for row in bench.ROWS.values()} == set(bench.GROUPS)
    assert all((measuring.ROOT / "benchmarks" / f"{group}.py").exists() for group in bench.GROUPS)


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


def test_what_was_measured_before_the_time_is_over_is_kept_and_nothing_goes_on(tmp_path):
    mark = tmp_path / "mark"
    late = f"import time, pathlib; time.sleep(4); pathlib.Path({str(mark)!r}).touch()"
    code = (
        "import subprocess, sys, time\n"
        "print('first row', flush=True)\n"
        f"subprocess.Popen([sys.executable, '-c', {late!r}])\n"
        "time.sleep(60)"
    )
    said, ended = bench.spoken([sys.executable, "-c", code], 2)
    assert said == ["first row"]
    assert "not done after 2 s" in ended
    time.sleep(3)
    assert not mark.exists(), "what the process had started went on"


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


def copy_of_chance(folder, name, instead):
    """Import the file of chance with its drawing functions replaced."""
    file = folder / f"{name}.py"
    text = Path(chance.__file__).read_text(encoding="utf-8")
    file.write_text(draws.instrumented(text, instead), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_blocks_drawn_twice_and_counted_blocks_are_the_same_blocks(tmp_path):
    draws.publish_counter()
    uid = np.arange(1, 102, dtype=np.uint64) * np.uint64(7_919)
    drawn = {}
    draws.COUNTER.value = 0
    for name, module in (
        ("usual", chance),
        ("twice", copy_of_chance(tmp_path, "chance_twice", draws.TWICE)),
        ("counted", copy_of_chance(tmp_path, "chance_counted", draws.COUNTED)),
    ):
        words = tuple(np.zeros((3, uid.size), np.uint32))
        module.blocks(5, uid, 11, words, 3, 0, uid.size)
        of_one = np.zeros((4, 9), np.uint64)
        module.several(5, 123, 3, np.arange(9, dtype=np.uint64), 9, of_one)
        drawn[name] = (tuple(module.block(5, 123, 3, 11, 2)), *(word.tolist() for word in words), of_one.tolist())
    assert drawn["usual"] == drawn["twice"] == drawn["counted"]
    assert draws.COUNTER.value == uid.size + 9 + 1


def test_the_second_draw_is_not_removed(tmp_path):
    twice = copy_of_chance(tmp_path, "chance_kept", draws.TWICE)
    twice.philox(1, 2, 3, 4, 5, 6)
    (code,) = twice.philox.inspect_llvm().values()
    assert "asm sideeffect" in code


def test_a_copy_of_the_package_imports_nothing_of_the_original(tmp_path):
    draws.write_copy(measuring.ROOT / "sim", tmp_path / "sim_other", "sim_other", draws.TWICE)
    for file in (tmp_path / "sim_other").rglob("*.py"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert not line.lstrip().startswith(("import sim.", "from sim.", "from sim import", "import sim ")), file


def test_the_exponent_of_growth_is_that_of_a_power():
    sizes = [1e4, 1e5, 1e6]
    assert growth.slope([math.log(n) for n in sizes], [math.log(3 * n**1.1) for n in sizes]) == pytest.approx(1.1)


def test_what_is_extrapolated_says_so(monkeypatch):
    answer = {"seconds": {"setup": 10.0, "run": 36.0, "write": 0.0}, "agents": 1}
    monkeypatch.setattr(nation, "watched", lambda territory, months: (50.0, 2**30, answer))
    monkeypatch.setattr(nation, "growth_of_time", lambda territory, short, months: 10.0)
    short, whole = measuring.Found(), measuring.Found()
    nation.measure(short, set(), need=0)
    nation.measure(whole, set(), need=0, full=True)
    assert short.rows == {"france_seconds": 50.0 + 9 * 36.0, "france_peak_gib": 1.0}
    assert "EXTRAPOLATED from 36 months" in short.notes["france_seconds"]
    assert whole.rows["france_seconds"] == 50.0
    assert "in full" in whole.notes["france_seconds"]


def test_a_run_too_large_for_the_machine_is_not_tried():
    found = measuring.Found()
    nation.measure(found, set(), need=math.inf)
    assert found.rows == {"france_seconds": None, "france_peak_gib": None}
    assert "not tried" in found.notes["france_seconds"]


# Every branch of the two kernels is taken in one of these worlds.
FORMS = {
    "as it is": {},
    "other forms": {
        "form.value": 1, "form.returns": 1, "form.network": 1, "form.perception": 1, "form.contagion": 1,
        "commons.shared": 0.25,
    },
    "policies and promoters": {
        "mandate_alliances.share": 0.5, "promoters.order_effect": 0.2, "partnership.patronage": 1.0,
        "alliances.branching": 0.3, "engineering.dose": 2.0,
    },
}  # fmt: skip


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc on this machine")
@pytest.mark.parametrize("form", FORMS)
def test_kernels_in_c_give_the_same_bits(busy_world, tmp_path, form):
    world = busy_world(values=FORMS[form], strict=False)
    world.run(13)
    rivals = [against_c.Rival(name, tmp_path, 1) for name in against_c.KERNELS]
    for rival in rivals:
        rival.enter(world)
    try:
        world.run(3)
    finally:
        for rival in rivals:
            rival.leave(world)
    for rival in rivals:
        assert len(rival.times["c"]) == 3
        assert rival.same, rival.name


def test_a_kernel_that_has_changed_is_not_compared(tmp_path):
    with pytest.raises(RuntimeError, match="the kernel desire has changed"):
        against_c.translated("desire", {"alive": np.zeros(1, np.uint8), "terms": None}, tmp_path)


def test_every_peer_that_is_installed_gives_the_same_wishes():
    place = peers.Place(120)
    there, missing = peers.versions(place, 7)
    assert there.keys() | missing.keys() == peers.PEERS.keys()
    assert missing.keys() <= {"AgentPy"}
    wishes = {name: run() for name, run in there.items()}
    first = wishes["NumPy"]
    assert np.ptp(first) > 0.5
    assert not np.allclose(first, place.disposition, atol=0.1), "nobody has moved"
    for name, run in there.items():
        assert np.array_equal(wishes[name], first), name
        assert np.array_equal(run(), first), f"{name} does not start again from the same place"


def test_peers_say_what_each_costs_and_why_one_is_missing(monkeypatch):
    def absent(place, steps):
        raise ImportError("No module named 'nowhere'")

    monkeypatch.setitem(peers.PEERS, "AgentPy", (absent, "agentpy"))
    found = measuring.Found()
    peers.measure(found, {"peers"}, agents=100, steps=2, rounds=1)
    shown = bench.peers_as_text({"peers": found.beside["peers"], "notes": {}})
    assert len(shown) == len(peers.PEERS)
    assert "pip install" in shown[-1]
    assert all(entry["same_results"] for entry in found.beside["peers"].values() if entry["ns"])


def test_the_page_of_performance_shows_what_is_kept():
    spec = importlib.util.spec_from_file_location("performance", measuring.ROOT / "docs" / "performance.py")
    performance = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(performance)
    page = performance.PAGE.read_text(encoding="utf-8")
    assert performance.filled(page) == page, "run python docs/performance.py"
    assert performance.CHART.read_text(encoding="utf-8") == performance.chart(), "run python docs/performance.py"
