"""A territory is found by what people call it, holds what the tables say, and is told what it cannot be."""

import doctest
import importlib
import itertools
import json
import math
import pickle
import statistics
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import TerritoryError
from sim.territory import find, france, graphs, list_territories, load_territory, names, territory
from sim.territory.portrait import of

GRAND_POITIERS, QUATRE_RIVIERES = "epci:200069854", ("epci:247400666", "epci:247000623")


def refused(spec, **options):
    """Return the message of a refusal."""
    with pytest.raises(TerritoryError) as caught:
        load_territory(spec, **options)
    return str(caught.value)


def asked(spec):
    found = load_territory(spec)
    return f"{found.kind}:{found.code}"


@pytest.fixture(scope="module")
def whole():
    return load_territory("france")


# Names


@pytest.mark.parametrize(
    "spec",
    [
        "epci:200069854",
        "EPCI:200069854",
        "200069854",
        "Grand Poitiers",
        "grand poitiers",
        "  GRAND-POITIERS ",
        "CU du Grand Poitiers",
        "Communauté urbaine de Grand Poitiers",
        "Poitiers",
        "Chauvigny",  # another of its communes
    ],
)
def test_grand_poitiers_by_any_name(spec):
    assert asked(spec) == GRAND_POITIERS


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("saint etienne", "Saint-Étienne Métropole"),
        ("St-Étienne", "Saint-Étienne Métropole"),
        ("Métropole de Bordeaux", "Bordeaux Métropole"),
        ("Lyon", "Métropole de Lyon"),
        ("Besancon", "CU Grand Besançon Métropole"),
        ("GrandAngoulême", "CA du Grand Angoulême"),
        ("l’île de ré", "CC de l'Ile de Ré"),
        ("TCO", "CA Territoire de la Côte Ouest (TCO)"),
        ("Cap Atlantique", "CA de la Presqu'île de Guérande Atlantique (Cap Atlantique)"),
        ("Œting", "CA de Forbach Porte de France"),
        ("Mans", "CU Le Mans Métropole"),
        ("Paris", "Métropole du Grand Paris"),
    ],
)
def test_accents_articles_types_and_abbreviations_are_forgiven(spec, name):
    assert load_territory(spec).name == name


def test_every_epci_is_found_by_its_official_name_or_listed_among_its_namesakes():
    for siren, epci in france.epci().items():
        assert f"epci:{siren}" in {place.spec for place in find(epci.name)}, epci.name


def test_a_bare_code_is_refused_and_its_meanings_listed():
    assert refused("75") == (
        "'75' alone is not accepted: a bare code may mean several things.\n"
        "  Write dep:75 Paris or reg:75 Nouvelle-Aquitaine."
    )
    assert "dep:2A Corse-du-Sud" in refused("2a")
    assert "epci:200069854 for the commune Poitiers" in refused("86194")
    assert "'99999' names no territory." in refused("99999")


def test_a_name_borne_twice_lists_departements_and_sirens():
    message = refused("CC des Quatre Rivières")
    assert "Several territories are called 'CC des Quatre Rivières':" in message
    assert "epci:247400666  CC des Quatre Rivières, Haute-Savoie (74), 20,282 inhabitants" in message
    assert "epci:247000623  CC des Quatre Rivières, Haute-Saône (70), 9,399 inhabitants" in message
    assert "add the département: 'CC des Quatre Rivières (74)'" in message
    assert tuple(place.spec for place in find("quatre rivieres")) == QUATRE_RIVIERES


def test_a_departement_settles_a_name_borne_twice():
    for name in (
        "Quatre Rivières (74)",
        "CC des Quatre Rivières (haute-savoie)",
        "Quatre Rivières (Auvergne-Rhône-Alpes)",
    ):
        assert asked(name) == QUATRE_RIVIERES[0]
    assert "No territory is called 'Quatre Rivières (75)'" in refused("Quatre Rivières (75)")


def test_a_commune_a_departement_and_a_region_may_share_a_name():
    message = refused("Vienne")
    assert "dep:86  département Vienne" in message and "Vienne (CA Vienne Condrieu), Isère (38)" in message
    assert "Saint-Denis (CA Intercommunale du Nord de la Réunion (CINOR)), La Réunion (974)" in refused("Saint-Denis")
    assert asked("Nouvelle Aquitaine") == "reg:75"
    assert asked("Guadeloupe") == "dep:971"  # the same six EPCI as reg:01: nothing to choose


def test_an_unknown_name_gets_suggestions():
    assert "Did you mean:\n    epci:200069854  CU du Grand Poitiers, Vienne (86)" in refused("Grand Poitoers")
    assert "Poitiers (CU du Grand Poitiers)" in refused("Poitier")
    message = refused("qwxzqwxz")
    assert "Did you mean" not in message and "epci:SIREN, dep:86, reg:75, france" in message


def test_an_island_commune_without_epci_is_explained():
    for name, departement in (("Ouessant", 29), ("ile de sein", 29), ("L'Île-d'Yeu", 85), ("Île-de-Bréhat", 22)):
        message = refused(name)
        assert "belongs to no intermunicipality (EPCI)" in message
        assert f"Choose its département: dep:{departement}." in message


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "'' names no territory."),
        (" ?! ", "'?!' names no territory."),
        ("dep:99", "No département has the code '99'.\n  There are 101: 01, 02,"),
        ("dep:", "No département has the code ''."),
        ("reg:99", "No region has the code '99'.\n  There are 18: 01, 02,"),
        ("dep:92", "Hauts-de-Seine (dep:92): its communes belong to\n    epci:200054781  Métropole du Grand Paris"),
        ("epci:12", "No intermunicipality has the SIREN '12' (nine digits)."),
        ("epci:123456789", "No intermunicipality has the SIREN '123456789'.\n"),
        ("994579670", "No intermunicipality has the SIREN '994579670' on 1 January 2025"),
        ("sample:0", "'sample:0': '0' is not a number of intermunicipalities between 1 and 1,255."),
        ("sample:1256", "'1256' is not a number of intermunicipalities"),
        ("sample:24:x", "the seed 'x' is not a whole number"),
        ("sample:²", "'²' is not a number of intermunicipalities"),
        ("synthetic:0", "'0' is not a number of territories between 1 and 10,000."),
        ("synthetic:2.5", "'2.5' is not a number of territories"),
        ("nowhere.graphml", "There is no file 'nowhere.graphml'."),
    ],
)
def test_bad_requests_say_what_is_wrong(spec, message):
    assert message in refused(spec)


def test_around_is_a_number_of_steps():
    assert "around is -1; it is a number of steps" in refused("Poitiers", around=-1)
    assert "around is 2, but '3 synthetic territories' is a whole world" in refused("synthetic:3", around=2)


def test_what_may_be_asked_for_can_be_loaded():
    listed = list_territories()
    assert len(listed) == 101 + 18 + 1_255
    assert {"dep:86", "reg:75", GRAND_POITIERS} <= {place.spec for place in listed}


def test_importing_and_loading_stay_light():
    """`sim run` starts fast: the territory asks for no heavy library."""
    code = (
        "import sys; from sim.territory import load_territory; load_territory('epci:200069854').digest; "
        "print(sorted({'pandas', 'scipy', 'networkx', 'mesa', 'pyarrow', 'numba'} & set(sys.modules)))"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


# What the tables say


def test_france_is_whole(whole):
    assert whole.n == 1_255 and whole.population.sum() == 68_344_363 and whole.n_communes.sum() == 34_871
    assert (whole.tie_kind == 0).sum() == 2 * 3_492 and (whole.tie_kind == 1).sum() == 2 * 18
    land = load_territory("france", conventions=False)
    assert round(len(land.neighbours) / land.n, 3) == round(2 * 3_492 / 1_255, 3) == 5.565
    assert (whole.components, land.components) == (1, 13)
    assert land.notes == ("France is made of 13 parts that no link joins: nobody meets a neighbour across them.",)
    assert whole.core.all() and not whole.boundary_population.any()


def test_grand_poitiers_holds_what_is_published():
    here = load_territory("Poitiers")
    assert here.population.tolist() == [197_408] and here.n_communes.tolist() == [40]
    assert here.etype == ("CU",) and here.departement == ("86",) and here.region == ("75",)
    assert here.density[0] == pytest.approx(197_408 / 1_071.14)
    assert here.centre_share[0] == pytest.approx(89_916 / 197_408)


def test_the_mix_of_communes_adds_up(whole):
    assert np.allclose(whole.commune_mix.sum(axis=1), 1)
    national = (whole.commune_mix * whole.population[:, None]).sum(axis=0) / whole.population.sum()
    assert [round(100 * share) for share in national] == [22, 38, 16, 24]
    assert ((whole.commune_counts > 0) >= (whole.commune_mix > 0)).all(), "residents of a class without a commune"


def test_departements_and_regions_share_out_france(whole):
    for level, many in (("dep", 98), ("reg", 18)):
        codes = sorted({e.departement if level == "dep" else e.region for e in france.epci().values()})
        assert len(codes) == many  # three départements around Paris are the main one of no EPCI
        parts = [load_territory(f"{level}:{code}") for code in codes]
        assert sorted(np.concatenate([part.ident for part in parts])) == sorted(whole.ident)
        assert sum(part.population.sum() for part in parts) == whole.population.sum()


def links_of(t):
    start = np.repeat(t.ident, np.diff(t.indptr))
    return dict(
        zip(zip(start, t.ident[t.neighbours], strict=True), zip(t.distance_km, t.tie_kind, strict=True), strict=True)
    )


@pytest.mark.parametrize("spec", ["france", "reg:94", "sample:50", "synthetic:37", "Poitiers"])
def test_links_are_symmetric(spec):
    t = load_territory(spec)
    links = links_of(t)
    assert t.indptr[0] == 0 and t.indptr[-1] == len(t.neighbours) == len(links)
    assert all(u != v and links[v, u] == what for (u, v), what in links.items())


def test_the_frozen_boundary_and_the_surroundings_are_the_same_people():
    alone, around = load_territory("Poitiers"), load_territory("Poitiers", around=1)
    assert around.n == 9 and around.core.sum() == 1
    assert alone.boundary_population[0] == around.population[~around.core].sum() == 331_158
    here = np.flatnonzero(around.core)[0]
    assert around.boundary_population[here] == 0 < around.boundary_population.sum()
    further = load_territory("Poitiers", around=2)
    assert set(around.ident) < set(further.ident) and further.core.sum() == 1
    assert alone.n == 1 and load_territory("Poitiers", around=0).digest == alone.digest


def test_conventions_can_be_left_out():
    island = load_territory("Île de Ré")
    assert island.boundary_population[0] > 0
    assert load_territory("Île de Ré", conventions=False).boundary_population[0] == 0
    assert load_territory("Île de Ré", around=1).names.count("CA de La Rochelle") == 1
    assert load_territory("Île de Ré", around=5, conventions=False).n == 1


def test_the_neighbourhood_of_paris_is_not_overseas(whole):
    around = load_territory("Paris", around=1)
    assert set(around.region) == {"11"} and around.n == 13
    gateways = [v for (u, v), (km, kind) in links_of(whole).items() if u == 200054781 and kind == 1]
    assert len(gateways) == 5, "they still tie the graph of France together"


# Order, digest, frozen


def test_the_curve_moves_by_one_cell():
    """On a square of 16 x 16 cells, a Hilbert curve visits each once and never jumps."""
    side, cells = 2**16, [(x, y) for x in range(16) for y in range(16)]
    lon = np.array([(32_768 + x + 0.5) / side * 360 - 180 for x, _ in cells])
    lat = np.array([(32_768 + y + 0.5) / side * 180 - 90 for _, y in cells])
    order = territory.hilbert_order(lon, lat, np.arange(256))
    path = [cells[i] for i in order]
    assert sorted(path) == cells
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1 for a, b in itertools.pairwise(path))


def test_a_part_keeps_the_order_of_the_whole(whole):
    region = load_territory("reg:75")
    inside = set(region.ident)
    assert [i for i in whole.ident if i in inside] == list(region.ident)


def test_near_in_memory_is_near_on_the_map(whole):
    def steps(lon, lat):
        return statistics.median(
            graphs.great_circle(*p) for p in zip(lon[:-1], lat[:-1], lon[1:], lat[1:], strict=True)
        )

    by_siren = np.argsort(whole.ident)
    assert steps(whole.lon, whole.lat) < 1.5 * france.usual_distance(), "the next row is about a neighbour away"
    assert steps(whole.lon[by_siren], whole.lat[by_siren]) > 3 * steps(whole.lon, whole.lat)


def test_the_digest_names_the_places_not_the_question():
    assert load_territory("Poitiers").digest == load_territory(GRAND_POITIERS).digest
    seen = {load_territory(spec).digest for spec in ("Poitiers", "Limoges", "dep:86", "synthetic:3", "synthetic:4")}
    assert len(seen) == 5
    assert load_territory("dep:17").digest != load_territory("dep:17", conventions=False).digest


def line(*populations, **edge):
    graph = nx.path_graph(len(populations))
    nx.set_node_attributes(graph, dict(enumerate(populations)), "population")
    nx.set_edge_attributes(graph, {pair: edge for pair in graph.edges})
    return graph


def test_the_digest_changes_with_one_inhabitant_or_one_metre():
    base = load_territory(line(100, 200, 300))
    assert load_territory(line(100, 200, 300)).digest == base.digest
    assert load_territory(line(100, 200, 301)).digest != base.digest
    assert (
        load_territory(line(100, 200, 300, distance_km=9.999)).digest
        != load_territory(line(100, 200, 300, distance_km=10)).digest
    )


def test_a_territory_cannot_be_written(whole):
    with pytest.raises(ValueError, match="read-only"):
        whole.population[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        whole.density[0] = 0
    with pytest.raises(AttributeError):
        whole.name = "Atlantide"


def test_a_territory_travels_to_another_process():
    here = load_territory("dep:86")
    assert pickle.loads(pickle.dumps(here)).digest == here.digest


# Samples


def strata(sirens):
    found = {}
    for siren in sirens:
        epci = france.epci()[int(siren)]
        key = (france.size_class(epci.population), epci.region)
        found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("number", [24, 100, 600])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_stratum_gets_its_share_to_less_than_one(number, seed):
    drawn, everyone = strata(france.sample(number, seed)), strata(france.epci())
    assert sum(drawn.values()) == number
    for key, many in everyone.items():
        assert abs(drawn.get(key, 0) - many * number / 1_255) < 1, key


def test_a_sample_is_keyed_by_its_seed():
    assert load_territory("sample:24").digest == load_territory("sample:24:1").digest
    assert load_territory("sample:24:1").digest != load_territory("sample:24:2").digest
    assert len(set(france.sample(300, 5))) == 300
    assert sorted(france.sample(1_255, 9)) == sorted(france.epci())


def test_every_epci_has_the_same_chance():
    """40 of 1,255 over 500 seeds: each is drawn 15.9 times on average; the extremes of a fair draw stay within 5 sd."""
    drawn = dict.fromkeys(france.epci(), 0)
    for seed in range(500):
        for siren in france.sample(40, seed):
            drawn[siren] += 1
    expected = 500 * 40 / 1_255
    spread = math.sqrt(expected * (1 - 40 / 1_255))
    assert max(abs(many - expected) for many in drawn.values()) < 5 * spread
    assert statistics.pstdev(drawn.values()) > 0.5 * spread, "the seed does not matter"


# Graphs


@pytest.mark.parametrize(
    "write",
    [nx.write_graphml, lambda graph, path: Path(path).write_text(json.dumps(nx.node_link_data(graph, edges="links")))],
)
@pytest.mark.parametrize("spec", ["dep:17", "Poitiers", "synthetic:5"])
def test_a_territory_round_trips_through_a_file(write, spec, tmp_path):
    here = load_territory(spec, around=1 if spec == "Poitiers" else 0)
    path = tmp_path / ("place.graphml" if write is nx.write_graphml else "place.json")
    write(here.graph(), path)
    for spec in (str(path), path):
        back = load_territory(spec)
        assert back.kind == "graph" and back.name == "place"
        assert back.digest == here.digest
    assert load_territory(here.graph()).digest == here.digest


def test_json_written_by_any_networkx_is_read(tmp_path):
    path = tmp_path / "place.json"
    for edges in ("links", "edges"):
        path.write_text(json.dumps(nx.node_link_data(line(10, 20), edges=edges)))
        assert load_territory(path).neighbours.tolist() == [1, 0]


@settings(max_examples=40, deadline=None)
@given(
    populations=st.lists(st.integers(1, 3_000_000), min_size=1, max_size=12),
    pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30),
    data=st.randoms(use_true_random=False),
)
def test_any_graph_keeps_its_people_and_its_links(populations, pairs, data):
    many = len(populations)
    graph = nx.Graph()
    for i in data.sample(range(many), many):  # whatever the order in which nodes are given
        graph.add_node(str(i), population=populations[i])
    graph.add_edges_from((str(u), str(v)) for u, v in pairs if u < many and v < many)
    here = load_territory(graph)
    assert dict(zip(here.names, here.population.tolist(), strict=True)) == {
        str(i): p for i, p in enumerate(populations)
    }
    assert here.ident.tolist() == list(range(many)), "2 comes before 10"
    expected = {frozenset((int(u), int(v))) for u, v in graph.edges if u != v}
    assert {frozenset((int(u), int(v))) for u, v in links_of(here)} == expected
    assert here.components == nx.number_connected_components(graph)
    assert np.allclose(here.commune_mix.sum(axis=1), 1) and (here.n_communes >= 1).all() and (here.density > 0).all()


@pytest.mark.parametrize(
    ("population", "problem"),
    [
        (..., "has no population"),
        (None, "has no population"),
        (-3, "has population -3, which is not positive"),
        (0, "has population 0, which is not positive"),
        (math.nan, "has population NaN"),
        (math.inf, "has population inf, more than 1,000,000,000"),
        (12.5, "has population 12.5, which is not a whole number"),
        ("1000", "has population '1000', which is no number"),
        (True, "has population True, which is no number"),
    ],
)
def test_a_node_needs_a_population(population, problem):
    graph = line(100, 200)
    graph.add_node("x", **({} if population is ... else {"population": population}))
    message = refused(graph)
    assert f"The graph cannot be simulated: node 'x' {problem}." in message
    assert "Every node needs 'population', a whole number of inhabitants, 1 or more." in message


def test_many_bad_nodes_are_counted_not_listed():
    message = refused(nx.path_graph(10))
    assert message.count("has no population") == 3 and "and 7 more" in message


def test_an_empty_graph_is_refused():
    assert refused(nx.Graph()) == "The graph 'graph' is empty: it has no node."


def test_a_disconnected_graph_is_allowed_and_said():
    graph = line(100, 200)
    graph.add_node("island", population=50)
    here = load_territory(graph)
    assert here.components == 2
    assert "graph is made of 2 parts that no link joins: nobody meets a neighbour across them." in here.notes


def test_what_a_graph_lacks_is_said():
    notes = " ".join(load_territory(line(20_000, 20_000)).notes)
    assert "Some nodes lack area_km2, mix_0, communes_0, centre_share: they take the average of the 50 French" in notes
    assert "Some nodes have no position (lon, lat): links without distance_km count 22.5 km" in notes
    assert load_territory(load_territory("dep:86").graph()).notes == ()
    assert "directions" in load_territory(line(5, 5).to_directed()).notes[0]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"area_km2": -1}, "Node '0': area_km2 is -1."),
        ({"lon": 200, "lat": 0}, "Node '0': lon is 200."),
        ({"centre_share": 1.5}, "Node '0': centre_share is 1.5."),
        ({"mix_0": 0.5, "mix_1": 0.1, "mix_2": 0.1, "mix_3": 0.1}, "mix_0 to mix_3 add up to 0.8."),
        ({"mix_0": 0.5}, "Node '0': mix_1 is None."),
        ({"communes_0": 1}, "Node '0': communes_1 is None."),
    ],
)
def test_what_a_node_may_carry_is_checked(attributes, message):
    graph = line(100, 200)
    graph.nodes[0].update(attributes)
    assert message in refused(graph)


@pytest.mark.parametrize("km", [-1, math.nan, "far"])
def test_a_distance_is_a_number(km):
    assert "Node '0 - 1': distance_km is" in refused(line(100, 200, distance_km=km))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.graphml", "<graphml", "is not a graph that networkx can read"),
        ("a.graphml", "", "is not a graph that networkx can read"),
        ("a.json", "{", "is not a graph that networkx can read"),
        ("a.json", "[1, 2]", "is not node-link JSON: it has no 'nodes'"),
        ("a.json", '{"nodes": []}', "The graph 'a' is empty"),
        ("a.json", '{"nodes": [{"id": 1, "population": NaN}]}', "has population NaN"),
        ("a.json", '{"nodes": 3}', "is not a graph that networkx can read"),
    ],
)
def test_a_file_that_is_no_graph_is_refused(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    assert message in refused(str(path))


def test_other_files_and_other_things_are_refused(tmp_path):
    assert "is no graph that can be read.\n  Give a file that ends with .graphml or .json." in refused(
        tmp_path / "a.csv"
    )
    assert "A territory cannot be made from int.\n  Give a name, a path or a networkx graph." in refused(75)


def test_positions_give_distances():
    graph = line(100, 200)
    graph.nodes[0].update(lon=0.0, lat=45.0)
    graph.nodes[1].update(lon=0.0, lat=46.0)
    assert load_territory(graph).distance_km == pytest.approx([6371 * math.pi / 180] * 2)


# Synthetic


def test_synthetic_territories_are_alike_and_compact():
    here = load_territory("synthetic:37")
    assert here.population.tolist() == [20_000] * 37 and here.components == 1
    degrees = np.diff(here.indptr)
    assert sorted(degrees) == [3] * 6 + [4] * 12 + [6] * 19, "a hexagon of three rings"
    assert len(set(here.distance_km.round(9))) == 1
    for (u, v), (km, _) in links_of(here).items():
        a, b = (np.flatnonzero(here.ident == i)[0] for i in (u, v))
        assert graphs.great_circle(here.lon[a], here.lat[a], here.lon[b], here.lat[b]) == pytest.approx(km, rel=1e-4)


def test_a_synthetic_territory_is_like_french_ones_of_its_size():
    here = load_territory("synthetic:1")
    alike = [e for e in france.epci().values() if 19_000 < e.population < 21_000]
    density = sum(e.population for e in alike) / sum(e.km2 for e in alike)
    assert here.density[0] == pytest.approx(density, rel=0.2)
    assert here.commune_mix[0].sum() == pytest.approx(1) and here.commune_mix[0, 0] > 0.3
    assert 5 < here.n_communes[0] < 60


# A size, not a portrait


def test_the_twins_of_grand_poitiers():
    here = load_territory("Grand Poitiers")
    assert [place.name for place in here.twins()] == [
        "CU Grand Besançon Métropole",
        "CU Limoges Métropole",
        "CU Le Mans Métropole",
    ]
    twins = here.knowledge()["twins"]
    assert twins["fr"] == (
        "Pour le modèle, presque le même lieu que Grand Besançon Métropole, Limoges Métropole et Le Mans Métropole."
    )
    assert load_territory("dep:86").twins() == [] == load_territory("synthetic:1").twins()


def test_twins_are_mutual_but_for_the_edge_of_ten_percent(whole):
    counts = []
    for place in list_territories()[119::25]:
        twins = load_territory(place.spec).twins()
        counts.append(len(twins))
        for other in twins[:3]:
            assert abs(other.population / place.population - 1) <= 0.1 and other.spec != place.spec
    assert 30 < statistics.median(counts) < 80  # users.md, T4: the median EPCI has 54


@pytest.mark.parametrize(
    ("spec", "fr", "en"),
    [
        ("Poitiers", "Un territoire de la taille de Grand Poitiers", "A territory the size of Grand Poitiers"),
        ("Lyon", "Un territoire de la taille de la Métropole de Lyon", "A territory the size of Métropole de Lyon"),
        (
            "dep:86",
            "Un territoire de la taille du département Vienne",
            "A territory the size of the département Vienne",
        ),
        ("reg:94", "Un territoire de la taille de la région Corse", "A territory the size of the region Corse"),
        ("france", "Un pays de la taille de la France", "A country the size of France"),
        ("synthetic:1", "Un territoire inventé (20\u202f000 habitants)", "An invented territory (20,000 inhabitants)"),
    ],
)
def test_titles_speak_of_sizes(spec, fr, en):
    here = load_territory(spec)
    assert (here.title(), here.title("en")) == (fr, en)


def test_every_title_is_french():
    """No 'de le', 'de les', 'de A...' in the title of any EPCI."""
    for epci in france.epci().values():
        assert not any(of(epci.name).startswith(bad) for bad in ("de Le ", "de Les ", "du Le ", "de A", "de É")), (
            epci.name
        )


@pytest.mark.parametrize("spec", ["Poitiers", "dep:86", "france", "sample:24", "synthetic:4"])
def test_knowledge_is_said_in_both_languages(spec):
    here = load_territory(spec)
    known = here.knowledge()
    facts = {fact["name"]: fact for fact in known["known"]}
    assert facts["population"]["value"] == here.population.sum()
    assert facts["communes"]["value"] == here.n_communes.sum()
    assert sum(facts[f"residents_{k}"]["value"] for k in range(4)) == pytest.approx(1)
    assert all(fact["fr"] and fact["en"] for fact in facts.values())
    assert len(known["unknown"]["fr"]) == len(known["unknown"]["en"]) >= 4
    json.dumps(known, allow_nan=False)  # a page can take it as it is


def test_knowledge_is_of_the_core_alone():
    alone, around = load_territory("Poitiers"), load_territory("Poitiers", around=2)
    assert alone.knowledge() == around.knowledge() and alone.title() == around.title()


def test_names_are_read_as_plain_words():
    assert names.plain("Œuilly-l’Évêque (Ste Marie)") == "oeuilly l eveque sainte marie"


@pytest.mark.parametrize("module", ["france", "names", "portrait"])
def test_examples_in_docstrings_run(module):
    done = doctest.testmod(importlib.import_module(f"sim.territory.{module}"))
    assert done.attempted and not done.failed
