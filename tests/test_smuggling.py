"""Ways to smuggle an effect, and the test that catches each: one row of the scientific design, one test."""

import math

import numpy as np
import pytest

from sim.alliances import levers
from sim.lab import (
    answers,
    basins,
    claims,
    controls,
    curve,
    design,
    discovery,
    durability,
    homophily,
    leverage,
    mix,
    prior,
    wording,
)
from sim.lab.cohort import ratio
from sim.parameters import load_parameters


@pytest.fixture(scope="module")
def paper():
    """What the ranges alone give, for a few draws."""
    parameters = load_parameters()
    names = tuple(design.drawn_names(parameters))
    return prior.prior(parameters, names, 48), parameters, names


def test_prior_ranges_are_hashed_and_a_probability_outside_its_bounds_is_said():
    study = design.load_study()
    assert study.ranges_hash == load_parameters().ranges_hash
    assert answers.BOUNDS == {"direction": (0.25, 0.75), "size": (0.05, 0.5)}
    assert "ampleur" in wording.ranges_answer(["size"])["fr"]


def test_floor_of_the_solo_when_nothing_costs_more_outside_only_costs_are_left():
    budget = np.array([400.0, 900.0, 2200.0])
    terms = {"price": 1.0, "poolable": 0.0, "fixed_cost": 90.0, "pair_cost": 35.0, "form_a": False}
    together = controls.team_value(budget, **terms)
    alone = sum(controls.team_value(budget, mask=1 << i, **terms) for i in range(3))
    assert together / alone == pytest.approx(1 - (2 * 90 + 3 * 35) / budget.sum(), rel=1e-12)


@pytest.mark.parametrize("sigma", [0.25, 0.5, 1.0, 2.0, 4.0])
def test_concave_against_merged_identical_members_without_cost_gain_nothing(sigma):
    budget = np.full(3, 1000.0)
    terms = {"sigma": sigma, "poolable": 0.0, "fixed_cost": 0.0, "form_a": False}
    together = controls.team_value(budget, **terms)
    alone = sum(controls.team_value(budget, mask=1 << i, **terms) for i in range(3))
    assert together == pytest.approx(alone, rel=1e-12)


def test_free_redundancy_a_common_label_makes_no_service_last():
    alone = {"uid": np.arange(3), "end": np.array([2, 0, 3]), "months": np.array([10, 60, 30]),
             "plan_value": np.array([5.0, 3.0, 2.0])}  # fmt: skip
    pair = durability.collect_pair(alone, alone | {"members_max": np.full(3, 3)}, 84)
    assert durability.service_ratio(pair, 84)[0] == 1.0


def test_immortal_time_projects_relabelled_after_their_life_are_alike():
    chance = np.random.Generator(np.random.Philox(31))
    life = np.ceil(chance.exponential(40, 500))
    months, lost = np.minimum(life, 60), (life < 60).astype(float)
    z = [durability.relabelled_z(months, lost, chance.permutation(np.arange(500) < 200)) for _ in range(1000)]
    assert 0.035 <= np.mean(np.abs(z) > 1.96) <= 0.066


def test_engineering_is_a_grant_paid_without_effect_it_loses_exactly_its_share():
    assert controls.inert_in_one_project().holds


def test_optimum_of_an_interior_curve_follows_its_half_cost():
    x = np.linspace(0, 0.6, 1201)
    found = [curve.best_of(x, (1 - x) - 0.8 * (1 - 0.8 * (1 - 2 ** (-x / s50)))).at for s50 in (0.02, 0.08)]
    told = [s50 * math.log2(0.64 * math.log(2) / s50) for s50 in (0.02, 0.08)]
    assert found == pytest.approx(told, abs=0.001)


def test_lever_weights_money_follows_instruments_and_not_names():
    values = load_parameters().values() | {"levers.budget": 12.0}
    parts = {f"levers.share_{name}": part for name, part in zip(levers.LEVERS, (0.5, 0.3, 0.2), strict=True)}
    plain = levers.of_levers(values | parts)
    turned = {f"levers.basket_{name}": (int(values[f"levers.basket_{name}"]) + 1) % 3
              for name in levers.NAMES if 0 <= int(values[f"levers.basket_{name}"]) < 3}  # fmt: skip
    moved = {f"levers.share_{name}": part for name, part in zip(levers.LEVERS, (0.2, 0.5, 0.3), strict=True)}
    assert levers.of_levers(values | moved | turned) == pytest.approx(plain)


def test_typed_clocks_are_called_inputs():
    assert mix.typed_in((10, 40, 200), (20, 80, 400))
    assert not mix.typed_in((10, 40, 200), (20, 80, 200))
    assert "inputs" in wording.CLOCKS["en"]


def test_size_first_the_verdict_turns_with_the_coefficient():
    links = {"links_all": 100.0, "links_size": 60.0, "links_size_chance": 40.0, "links_model": 30.0,
             "links_model_chance": 20.0}  # fmt: skip
    swapped = links | {f"links_{a}{k}": links[f"links_{b}{k}"] for a, b in (("size", "model"), ("model", "size"))
                       for k in ("", "_chance")}  # fmt: skip
    assert homophily.of_links(links) > 0
    assert homophily.of_links(swapped) == -homophily.of_links(links)


def test_size_first_the_two_similarities_have_one_law():
    parameters = load_parameters()
    size, model = parameters["meeting.similarity_size"], parameters["meeting.similarity_model"]
    assert (size.low, size.high, size.law, size.value) == (model.low, model.high, model.law, model.value)


def test_perceived_share_is_carried_by_how_fast_links_are_seen(paper):
    found, parameters, names = paper
    unseen, limited = found["H1b"], found["H1b"] > 0
    points = np.array([[parameters.draw(d, of=48, seed=0, names=names)[n] for n in names] for d in range(48)])
    name, strength = discovery.carriers(points[limited], list(names), unseen[limited])[0]
    assert name == "alliances.visibility"
    assert strength < -0.7


def test_unpaid_volunteer_time_is_shown_at_three_wages():
    assert design.load_study().shadow_wages == (0, 12, 25)


def test_claim_ids_as_sources_no_parameter_rests_on_a_claim_and_no_target_is_one():
    """A claim that is a source, or a target of calibration, is confirmed by construction."""
    from sim.lab import targets
    from sim.parameters.evidence import facts

    claimed = {name for name, fact in facts().items() if fact.kind == "hypothesis"}
    assert {"F000-037", "F001-003", "F003-176"} <= claimed
    parameters = load_parameters()
    for name in parameters:
        said = " ".join(str(source) for source in parameters[name].sources.values())
        assert not {fact for fact in claimed if fact in said}, name
    rows = targets.load()
    assert rows
    assert not claimed & {row.fact for row in rows}
    asked = {test.estimand for test in design.load_study().tests.values()}
    assert not any(row.fact in text for row in rows for text in asked), "a target that a verdict reads tests nothing"


def test_bistable_means_basins_are_said_instead_of_a_mean():
    chance = np.random.Generator(np.random.Philox(33))
    ends = np.where(chance.uniform(size=48) < 0.5, 0.02, 0.97) + 0.01 * chance.standard_normal(48)
    found = basins.of_values(ends)
    assert found.two and abs(found.low - 0.5) < 0.2
    assert ((ends < 0.25) | (ends > 0.75)).all(), "nobody lives at the mean"
    assert "bassins" in wording.two_basins("desire", found.low)["fr"]
    assert set(claims.bistable("H10", 12)) == {"desire"}
    assert set(claims.bistable("H7a", 12)) == {"confidence"}


TAGS = {  # one more unit in the tables of a run, and the only sums of the lab that it may enter, each once
    ("projects", "value"): {"a_value", "p_value"},  # value of alliances of the cohort, in two tables
    ("projects", "perceived"): {"p_perceived"},
    ("projects", "gain"): {"p_gain"},
    ("projects", "premium"): {"p_premium"},
    ("monthly", "value_allied"): {"t_value"},
    ("monthly", "hours_allied"): {"t_hours", "x_hours_allied"},  # means of all, and of others
    ("monthly", "own_allied"): {"t_money", "x_money_allied"},
    ("monthly", "programme_allied"): {"t_money", "e_all"},
}


@pytest.mark.parametrize("tag", TAGS, ids=".".join)
def test_a_channel_acting_twice_one_unit_is_counted_once(tag):
    """One euro of value is never also a euro of means, of others or of avoided cost; nor the other way round."""
    from sim.lab import worlds
    from tests.lab_worlds import simulate

    place = design.Place(key="a", territory="x", kind="rural")
    unit = design.Unit(place, 0, 0, 7, 0, {}, ("W2",), 84)
    values = {"value.price_out": 2.0, "value.general_efficiency": 0.5, "alliances.possible": 1.0,
              "engineering.dose": 2.0, "engineering.mode": 0.0}  # fmt: skip
    tables = simulate(unit, values, "2026-01").tables
    before = worlds.collect(tables, 84)
    table, column = tag
    content = tables["projects_84" if table == "projects" else "monthly"]
    row = int(np.flatnonzero(content["members_max"] > 1)[0]) if table == "projects" else 3
    cents = column.startswith(("own", "programme"))
    content[column] = np.asarray(content[column], float).copy()
    content[column][row] += 100 if cents else 1
    after = worlds.collect(tables, 84)
    moved = {name: float(after[name] - before[name]) for name in before
             if np.ndim(before[name]) == 0 and after[name] != before[name]}  # fmt: skip
    moved.pop("p_losing", None)
    assert moved == {name: pytest.approx(1.0, abs=1e-6) for name in TAGS[tag]}


def test_a_channel_acting_twice_value_delivered_moves_no_cash(busy_world):
    """What a project delivers is relief of a need; twice as much of it in a month is not a cent more for anybody."""
    cash, relief = [], []
    for times in (1.0, 2.0):
        world = busy_world(strict=False)
        world.run(18)
        before = world.state.territories.delivered.sum()
        world.ledger.open(world.month)
        for phase in world.phases:
            if phase.title.endswith("production.produce"):
                world.state.projects.value[:] *= times
            phase(world)
            if phase.title.endswith("production.produce"):
                break
        assert before >= 0
        cash.append((world.state.organisations.cash.copy(), world.state.cohorts.cash.copy()))
        relief.append(world.state.territories.delivered.sum())
    assert relief[1] == pytest.approx(2 * relief[0]) and relief[0] > 0
    for one, other in zip(*cash, strict=True):
        assert (one == other).all()


def test_outside_money_every_draw_is_self_financed():
    study, parameters = design.load_study(), load_parameters()
    values = [design.values_of(study, draw, 24, parameters) for draw in range(24)]
    assert {v["policies.outside"] for v in values} == {0.0}
    assert {v["form.closure"] for v in values} == {0.0, 1.0}
    assert not any(name.endswith((".dose", ".budget")) for name in design.drawn_names(parameters))


def test_displacement_money_that_only_moves_is_no_net_leverage():
    before = {"x_money_allied": 100.0, "x_hours_allied": 0.0, "x_money_solo": 900.0, "x_hours_solo": 0.0, "e_all": 0.0}
    after = before | {"x_money_allied": 500.0, "x_money_solo": 500.0, "e_all": 100.0}
    assert leverage.additional(after, before, 12) == 4.0
    assert leverage.net(after, before, 12) == 0.0


def test_best_of_k_what_is_realised_is_below_what_was_perceived_by_the_order_statistic():
    chance, k, sd = np.random.Generator(np.random.Philox(32)), 20, 0.15
    true = np.full((20_000, k), 0.05)
    seen = true + sd * chance.standard_normal(true.shape)
    chosen = seen.argmax(axis=1)
    perceived, realised = seen.max(axis=1).mean(), true[np.arange(len(true)), chosen].mean()
    assert perceived - realised == pytest.approx(1.8675 * sd, rel=0.02)  # mean of the largest of twenty normals
    assert realised == pytest.approx(0.05)


def test_selection_of_seeds_belongs_to_the_design():
    seeds = {design.seed_of(s, d, r) for s in ("all-claims-2", "all-claims-2/H5") for d in range(30) for r in range(4)}
    assert len(seeds) == 2 * 30 * 4


def test_surviving_mean_nobody_leaves_the_denominator():
    projects = {
        "members_max": np.array([1, 1, 2, 2]),
        "end": np.array([1, 2, 3, 4]),
        "months": np.array([24, 12, 12, 6]),
    }
    sums = durability.collect(projects, 84)
    assert durability.ends_of(sums).sum() == 4
    assert sums["d_years_solo"] + sums["d_years_allied"] == 54 / 12


def test_ratio_of_near_zero_denominators_is_no_answer_rather_than_a_large_number():
    assert math.isnan(ratio(5.0, 0.0))


def test_two_level_a_a_reused_seeds_are_refused():
    from sim.errors import RunError
    from sim.lab import uncertainty

    with pytest.raises(RunError, match="serves two draws"):
        uncertainty.spread(np.zeros((4, 2)), np.tile(np.arange(2, dtype=np.uint64), (4, 1)))
