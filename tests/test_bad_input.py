"""What a person gets wrong: exit code 2, one clear message, no traceback, nothing half-written."""

import json

import networkx as nx
import pytest

import sim
from sim.cli import code_of
from sim.errors import InputError

RUN = ["run", "--territory", "synthetic:1", "--months", "2"]


@pytest.fixture
def refused(capsys, tmp_path):
    """Run a command that must be refused and return what it says; nothing appears in `tmp_path`."""

    def run(*arguments):
        before = sorted(tmp_path.rglob("*"))
        assert code_of([str(a) for a in arguments]) == 2
        out, said = capsys.readouterr()
        assert out == "", "a refusal printed on standard output"
        assert "Traceback" not in said
        assert sorted(tmp_path.rglob("*")) == before, "a refusal left something behind"
        return said

    return run


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--months", "0", "months: '0' is not a whole number from 1 to 1200"),
        ("--months", "-1", "months: '-1' is not"),
        ("--months", "1e9", "months: '1e9' is not"),
        ("--months", "1000000000", "months: '1000000000' is not"),
        ("--months", "12.5", "months: '12.5' is not"),
        ("--seed", "abc", "seed: 'abc' is not a whole number from 0 to 9223372036854775807"),
        ("--seed", "-1", "seed: '-1' is not"),
        ("--seed", str(2**63), "seed: '9223372036854775808' is not"),
        ("--start", "tomorrow", "start: 'tomorrow' is not a month written YYYY-MM"),
        ("--start", "2026-13", "start: '2026-13' is not"),
        ("--start", "2026-1", "start: '2026-1' is not"),
        ("--around", "many", "around: 'many' is not a whole number from 0 to"),
        ("--scale", "0", "scale: '0' is not a number above 0 and at most 1"),
        ("--scale", "2", "scale: '2' is not"),
        ("--scale", "nan", "scale: 'nan' is not"),
        ("--scale", "half", "scale: 'half' is not"),
        ("--scale", "0.05", "scale: 0.05 leaves 1,000 residents to the typical place"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(refused, tmp_path, option, value, said):
    answer = refused(*RUN, option, value, "--out", tmp_path / "run")
    assert said in answer
    assert "Give" in answer, "the message does not say what to do"


@pytest.mark.parametrize(
    ("territory", "said"),
    [
        ("Atlantis-sur-Mer", "Atlantis-sur-Mer"),
        ("75", "dep:75 Paris"),
        ("75", "reg:75 Nouvelle-Aquitaine"),
        ("epci:123456789", "123456789"),
        ("dep:999", "999"),
        ("CC des Quatre Rivières", "epci:"),
        ("sample:0", "sample:0"),
        ("synthetic:-1", "synthetic:-1"),
        ("synthetic:x", "synthetic:x"),
        ("", "names no territory"),
        ("nowhere.graphml", "nowhere.graphml"),
    ],
)
def test_an_unknown_or_ambiguous_territory_is_refused(refused, territory, said):
    assert said in refused("run", "--territory", territory, "--months", "2")


def written(folder, graph):
    path = folder / "graph.json"
    path.write_text(json.dumps(nx.node_link_data(graph, edges="links")))
    return path


@pytest.mark.parametrize(
    ("population", "said"),
    [(None, "population"), (-5, "-5"), (float("nan"), "nan"), ("many", "many"), (0, "0")],
)
def test_a_graph_whose_nodes_have_no_usable_population_is_refused(refused, tmp_path, population, said):
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, 1000, "population")
    if population is None:
        del graph.nodes[1]["population"]
    else:
        graph.nodes[1]["population"] = population
    answer = refused("run", "--territory", written(tmp_path, graph), "--months", "2")
    assert said in answer.lower()
    assert "population" in answer


def test_an_empty_graph_is_refused(refused, tmp_path):
    assert "no node" in refused("run", "--territory", written(tmp_path, nx.Graph()), "--months", "2")


def test_a_file_that_is_no_graph_is_refused(refused, tmp_path):
    path = tmp_path / "broken.graphml"
    path.write_text("not a graph")
    assert "broken.graphml" in refused("run", "--territory", path, "--months", "2")


CHANGE = {"parameter": "desire.contagion", "since": "start", "value": 0.9, "unit": "ratio", "because": "a test"}
WORDS = dict.fromkeys(("title_fr", "title_en", "question_fr", "question_en"), "A test?")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**WORDS, "chnages": []}, "chnages"),
        ({**WORDS, "changes": [{**CHANGE, "sinse": "start"}]}, "sinse"),
        ({**WORDS, "changes": [{**CHANGE, "parameter": "desire.contajion"}]}, "desire.contajion"),
        ({**WORDS, "changes": [{**CHANGE, "value": "a lot"}]}, "a lot"),
        ({**WORDS, "changes": [{**CHANGE, "unit": "EUR"}]}, "EUR"),
        ({**WORDS, "changes": [{**CHANGE, "value": 7.5}]}, "7.5"),
        ({**WORDS, "changes": [{**CHANGE, "since": "soon"}]}, "soon"),
        ({**WORDS, "changes": []}, "changes nothing"),
    ],
    ids=["wrong key", "wrong key of a change", "no such parameter", "wrong type", "wrong unit", "out of range",
         "no date", "changes nothing"],
)  # fmt: skip
def test_a_scenario_file_with_a_mistake_is_refused(refused, tmp_path, content, said):
    path = tmp_path / "mine.yaml"
    path.write_text(json.dumps(content))  # JSON is YAML
    assert said in refused(*RUN, path)


def test_an_unknown_scenario_is_refused_and_python_is_never_loaded(refused, tmp_path):
    code = tmp_path / "policy.py"
    code.write_text("raise SystemExit('executed')")
    assert "unheard_of" in refused(*RUN, "unheard_of")
    assert "policy.py" in refused(*RUN, code)


def test_a_folder_that_cannot_be_written_is_refused(refused, tmp_path):
    file = tmp_path / "a file"
    file.write_text("precious")
    assert "cannot be written" in refused(*RUN, "--out", file / "run")
    assert "not an empty folder" in refused(*RUN, "--out", file)
    assert file.read_text() == "precious"
    assert "File name too long" in refused(*RUN, "--out", tmp_path / ("long" * 200))


def test_a_folder_that_holds_other_files_is_refused(refused, tmp_path):
    (tmp_path / "notes.txt").write_text("precious")
    assert "not an empty folder" in refused(*RUN, "--out", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing command"),
        (["fly"], "fly"),
        (["run"], "--territory"),
        (["run", "--territory"], "--territory"),
        (["run", "--territory", "synthetic:1", "--speed", "9"], "--speed"),
        (["list", "dreams"], "dreams"),
        (["explain", "desire.contajion"], "desire.contagion"),
        (["explain", "desire.contagion", "--lang", "de"], "de"),
        (["replay", "0123456789abcdef", "--store", "nowhere"], "nowhere"),
    ],
)
def test_a_command_that_means_nothing_is_refused(refused, arguments, said):
    assert said in refused(*arguments)


@pytest.mark.parametrize(
    "fields",
    [{"seed": True}, {"seed": 1.5}, {"months": None}, {"start": 2026}, {"scale": "x"}, {"scenario": 3}, {"sede": 1}],
    ids=str,
)
def test_python_refuses_with_the_same_words(fields):
    from sim.running import configured

    with pytest.raises(InputError, match=next(iter(fields))):
        configured("synthetic:1", **fields)


def test_a_parameter_out_of_its_range_is_refused():
    with pytest.raises(InputError, match=r"desire\.contagion"):
        sim.run("synthetic:1", months=1, values={"desire.contagion": 4.0})
    with pytest.raises(InputError, match=r"desire\.contajion"):
        sim.run("synthetic:1", months=1, values={"desire.contajion": 0.4})
