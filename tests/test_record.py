"""What a run leaves on disk: named by what determines it, readable without us, whole or not there."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

import sim
from sim import code_id, results
from sim.errors import InputError, OutputError, RunError
from sim.running import Prepared, configured, same_beginning, stored

DIGEST = Path(__file__).parent.parent / "docs" / "digest.py"


def config(**changes):
    return configured("synthetic:1", **{"months": 3, **changes})


@pytest.fixture(scope="module")
def run():
    """A short run."""
    return Prepared(config()).run()


@pytest.fixture
def folder(run, tmp_path):
    """A short run on disk."""
    return run.save(tmp_path / "run")


def recomputed(folder):
    """Return the exit code and the digest of docs/digest.py, which imports nothing of ours."""
    done = subprocess.run([sys.executable, "-I", DIGEST, folder], capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def change_a_cell(folder, table, column):
    path = folder / f"{table}.parquet"
    content = parquet.read_table(path)
    values = content.column(column).to_numpy().copy()
    values[-1] += 1
    at = content.column_names.index(column)
    parquet.write_table(content.set_column(at, column, [values]), path)


# the digest


def test_the_digest_is_recomputed_from_the_files_alone(run, folder):
    assert recomputed(folder) == (0, run.summary["digest"])


@pytest.mark.parametrize(("table", "column"), [("flows", "cents"), ("needs", "felt"), ("monthly", "residents")])
def test_one_changed_cell_changes_the_digest(run, folder, table, column):
    change_a_cell(folder, table, column)
    code, digest = recomputed(folder)
    assert code == 1
    assert digest != run.summary["digest"]
    differ = [name for name, one in results.digests_of(results.load(folder).tables).items()
              if one != run.summary["digests"][name]]  # fmt: skip
    assert differ == [table]


def test_another_seed_changes_the_digest_and_the_same_seed_does_not(run):
    assert Prepared(config()).run().summary["digest"] == run.summary["digest"]
    assert Prepared(config(seed=2)).run().summary["digest"] != run.summary["digest"]


def test_the_digest_is_what_the_documentation_says():
    """Names and columns in alphabetical order, dtypes, little-endian bytes; written out by hand here."""
    tables = {"b": {"y": np.array([1.5]), "x": np.array([1, 2], np.uint8)}, "a": {"t": np.array(["é", ""], object)}}
    by_hand = b"a\nt text\n" + "é\n\n".encode() + b"b\nx uint8\n\x01\x02y float64\n" + np.float64(1.5).tobytes()
    assert results.digest_of(tables) == hashlib.sha256(by_hand).hexdigest()
    assert results.digest_of({"a": tables["a"], "b": dict(reversed(tables["b"].items()))}) == results.digest_of(tables)
    swapped = {"b": {"y": np.array([1.5], ">f8"), "x": np.array([1, 2], np.uint8)}, "a": tables["a"]}
    assert results.digest_of(swapped) == results.digest_of(tables), "the order of bytes of a machine shows"
    assert results.digest_of({**tables, "b": {**tables["b"], "x": np.array([1, 2], np.int8)}}) != results.digest_of(
        tables
    ), "a dtype does not show"


# the name of a run


def test_a_run_is_named_by_what_determines_it_and_by_nothing_else():
    name = Prepared(config()).run_id
    assert len(name) == 16
    assert Prepared(config(months=9, strict=True)).run_id == name, "months and checks do not change a run"
    for change in ({"seed": 2}, {"start": "2027-01"}, {"scale": 0.5}, {"values": {"desire.contagion": 0.9}}):
        assert Prepared(config(**change)).run_id != name, f"{change} does not change the name"
    assert Prepared(configured("synthetic:2", months=3)).run_id != name


def test_the_name_changes_with_the_code_that_can_change_a_result(tmp_path):
    for name in ("kernels/money.py", "columns.csv", "views/charts.py", "lab/runner.py", "cli.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("one")
    before = code_id.fingerprint(tmp_path)
    for shown in ("views/charts.py", "lab/runner.py", "cli.py"):
        (tmp_path / shown).write_text("two")
    assert code_id.fingerprint(tmp_path) == before, "a view or a study does not change a result"
    (tmp_path / "columns.csv").write_text("two")
    assert code_id.fingerprint(tmp_path) != before


def test_the_code_of_the_engine_is_in_the_fingerprint():
    names = {path.relative_to(code_id.ROOT).as_posix() for path in code_id.files()}
    assert {"engine.py", "schedule.py", "columns.csv", "record.py", "indicators.py", "data/epci.csv"} <= names
    assert not [name for name in names if name.startswith(("views/", "lab/"))]


# what is on disk


def test_a_stored_run_is_read_back_to_the_bit(run, folder):
    back = results.load(folder)
    assert back.summary == json.loads(results.as_json(run.summary))
    assert results.digest_of(back.tables) == run.summary["digest"]
    for name, columns in run.tables.items():
        assert list(back.tables[name]) == list(columns)
        assert {c: back.tables[name][c].dtype for c in columns} == {c: np.asarray(v).dtype for c, v in columns.items()}


@pytest.mark.parametrize("rows", [0, 1, 21])
def test_columns_of_every_type_are_read_back(tmp_path, rows):
    numbers, text = np.arange(-3, 2 * rows - 3, 2), np.array(["é", "", "b c"] * 7)[:rows]
    kinds = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", ">i8")
    columns = {kind: numbers.astype(kind) for kind in kinds}
    columns |= {"part": np.arange(2 * rows)[::2], "true": numbers % 3 == 0, "text": text, "object": text.astype(object)}
    results.write(results.Result({"all": columns}, {"digests": {"all": ""}, "seconds": {}}), tmp_path)
    parquet.read_table(tmp_path / "all.parquet").validate(full=True)
    back = results.load(tmp_path).tables
    assert {c: v.tolist() for c, v in back["all"].items()} == {c: v.tolist() for c, v in columns.items()}
    assert results.digest_of(back) == results.digest_of({"all": columns})


def test_run_json_is_written_last_and_holds_no_path(run, folder):
    written = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert written[-1].name == "run.json"
    assert {path.stem for path in written[:-1]} == set(run.tables)
    assert str(Path.cwd()) not in written[-1].read_text(encoding="utf-8")


def test_a_run_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise RunError("the ledger does not balance")

    monkeypatch.setattr(sim.World, "step", fail)
    with pytest.raises(RunError):
        stored(Prepared(config()), tmp_path / "deep" / "run", lambda month: None)
    assert not [path for path in tmp_path.rglob("*") if path.name != "deep"]


def test_a_stored_run_is_not_run_again(tmp_path, monkeypatch):
    prepared = Prepared(config())
    first, there = stored(prepared, tmp_path / "run", lambda month: None)
    assert not there
    monkeypatch.setattr(Prepared, "run", lambda *_: pytest.fail("it ran again"))
    again, there = stored(prepared, tmp_path / "run", lambda month: None)
    assert there
    assert again["digest"] == first["digest"]


def test_asking_for_more_months_continues_the_same_run(tmp_path):
    short, _ = stored(Prepared(config(months=2)), tmp_path / "run", lambda month: None)
    long, there = stored(Prepared(config(months=4)), tmp_path / "run", lambda month: None)
    assert not there
    assert (short["run_id"], short["months"], long["months"]) == (long["run_id"], 2, 4)
    assert results.load(tmp_path / "run").summary["digest"] == Prepared(config(months=4)).run().summary["digest"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"], "something was left beside the run"


def test_a_beginning_that_differs_is_an_error(run):
    other = Prepared(config(months=5, seed=3)).run()
    with pytest.raises(RunError, match="the months already stored and those just run differ"):
        same_beginning(run, other)


def test_a_folder_with_another_run_is_refused(folder):
    with pytest.raises(OutputError, match="it holds another run"):
        stored(Prepared(config(seed=2)), folder, lambda month: None)


def test_json_has_no_number_that_json_lacks():
    given = {"a": np.float64("nan"), "b": [np.int64(2), float("inf")], 3: (np.bool_(True), np.array([1.5]))}
    assert json.loads(results.as_json(given)) == {"a": None, "b": [2, None], "3": [True, [1.5]]}


def test_run_json_says_what_any_json_would_on_a_line_for_each_key(run):
    given = run.summary | {"around": float("nan"), "scenario": ["}\r, ", "},\n", "é }"], "config": {}, "ledger": [{}]}
    text = results.by_lines(given)
    assert json.loads(text) == json.loads(results.as_json(given))
    assert list(json.loads(text)) == list(given), "keys in another order"
    starts = [line[1:].partition(":")[0] for line in text.splitlines()]
    assert set(starts) >= {f'"{key}"' for key in given}


def test_a_longer_run_begins_as_the_shorter_one():
    """Adding months changes nothing before them: every row, and every horizon within."""
    short, long = Prepared(config(months=20)).run(), Prepared(config(months=24)).run()
    same_beginning(short, long)
    assert short.summary["horizons"]["18"] == long.summary["horizons"]["18"]


def test_the_flow_matrix_of_any_month_is_printed_with_its_names():
    result = sim.run("synthetic:1", seed=1, months=3)
    matrix = result.matrix(2)
    assert matrix.shape == (8, 8)
    assert matrix.sum() == result.tables["flows"]["cents"][result.tables["flows"]["month"] == 2].sum() > 0
    french, english = result.flows(2), result.flows(2, "en")
    assert "Personnes → Économie productive : Consommation" in french
    assert "Persons → Productive economy : Consumption" in english
    assert len(french.splitlines()) == len(english.splitlines()) == (matrix != 0).sum()
    with pytest.raises(InputError, match="months 0 to 2"):
        result.matrix(3)
