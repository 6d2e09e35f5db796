"""Estimators of H5 to H13 on tables whose answer is known: each must find what was planted, and nothing elsewhere."""

import math

import numpy as np
import pytest

from sim.lab import claims, curve, design, families, homophily, mix, opinion, shock
from sim.lab.answers import nearest_and_farthest

# H5


def test_the_best_share_and_all_that_is_nearly_as_good_are_those_of_the_curve():
    x = np.linspace(0, 0.6, 61)
    y = 1 - 4 * (x - 0.3) ** 2  # within 2 % of the best: |s - 0.3| <= sqrt(0.005)
    best = curve.best_of(x, y)
    assert best.at == pytest.approx(0.3, abs=0.005)
    assert (best.low, best.high) == pytest.approx((0.3 - math.sqrt(0.005), 0.3 + math.sqrt(0.005)), abs=0.002)
    assert curve.support(x, y, 1 / 3) == pytest.approx(1 - 4 * (1 / 3 - 0.3) ** 2, abs=0.002)
    assert curve.support(x, y, 0.5) < 0.98


def test_a_flat_curve_supports_no_share():
    x = np.linspace(0, 0.6, 13)
    assert curve.support(x, np.ones(13), 1 / 3) == pytest.approx(0.3 / 0.6)


def test_half_the_cost_multiplied_by_four_moves_the_best_share_by_the_analytic_factor():
    """N(s) = G(1 - s) - c(1 - phi(1 - 2^(-s/s50))): s* = s50 log2(c phi ln2 / (G s50))."""
    x = np.linspace(0, 0.6, 1201)

    def best(s50, c=0.8, phi=0.8):
        return curve.best_of(x, (1 - x) - c * (1 - phi * (1 - 2 ** (-x / s50)))).at

    def told(s50, c=0.8, phi=0.8):
        return s50 * math.log2(c * phi * math.log(2) / s50)

    assert best(0.02) == pytest.approx(told(0.02), abs=0.001)
    assert best(0.08) == pytest.approx(told(0.08), abs=0.001)
    assert best(0.08) > 1.5 * best(0.02)


# H7


def cobb_douglas(mixes, a=(0.5, 0.3, 0.2)):
    return np.prod(mixes ** np.array(a), axis=1)


PLANTED = [(0.5, 0.3, 0.2), (0.6, 0.25, 0.15), (0.15, 0.6, 0.25), (0.2, 0.2, 0.6)]
TOLERANCE = 0.06  # below the 10 points between the planted mixes: a fixed answer cannot be right for all


def misses(estimate, planted):
    """Return how far an estimate is from a planted optimum, at worst over the three levers; runs have 2 % of noise."""
    mixes, chance = mix.lattice(10), np.random.Generator(np.random.Philox(21))
    y = cobb_douglas(mixes, planted) * (1 + 0.02 * chance.standard_normal(66))
    return float(np.abs(estimate(mixes, y) - planted).max())


def kriged(mixes, y):
    return mix.optimum(mix.krige(mixes, y))


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_mix_is_found_and_the_near_set_holds_it(planted):
    assert misses(kriged, planted) <= TOLERANCE
    mixes, chance = mix.lattice(10), np.random.Generator(np.random.Philox(21))
    surface = mix.krige(mixes, cobb_douglas(mixes, planted) * (1 + 0.02 * chance.standard_normal(66)), draws=200)
    near = mix.near_optima(surface)
    assert np.abs(near - planted).max(axis=1).min() <= 0.04  # the set holds it, to a step of its lattice
    assert np.abs(near - planted).max() < 0.2, "a set that holds every mix says nothing"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda mixes, y: np.array([0.5, 0.3, 0.2]),
        lambda mixes, y: np.full(3, 1 / 3),
        lambda mixes, y: np.array([0.6, 0.25, 0.15]),
        lambda mixes, y: mix.quadratic_optimum(mixes, y),
    ],
    ids=["always the first planted", "always even", "always as claimed", "quadratic surface"],
)
def test_an_estimator_that_does_not_look_at_runs_or_fits_a_quadratic_surface_fails_the_planted_mixes(wrong):
    assert max(misses(wrong, planted) for planted in PLANTED) > 1.5 * TOLERANCE


def test_a_quadratic_surface_misses_an_optimum_near_an_edge_by_more_than_seventeen_points():
    far = (0.8, 0.15, 0.05)
    assert misses(mix.quadratic_optimum, far) > 0.17 > 2 * TOLERANCE > misses(kriged, far)


def test_the_optimum_follows_the_lever_when_names_are_permuted():
    mixes = mix.lattice(10)
    y = cobb_douglas(mixes)
    swapped = cobb_douglas(mixes[:, [1, 0, 2]])
    first, second = (mix.optimum(mix.krige(mixes, z)) for z in (y, swapped))
    assert second[[1, 0, 2]] == pytest.approx(first, abs=0.021)


def test_exchangeable_levers_have_an_even_mix_on_average():
    """Each planted weight is met in its three turns: the truth is even, and what is left is the estimator's."""
    chance, mixes, found, misses = np.random.Generator(np.random.Philox(22)), mix.lattice(10), [], []
    for weights in chance.dirichlet((3, 3, 3), 40):
        for turn in range(3):
            planted = np.roll(weights, turn)
            found.append(mix.optimum(mix.krige(mixes, cobb_douglas(mixes, planted))))
            misses.append(np.abs(found[-1] - planted).max())
    assert np.mean(found, axis=0) == pytest.approx([1 / 3] * 3, abs=0.01)
    assert np.mean(misses) < 0.03, "an even answer to everything would be even on average too"


def test_a_flat_surface_names_no_lever_instead_of_a_wrong_one():
    chance = np.random.Generator(np.random.Philox(30))
    flat = chance.dirichlet((2, 2, 2), 100)
    clear = chance.dirichlet((60, 25, 15), 100)
    assert mix.sure_leaders([flat, clear, None]) == [None, 0, None]
    assert claims.assignment([flat, flat, None]) == 0.0
    halves = mix.lattice(2)
    _, near = mix.best_and_near(2, tuple(np.sqrt(halves * (0.6, 0.25, 0.15)).sum(axis=1).tolist()))
    assert mix.sure_leaders([near]) == [None], "six mixes in halves cannot tell, and must not"
    assert math.isnan(claims.assignment([None, None, None]))
    averaged = np.mean(
        [mix.advantage(mix.leaders([a, b, c])) for a, b, c in zip(flat, flat[::-1], np.roll(flat, 7, 0), strict=True)]
    )
    assert averaged < -0.2, "counting each of them would refute the claim with nothing known"


def test_by_chance_the_claimed_assignment_wins_rarely_and_a_tie_is_no_win():
    cases = mix.advantage_by_chance()
    assert cases.size == 27
    assert np.mean(cases > 0) == pytest.approx(1 / 27)  # with two right, a rival has two right as well
    assert mix.advantage(mix.leaders([np.array([0.4, 0.4, 0.2]), None, None])) == 0.0


def test_the_clock_of_a_step_is_when_half_of_its_last_effect_is_there():
    months = np.array([1, 12, 24, 36, 48])
    assert mix.clock(months, np.array([0, 1, 2, 3, 4])) == 24.0
    assert mix.clock(months, -np.array([0.0, 1, 2, 3, 4])) == 24.0
    assert math.isnan(mix.clock(months, np.zeros(5)))
    assert mix.ordering((10, 40, 200)) == pytest.approx(4.0)
    assert mix.ordering((40, 10, 200)) < 1
    assert mix.typed_in((10, 40, 200), (20, 80, 410))
    assert not mix.typed_in((10, 40, 200), (20, 80, 200))
    assert not mix.typed_in((10, math.nan, 200), (20, 80, 400))


# H6


def test_fairness_and_members_who_gain_are_read_of_living_alliances():
    projects = {
        "members_max": [1, 2, 3, 2], "members": [1, 2, 3, 2], "end": [0, 0, 0, 2], "unfair": [0.0, 0.1, 0.3, 0.9],
        "content": [0, 2, 1, 0],
    }  # fmt: skip
    sums = families.sharing({name: np.array(values) for name, values in projects.items()})
    assert claims.fairness(sums) == pytest.approx(1 - 0.2)
    assert claims.content(sums) == pytest.approx(3 / 5)


def test_a_run_says_how_far_shares_are_from_the_values_of_shapley(busy_world):
    """The gap is (v / m - phi) x what is shared alike: nothing without the rule, growing in proportion with it."""
    from sim.cohort import cohort

    found, phi = {}, {}
    for alike in (0.0, 0.1, 0.5):
        world = busy_world(values={"commons.shared": alike})
        world.run(18)
        found[alike] = cohort(world)
        p, shares = world.state.projects, world.state.shares
        phi[alike] = {}
        for row in np.flatnonzero((p.state == 1) & (p.members >= 2) & (p.share_value > 0)):
            team = world.state.team(row)
            even = p.share_value[row] / p.members[row]
            own = (shares.share[team] - alike * even) / (1 - alike)
            gap = np.abs(shares.share[team] - own).max() / p.share_value[row]
            phi[alike][int(p.uid[row])] = gap, int((shares.share[team] >= shares.solo[team] * (1 - 1e-9)).sum())
    assert found[0.0]["unfair"].max() == 0.0
    for alike in (0.1, 0.5):
        table = found[alike]
        rows = zip(table["uid"].tolist(), table["unfair"], table["content"], strict=True)
        by_uid = {uid: (unfair, content) for uid, unfair, content in rows}
        known = [uid for uid in phi[alike] if uid in by_uid]
        assert len(known) > 10
        for uid in known:
            assert by_uid[uid] == pytest.approx(phi[alike][uid])
    assert found[0.5]["unfair"].max() > found[0.1]["unfair"].max() > 0


# H9


def test_a_planted_critical_mass_is_found_with_its_interval():
    n = np.array([0, 50, 100, 150, 200, 250, 300, 350, 400, 500, 700, 1000, 1400, 2000], float)
    chance = np.random.Generator(np.random.Philox(23))
    y = 10 + 0.001 * n + 0.01 * np.maximum(0, n - 350) + 0.3 * chance.standard_normal(n.size)
    found = curve.critical_mass(n, y)
    assert found.advantage > 6
    assert found.low <= 350 <= found.high
    assert found.steeper > 5


@pytest.mark.parametrize("half", [100.0, 400.0, 1e6])
def test_what_saturates_or_is_straight_is_no_critical_mass(half):
    n = np.array([0, 50, 100, 150, 200, 250, 300, 350, 400, 500, 700, 1000, 1400, 2000], float)
    chance = np.random.Generator(np.random.Philox(24))
    y = (1 - 2 ** (-n / half)) * max(1.0, half / 1000) + 0.005 * chance.standard_normal(n.size)
    assert curve.critical_mass(n, y).advantage < 6


# H10


def test_a_desire_that_does_not_move_and_one_wording_give_the_same_share_each_time():
    assert opinion.answered([0.4, 0.4, 0.4], [0, 0, 0]) == pytest.approx([0.598688] * 3)
    assert opinion.factor_of_history([0.7, 0.7, 0.7]) == pytest.approx(1.0)


def test_three_wordings_do_not_tell_a_trend_from_nothing():
    assert 1 / 3 < opinion.factor_of_trend() < 3
    large = tuple((when, share, "") for when, share in ((2015, 0.2), (2019, 0.6), (2022, 0.95)))
    assert opinion.factor_of_trend(large) > 3
    assert opinion.factor_of_history([0.2, 0.6, 0.95], large) > 100 > 0.01 > opinion.factor_of_history([0.9, 0.5, 0.1])


def test_desire_that_everybody_or_nobody_has_gives_no_answer():
    assert math.isnan(opinion.factor_of_history([0.7, 1.0, 0.7]))


# H11


def test_a_planted_preference_is_found_whatever_the_size_of_groups():
    chance = np.random.Generator(np.random.Philox(25))
    groups = chance.choice(3, 20_000, p=[0.7, 0.2, 0.1])
    partner = np.where(chance.uniform(size=20_000) < 0.3, groups, chance.choice(3, 20_000, p=[0.7, 0.2, 0.1]))
    ends = np.column_stack([groups, partner])
    assert homophily.coleman(ends, chance, 200) == pytest.approx(0.3, abs=0.02)
    counts = np.zeros((3, 3))
    np.add.at(counts, (groups, partner), 1)
    assert homophily.of_counts(counts) == pytest.approx(0.3, abs=0.02)
    chance.shuffle(partner)
    assert homophily.coleman(np.column_stack([groups, partner]), chance, 200) == pytest.approx(0, abs=0.02)


def test_swapping_size_and_kind_turns_the_sign():
    sums = {"links_all": 100.0, "links_size": 60.0, "links_size_chance": 40.0, "links_model": 30.0,
            "links_model_chance": 20.0}  # fmt: skip
    swap = {name.translate({}): value for name, value in sums.items()}
    for kind in ("", "_chance"):
        swap[f"links_size{kind}"], swap[f"links_model{kind}"] = sums[f"links_model{kind}"], sums[f"links_size{kind}"]
    assert homophily.of_links(sums) == pytest.approx(1 / 3 - 1 / 8)
    assert homophily.of_links(swap) == -homophily.of_links(sums)
    assert math.isnan(homophily.of_links(sums | {"links_all": 0.0}))


def test_size_is_followed_alike_everywhere_or_more_in_large_places():
    links = {"links_all": 100.0, "links_size": 60.0, "links_size_chance": 40.0, "links_model": 30.0,
             "links_model_chance": 20.0}  # fmt: skip
    assert homophily.by_place(links, links) == 0.0
    assert homophily.same_everywhere(links, links) == 1.0
    more = links | {"links_size": 70.0}
    assert homophily.by_place(more, links) == pytest.approx(1 / 2 - 1 / 3)
    assert homophily.same_everywhere(more, links) == 0.0
    assert math.isnan(homophily.same_everywhere(links | {"links_all": 0.0}, links))


def test_families_read_together_are_joined_draw_by_draw():
    from sim.lab.table import Runs, Table
    from sim.parameters import load_parameters

    study, parameters = design.load_study(), load_parameters()

    def outcome(family, world, draw, links):
        place = study.families[family].place.key
        return {"draw": draw, "repeat": 0, "place": place, "seed": str(draw), "form": 0, "pairs": {},
                "worlds": {world: {"84": {"links_all": links}}}}  # fmt: skip

    made = {
        "H11": [outcome("H11", "W1", draw, 10.0 + draw) for draw in range(3)],
        "H11large": [outcome("H11large", "large", draw, 20.0 + draw) for draw in range(2)],
    }
    table = Table.of_family(Runs(study, study.quick, parameters, [], [], [], "", True, made), "H11")
    assert table.worlds(1, 0, 84, ("rural",)) == {"W1": {"links_all": 11.0}, "large": {"links_all": 21.0}}
    assert set(table.worlds(2, 0, 84, ("rural",))) == {"W1"}


# H12


def test_a_planted_protection_is_found_and_what_all_arms_share_cancels():
    alive = {"calm": 0.9, "shock": 0.6}
    gain = {"before": 0.12, "after": 0.0, "never": 0.0}
    bonus = {"before": 0.05, "after": 0.02, "never": 0.0}  # allied or not, calm or not: no protection
    worlds = {
        f"{arm}_{when}": {
            "z_promised": 100.0,
            "z_lost": 100 * (1 - alive[when] - bonus[arm] - gain[arm] * (when == "shock")),
        }
        for arm in shock.ARMS
        for when in alive
    }
    assert shock.protection(worlds, "before") == pytest.approx(0.12)
    assert shock.protection(worlds, "after") == pytest.approx(0.0)


def test_who_was_alive_at_the_shock_is_read_before_it():
    projects = {"end": [0, 2, 2, 1, 3], "ended": [0, 10, 30, 30, 60], "plan_value": [1.0, 1.0, 2.0, 3.0, 4.0]}
    sums = shock.collect(projects)
    assert sums == {"z_promised": 10.0, "z_lost": 2.0}  # one gone before, one completed, one lost after the follow-up


def test_no_effect_is_an_answer_only_when_the_whole_interval_is_near_nothing():
    assert nearest_and_farthest((-0.02, 0.04)) == (-0.04, 0.0)
    assert nearest_and_farthest((0.1, 0.3)) == (-0.3, -0.1)
    assert nearest_and_farthest((-0.3, -0.1)) == (-0.3, -0.1)


# Registration


def test_every_claim_of_the_study_has_its_scale_its_words_and_its_worlds():
    study = design.load_study()
    assert set(study.tests) == set(claims.load_claims())
    for name, test in study.tests.items():
        if name == "H1c":
            continue
        assert name in claims.SCALES
        assert name in claims.SAME
        for family in (test.family or "").split("+"):
            assert family == "" or family in study.families


def test_levers_enter_no_equation_of_an_impact_and_their_parts_add_up():
    worlds = families.worlds_of("H7", (2.0,), 37.0, {})
    assert len(worlds) == 7
    for name, world in worlds.items():
        assert sum(world.values[f"levers.share_{lever}"] for lever in mix.LEVERS) == pytest.approx(1.0)
        assert world.values["levers.budget"] == (0.0 if name == "off" else 37.0)


def test_worlds_of_a_claim_exist_in_the_model():
    """Every parameter that a family sets is one of the model's, unless the claim says that it needs it."""
    from sim.parameters import load_parameters

    parameters, study = load_parameters(), design.load_study()
    excused = {name for test in study.tests.values() for name in test.needs}
    for name, family in study.families.items():
        for world in families.worlds_of(name, family.quick.grid, family.dose, parameters.values()).values():
            assert all(key in parameters or key in excused for key in world.values), name
            assert all(change[0] in parameters for change in world.changes)
