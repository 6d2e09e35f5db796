"""The command line, to the letter of its contract: other programs rely on it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import code_of
from sim.parameters import load_parameters

SIM = Path(sys.executable).with_name("sim")
RUN = ["run", "--territory", "synthetic:1", "--scale", "0.2"]
KEYS = {
    "run_id", "digest", "digests", "months", "start", "seed", "scale", "territory", "scenario", "agents",
    "organisations", "ledger", "horizons", "code_id", "platform", "seconds",
}  # fmt: skip


def refuse_constant(name):
    raise AssertionError(f"{name} is no JSON")


@pytest.fixture
def asked(capsys):
    """Run a command that prints JSON; return the object, after having checked that stdout holds nothing else."""

    def ask(*arguments, code=0):
        assert code_of([*map(str, arguments), "--json"]) == code
        return json.loads(capsys.readouterr().out, parse_constant=refuse_constant)

    return ask


@pytest.mark.parametrize("command", [[SIM], [sys.executable, "-m", "sim.cli"]], ids=["sim", "python -m sim.cli"])
def test_the_installed_command_prints_one_json_object(command):
    done = subprocess.run([*command, *RUN, "--months", "2", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout, parse_constant=refuse_constant)) >= KEYS


def test_what_run_prints(asked):
    run = asked(*RUN, "--months", "19", "--seed", "5", "--start", "2027-03")
    assert (run["months"], run["start"], run["seed"], run["scale"]) == (19, "2027-03", 5, 0.2)
    assert run["territory"]["kind"] == "synthetic"
    assert run["territory"]["population"] == 20_000
    assert 0 < run["organisations"] < run["agents"]
    assert run["agents"] == run["organisations"] + 10, "agents are the organisations and ten cohorts a territory"
    assert run["ledger"]["max_residual_cents"] == 0
    assert run["ledger"]["checks"] > 19
    assert len(run["run_id"]) == len(run["code_id"]) == 16
    assert set(run["digests"]) >= {"monthly", "flows", "needs", "projects_18"}
    assert set(run["seconds"]) == {"setup", "run", "write"}


def test_a_horizon_gives_every_indicator_with_its_unit(asked, capsys):
    listed = {row["name"]: row["unit"] for row in asked("list", "indicators")["indicators"]}
    horizons = asked(*RUN, "--months", "18")["horizons"]
    assert list(horizons) == ["18"]
    assert {name: found["unit"] for name, found in horizons["18"].items()} == listed
    assert {frozenset(found) for found in horizons["18"].values()} == {frozenset({"value", "unit"})}
    assert asked(*RUN, "--months", "17")["horizons"] == {}


def test_only_horizons_within_the_run_are_given(asked):
    """The seventeenth month of a run that starts in August 2049 is December 2050."""
    assert set(asked(*RUN, "--months", "16", "--start", "2049-08")["horizons"]) == set()
    assert set(asked(*RUN, "--months", "17", "--start", "2049-08")["horizons"]) == {"2050"}
    assert set(asked(*RUN, "--months", "19", "--start", "2049-08")["horizons"]) == {"18", "2050"}


def test_the_digest_does_not_depend_on_the_number_of_threads():
    digests = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "NUMBA_NUM_THREADS": threads}
        done = subprocess.run([SIM, *RUN, "--months", "20", "--json"], capture_output=True, text=True, env=environment)
        digests.add(json.loads(done.stdout)["digest"])
    assert len(digests) == 1


def test_checking_everything_changes_no_result(asked):
    loose, strict = asked(*RUN, "--months", "3"), asked(*RUN, "--months", "3", "--check")
    assert loose["digest"] == strict["digest"]
    assert strict["ledger"]["checks"] > loose["ledger"]["checks"]


def test_scenarios_combine_in_order_and_change_the_run(asked):
    plain, both = asked(*RUN, "--months", "20"), asked(*RUN, "engineering", "crisis", "--months", "20")
    assert both["scenario"] == ["engineering", "crisis"]
    assert both["run_id"] != plain["run_id"]
    assert both["digest"] != plain["digest"]


def test_out_is_written_once(asked, capsys, tmp_path):
    folder = tmp_path / "runs" / "one"
    first = asked(*RUN, "--months", "2", "--out", folder)
    assert json.loads((folder / "run.json").read_text())["digest"] == first["digest"]
    assert code_of([*RUN, "--months", "2", "--out", str(folder), "--json"]) == 0
    out, said = capsys.readouterr()
    assert json.loads(out) == first
    assert "already there" in said
    assert code_of([*RUN, "--months", "2", "--seed", "2", "--out", str(folder)]) == 2
    assert "another run" in capsys.readouterr().err
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_without_out_nothing_is_written(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked(*RUN, "--months", "1")
    assert not list(tmp_path.iterdir())


def test_a_replay_says_identical_or_what_differs(asked, tmp_path):
    run = asked(*RUN, "--months", "2", "--out", tmp_path / "run")
    answer = asked("replay", run["run_id"], "--store", tmp_path)
    assert answer["identical"] is True
    assert answer["same_platform"] is True
    stored = json.loads((tmp_path / "run" / "run.json").read_text())
    stored["digest"] = stored["digests"]["flows"] = "0" * 64
    (tmp_path / "run" / "run.json").write_text(json.dumps(stored))
    answer = asked("replay", run["run_id"], "--store", tmp_path / "run", code=1)
    assert (answer["identical"], answer["differ"]) == (False, ["flows"])


def test_a_replay_by_other_code_is_refused_with_the_reason(capsys, asked, tmp_path):
    run = asked(*RUN, "--months", "1", "--out", tmp_path / "run")
    stored = json.loads((tmp_path / "run" / "run.json").read_text())
    stored["run_id"] = "0" * 16
    stored["code_id"] = "f" * 16
    (tmp_path / "run" / "run.json").write_text(json.dumps(stored))
    assert code_of(["replay", "0" * 16, "--store", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "the code has changed" in said
    assert run["code_id"] in said


@pytest.mark.parametrize(
    "what", ["scenarios", "territories", "claims", "parameters", "phases", "columns", "indicators"]
)
def test_each_list_has_names_that_are_its_own(asked, capsys, what):
    listed = asked("list", what)
    assert list(listed) == [what]
    names = [next(iter(item.values())) for item in listed[what]]
    assert len(names) == len(set(names)) > 2
    assert code_of(["list", what]) == 0
    shares = 5 if what == "parameters" else 0  # a blank line, and the share of each kind
    assert len(capsys.readouterr().out.splitlines()) == len(names) + shares


@pytest.mark.parametrize("what", ["scenarios", "claims", "parameters", "phases", "columns", "indicators"])
def test_everything_that_is_listed_is_explained(asked, capsys, what):
    for item in asked("list", what)[what][:6]:
        for lang in ("en", "fr"):
            assert code_of(["explain", item["name"], "--lang", lang]) == 0
            assert item["name"] in capsys.readouterr().out


def test_help_names_every_command(capsys):
    assert code_of(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("run", "verdict", "report", "replay", "explain", "list", "bench"))


def test_a_run_becomes_a_page(asked, tmp_path):
    asked(*RUN, "--months", "18", "--out", tmp_path / "run")
    assert code_of(["report", str(tmp_path / "run"), "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert 'lang="fr"' in page


def test_an_interruption_leaves_nothing(tmp_path):
    command = [SIM, "run", "--territory", "synthetic:30", "--months", "1200", "--out", tmp_path / "run"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("run.tmp-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_the_list_of_parameters_ends_with_the_share_of_each_kind(capsys):
    assert code_of(["list", "parameters"]) == 0
    told = capsys.readouterr().out.rstrip().splitlines()[-4:]
    parameters = load_parameters()
    for line, kind in zip(told, ("law", "statistic", "calibrated", "assumption"), strict=True):
        of_kind = [name for name in parameters if parameters[name].kind == kind]
        drawn = [name for name in parameters.drawn if parameters[name].kind == kind]
        assert line.split()[:4] == [kind, str(len(of_kind)), "of", str(len(parameters))]
        assert f"{len(drawn)} of the {len(parameters.drawn)} drawn" in line


def test_a_long_run_tells_its_months_in_a_log(capsys, monkeypatch):
    """A short one tells nothing, and standard output belongs to the result either way."""
    assert code_of([*RUN, "--months", "3", "--json"]) == 0
    assert "month" not in capsys.readouterr().err
    monkeypatch.setattr("sim.cli.EVERY", 0.0)
    assert code_of([*RUN, "--months", "3", "--json"]) == 0
    told = capsys.readouterr()
    assert [line.split(",")[0] for line in told.err.splitlines() if line.startswith("month")] == [
        "month 1 of 3", "month 2 of 3", "month 3 of 3",
    ]  # fmt: skip
    assert json.loads(told.out)["months"] == 3
