"""The estimators of the lab, on cases whose answer is known by hand or by theory."""

import math

import numpy as np
import pytest

from sim.lab import durability, frugality, leverage, premium

MONEY = ("own", "grants_public", "grants_finance", "grants_patronage", "programme")


def table(**columns):
    """Return a table of projects: what is not given is nothing."""
    n = len(next(iter(columns.values())))
    names = ("uid", "started", "end", "months", "members_max", "plan_value", "value", "alone", "premium", "gain",
             "perceived", "coordination", "hours", "means_alone", *MONEY)  # fmt: skip
    return {name: np.asarray(columns.get(name, np.zeros(n))) for name in names}


def totals(**given):
    """Return the totals of a place, solo and allied."""
    names = ("value", "hours", *MONEY)
    found = {f"{name}_{who}": float(given.get(f"{name}_{who}", 0)) for name in names for who in ("solo", "allied")}
    return found | {name: found[f"{name}_solo"] + found[f"{name}_allied"] for name in names}


# H1


def test_a_premium_rate_is_a_ratio_of_totals_over_alliances_and_counts_those_that_were_abandoned():
    projects = table(
        members_max=[1, 2, 3, 2], alone=[900, 100, 300, 0], premium=[0, 50, 30, -20], gain=[0, 50, 30, 0],
        perceived=[0, 10, 10, 0],
    )  # fmt: skip
    sums = premium.collect(projects)
    assert premium.rate(sums) == pytest.approx(60 / 400)  # a mean of ratios would be 0.3, without the abandoned 0.2
    assert premium.perceived_share(sums) == pytest.approx(20 / 80)
    assert sums["p_losing"] == 1


def test_no_alliance_gives_no_premium_rate_rather_than_a_zero():
    assert math.isnan(premium.rate(premium.collect(table(members_max=[1, 1], alone=[5, 5]))))


# H2


def test_identical_worlds_have_frugality_one_and_twice_the_value_for_the_same_means_has_two():
    cohort = table(members_max=[2], value=[10.0], means_alone=[15.0], own=[1000])
    world = frugality.collect(cohort, totals(value_solo=70, value_allied=30, own_solo=10_000, hours_allied=4))
    twice = world | {"t_value": 200.0}
    assert frugality.of_places(world, world, 12) == 1.0
    assert frugality.of_places(world, twice, 12) == 2.0
    assert frugality.means(world, 12) == 100 + 48
    assert frugality.of_projects(world, 12) == 1.5


def test_the_always_allied_stratum_pairs_projects_by_identity():
    one = table(uid=[1, 2, 3], members_max=[2, 2, 1], value=[10.0, 4.0, 5.0], own=[1000, 1000, 9000])
    two = table(uid=[3, 2, 1], members_max=[2, 2, 2], value=[7.0, 4.0, 5.0], own=[100, 2000, 1500])
    pair = frugality.collect_pair(one, two)
    assert pair["s_projects"] == 2  # 1 and 2: project 3 is solo in the first world
    assert frugality.of_same_projects(pair, 0) == pytest.approx((35 / 9) / (20 / 14))


# H4


def test_leverage_is_the_share_of_engineering_read_backwards():
    assert leverage.of_share(1 / 3) == pytest.approx((3.0, 2.0))
    assert leverage.of_share(1 / 7) == pytest.approx((7.0, 6.0))
    for share in (1 / 3, 1 / 7):
        cents = round(1_000_000 * (1 - share))
        served = table(members_max=[2], own=[cents], programme=[1_000_000 - cents])
        sums = leverage.collect(served, totals(own_allied=cents, programme_allied=1_000_000 - cents))
        assert leverage.in_all(leverage.gross(sums, 12)) == pytest.approx(1 / share, rel=1e-5)


def test_money_that_only_moves_between_projects_is_no_net_leverage():
    before = leverage.collect(table(members_max=[1]), totals(own_allied=10_000, own_solo=90_000))
    after = leverage.collect(
        table(members_max=[2], programme=[10_000], own=[50_000]),
        totals(own_allied=50_000, own_solo=50_000, programme_allied=10_000),
    )
    assert leverage.gross(after, 12) == 5.0
    assert leverage.additional(after, before, 12) == 4.0
    assert leverage.net(after, before, 12) == 0.0


def test_ordinary_leverage_of_grants_by_sums_mean_and_median():
    cost, grant = np.array([100.0, 100.0, 1000.0]), np.array([50.0, 25.0, 200.0])
    assert leverage.of_grants(cost, grant) == pytest.approx({"sums": 1200 / 275, "mean": 11 / 3, "median": 4.0})


# H3: time


def test_restricted_means_of_constant_hazards():
    assert durability.exponential_mean(1 / 40, 84) == pytest.approx(35.10, abs=0.01)
    assert durability.exponential_mean(3 / 40, 10_000) == pytest.approx(13.33, abs=0.01)
    parallel = sum(40 / k for k in (1, 2, 3))  # the mean of the longest of three lives
    assert parallel == pytest.approx(73.33, abs=0.01)


@pytest.mark.parametrize(("until", "ratio"), [(36, 1.11), (84, 1.25), (336, 1.98)])
def test_a_hazard_truly_divided_by_three_shows_little_in_restricted_means(until, ratio):
    hazard = -math.log(0.9) / 12  # 10 % a year
    mean, longer = (durability.exponential_mean(h, until) for h in (hazard, hazard / 3))
    assert longer / mean == pytest.approx(ratio, abs=0.005)
    assert longer / mean < durability.ceiling(mean, until)


def test_a_restricted_mean_without_censoring_is_the_mean():
    ages = [3, 3, 7, 12, 20]
    ends = np.zeros((durability.CAUSES, 31))
    for age in ages:
        ends[durability.FAILED, age] += 1
    survival, _, _ = durability.incidence(ends)
    assert durability.restricted_mean(survival, 30) == pytest.approx(np.mean(ages))
    assert durability.restricted_mean(survival, 10) == pytest.approx(np.mean(np.minimum(ages, 10)))


CASES = [
    ([1, 2, 3], [1, 1, 1]),
    ([1, 1, 2, 3], [1, 1, 1, 0]),  # ties
    ([2, 2, 2, 5], [1, 0, 1, 1]),  # an end and a censoring at the same age
    ([4, 6, 6, 9, 12], [0, 1, 0, 1, 0]),
    ([3, 3, 3], [0, 0, 0]),  # nobody ends
]


@pytest.mark.parametrize(("ages", "ended"), CASES)
def test_survival_is_kaplan_and_meiers(ages, ended):
    from lifelines import KaplanMeierFitter

    ends = np.zeros((durability.CAUSES, 16))
    for age, over in zip(ages, ended, strict=True):
        ends[durability.FAILED if over else durability.LIVING, age] += 1
    survival, _, risk = durability.incidence(ends)
    reference = KaplanMeierFitter().fit(ages, ended)
    assert survival == pytest.approx(reference.survival_function_at_times(range(16)).to_numpy())
    assert risk[0] == len(ages)


def test_competing_incidences_add_up_and_agree_with_the_reference():
    from lifelines import AalenJohansenFitter

    ages, causes = [1, 3, 4, 6, 8, 9, 11], [1, 2, 0, 3, 2, 0, 1]  # no ties: the reference breaks them at random
    ends = np.zeros((durability.CAUSES, 13))
    for age, cause in zip(ages, causes, strict=True):
        ends[cause, age] += 1
    survival, found, _ = durability.incidence(ends)
    assert survival + found.sum(axis=0) == pytest.approx(np.ones(13))
    reference = AalenJohansenFitter(calculate_variance=False).fit(ages, causes, event_of_interest=2)
    assert found[1, [3, 8, 11]] == pytest.approx(reference.predict([3, 8, 11]).to_numpy())


def test_a_yearly_rate_becomes_a_monthly_one():
    monthly = durability.monthly(0.10)
    assert monthly == pytest.approx(0.0087416, abs=5e-8)
    half = 1 - (1 - monthly) ** 0.5
    assert 1 - (1 - half) ** 2 == pytest.approx(monthly)


def test_the_failure_rate_leaves_out_projects_that_ended_because_the_need_was_met():
    projects = table(members_max=[1, 1, 2, 2], end=[1, 2, 3, 4], months=[24, 12, 12, 6])
    sums = durability.collect(projects, 84)
    assert durability.failure_rate(sums) == pytest.approx(2 / (54 / 12))
    assert durability.failure_rate(sums, ("solo",)) == pytest.approx(1 / 3)


def test_a_label_without_interaction_gives_service_survival_one():
    """Alliances that are only names: the same organisations keep the same service, whatever they are called."""
    alone = table(uid=[1, 2, 3], end=[2, 0, 3], months=[10, 60, 30], plan_value=[5.0, 3.0, 2.0])
    named = {**alone, "members_max": np.array([3, 3, 3])}
    ratio, ceiling = durability.service_ratio(durability.collect_pair(alone, named, 84), 84)
    assert ratio == 1.0
    assert ceiling > 1


def test_service_months_of_a_hand_case():
    one = table(uid=[1, 2], end=[0, 2], months=[80, 30], plan_value=[3.0, 1.0])
    two = table(uid=[1, 2], end=[2, 2], months=[20, 30], plan_value=[3.0, 1.0])
    ratio, ceiling = durability.service_ratio(durability.collect_pair(one, two, 84), 84)
    assert ratio == pytest.approx((3 * 60 + 30) / (3 * 20 + 30))
    assert ceiling == pytest.approx(60 / ((3 * 20 + 30) / 4))


def test_the_selection_trap_fools_an_observational_ratio_and_not_the_paired_one():
    """Capacity raises both alliance and survival; allying does nothing."""
    chance = np.random.Generator(np.random.Philox(7))
    n, horizon = 20_000, 84
    capacity = chance.standard_normal(n)
    draw = chance.uniform(size=n)
    life = np.ceil(-np.log(draw) / (0.03 * np.exp(-0.6 * capacity))).astype(int)
    joins = chance.uniform(size=n) < 1 / (1 + np.exp(-2 * capacity))
    both = {
        world: durability.collect(
            table(members_max=np.where(joins & can, 2, 1), end=np.where(life < horizon, 2, 0),
                  months=np.minimum(life, horizon), uid=np.arange(n)), horizon)
        for world, can in (("W0", False), ("W1", True))
    }  # fmt: skip
    ends = durability.ends_of
    means = {
        group: durability.restricted_mean(durability.incidence(ends(both["W1"], (group,)))[0], horizon)
        for group in durability.GROUPS
    }
    assert 1.3 < means["allied"] / means["solo"] < 1.8
    assert durability.rate_ratio(both["W0"], both["W1"]) == pytest.approx(1.0)


def test_projects_relabelled_at_random_are_found_different_one_time_in_twenty():
    chance = np.random.Generator(np.random.Philox(3))
    life = np.ceil(chance.weibull(0.7, 600) * 40)
    months, lost = np.minimum(life, 60), (life < 60).astype(float)
    label = np.arange(600) < 200
    z = [durability.relabelled_z(months, lost, chance.permutation(label)) for _ in range(3000)]
    assert 0.037 <= np.mean(np.abs(z) > 1.96) <= 0.064
