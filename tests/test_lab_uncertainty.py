"""Chance and ignorance told apart; the rules of verdicts, at each side of each threshold."""

import numpy as np
import pytest
from scipy.stats import binom

from sim.errors import RunError
from sim.lab import basins, design, discovery, power, threshold, uncertainty

LEVEL = 0.9


def seeds(draws, repeats):
    """Return seeds that no two draws share."""
    return np.array([[design.seed_of("test", d, r) for r in range(repeats)] for d in range(draws)], np.uint64)


def two_levels(chance, draws=60, repeats=5, tau=0.2, sd=1.0, mean=0.0):
    """Return effects[draw, repeat] with known ignorance and chance."""
    centres = mean + tau * chance.standard_normal(draws)
    return centres[:, None] + sd * chance.standard_normal((draws, repeats))


def test_ignorance_is_found_within_ten_percent_when_chance_is_taken_off():
    chance, mine = np.random.Generator(np.random.Philox(11)), seeds(60, 5)
    studies = [two_levels(chance) for _ in range(400)]
    naive = np.mean([effects.mean(axis=1).var(ddof=1) for effects in studies])
    assert naive == pytest.approx(0.24, rel=0.05)
    raw = [effects.mean(axis=1).var(ddof=1) - uncertainty.spread(effects, mine).within / 5 for effects in studies]
    assert np.mean(raw) == pytest.approx(0.04, rel=0.10)
    one = uncertainty.spread(studies[0], mine)
    assert one.corrected.var(ddof=1) == pytest.approx(one.tau2)
    assert one.corrected.mean() == pytest.approx(one.draws.mean())


def test_a_test_on_draws_is_wrong_one_time_in_twenty():
    from scipy.stats import t as student

    chance = np.random.Generator(np.random.Philox(12))
    bar = student.ppf(0.975, 59)
    found = [abs(uncertainty.t_of(two_levels(chance).mean(axis=1))) > bar for _ in range(3000)]
    assert 0.037 <= np.mean(found) <= 0.064


def test_seeds_shared_by_draws_fool_a_pooled_test_and_are_refused():
    chance = np.random.Generator(np.random.Philox(13))
    fooled = []
    for _ in range(400):
        common = chance.standard_normal(5)  # each seed moves every draw alike
        pooled = (common[None, :] + 0.2 * chance.standard_normal((60, 5))).ravel()
        fooled.append(abs(pooled.mean()) / (pooled.std(ddof=1) / np.sqrt(pooled.size)) > 1.96)
    assert np.mean(fooled) > 0.6
    shared = np.tile(np.arange(5, dtype=np.uint64), (60, 1))
    with pytest.raises(RunError, match=r"Seed 0 serves two draws"):
        uncertainty.spread(two_levels(chance), shared)


def test_nothing_is_supported_by_luck_more_often_than_announced():
    """No effect and no ignorance: the interval must not shrink to a point that luck has put on one side."""
    chance, mine = np.random.Generator(np.random.Philox(18)), seeds(48, 3)
    nothing = [uncertainty.spread(two_levels(chance, 48, 3, tau=0.0), mine).interval(LEVEL) for _ in range(2000)]
    found = np.mean([uncertainty.decide(ends, (0.0, 0.0)) == "supported" for ends in nothing])
    assert 0.01 < found <= 0.064


def test_doubling_the_seeds_narrows_the_interval_of_chance():
    chance = np.random.Generator(np.random.Philox(14))
    effects = two_levels(chance, draws=40, repeats=8)
    few = uncertainty.spread(effects[:, :4], seeds(40, 4))
    many = uncertainty.spread(effects, seeds(40, 8))
    assert many.chance < 0.8 * few.chance


def test_one_seed_per_draw_cannot_tell_chance_from_ignorance():
    with pytest.raises(RunError, match="cannot tell chance from ignorance"):
        uncertainty.spread(np.ones((10, 1)), seeds(10, 1))


def test_structural_forms_get_their_share_of_the_spread():
    chance = np.random.Generator(np.random.Philox(15))
    forms = np.array([design.FORMS[d % 24] for d in range(48)])
    effects = 2.0 * forms[:, [0]] + 0.1 * chance.standard_normal((48, 4))
    assert uncertainty.spread(effects, seeds(48, 4), forms).form > 0.98
    free = two_levels(chance, draws=48, repeats=4)
    assert uncertainty.spread(free, seeds(48, 4), forms).form < 0.3


BAR = (1.0, 1.0)
HUNDRED = np.linspace(0, 1, 101)  # its 5 % quantile is 0.05, its 95 % quantile 0.95


@pytest.mark.parametrize(
    ("values", "conditional", "answer"),
    [
        (HUNDRED + 0.951, False, "supported"),
        (HUNDRED + 0.949, False, "undecided"),
        (HUNDRED + 0.049, False, "refuted"),
        (HUNDRED + 0.051, False, "undecided"),
        (HUNDRED + 0.5, True, "depends_on"),
        (HUNDRED + 0.951, True, "supported"),
    ],
)
def test_each_side_of_each_threshold(values, conditional, answer):
    assert uncertainty.decide(uncertainty.interval(values, LEVEL), BAR, conditional) == answer


def test_a_bar_with_two_ends_refuses_below_the_first_and_supports_above_the_second():
    assert uncertainty.decide((3.26, 3.26), (3.25, 3.27)) == "undecided"
    assert uncertainty.decide((3.28, 3.30), (3.25, 3.27)) == "supported"
    assert uncertainty.decide((3.20, 3.24), (3.25, 3.27)) == "refuted"


# Conditions


def planted_condition(draws=96, share=0.95):
    """Return points, names, effects above 1 where p_out >= 2.3 (a few exceptions), and the halves."""
    chance = np.random.Generator(np.random.Philox(16))
    names = ["value.price_out", *(f"other.{k}" for k in range(30))]
    points = chance.uniform(size=(draws, len(names)))
    points[:, 0] = 1.05 * (6 / 1.05) ** points[:, 0]
    holds = (points[:, 0] >= 2.3) & (chance.uniform(size=draws) < share)
    half = np.arange(draws) // 12 % 2 == 0
    return points, names, np.where(holds, 1.5, 0.5), half


def test_a_planted_condition_is_found_with_its_bound_within_ten_percent():
    points, names, effect, half = planted_condition()
    box = discovery.condition(points, names, effect, 1.0, half)
    assert set(box.limits) == {"value.price_out"}
    low, high = box.limits["value.price_out"]
    assert low == pytest.approx(2.3, rel=0.10)
    assert high is None
    assert box.density >= 0.8
    assert box.outside < 0.3


def test_no_condition_is_reported_when_labels_are_shuffled():
    points, names, effect, half = planted_condition()
    chance = np.random.Generator(np.random.Philox(17))
    found = [discovery.condition(points, names, chance.permutation(effect), 1.0, half) for _ in range(50)]
    assert sum(box is not None for box in found) <= 1


@pytest.mark.parametrize(("draws", "share"), [(24, 0.5), (48, 0.5), (24, 0.85)])
def test_conditions_on_nothing_are_rarer_than_announced(draws, share):
    """The rate of false conditions of the whole search, on as many parameters as the model draws, effects at random.

    Where the claim holds in 85 % of draws, the thresholds alone let one search in ten pass: shuffles stop it.
    """
    chance, names = np.random.Generator(np.random.Philox(19)), [f"p.{k}" for k in range(130)]
    half = np.array([design.first_half(draw) for draw in range(draws)])
    found = 0
    for _ in range(50):
        points, effect = chance.uniform(size=(draws, 130)), chance.standard_normal(draws)
        bar = float(np.quantile(effect, 1 - share))
        found += discovery.condition(points, names, effect, bar, half) is not None
    assert found <= binom.ppf(0.99, 50, discovery.CHANCE)


def test_a_condition_that_shuffles_give_as_often_is_none(monkeypatch):
    points, names, effect, half = planted_condition()
    rate = discovery.found_by_chance(points, names, effect, 1.0, half)
    assert rate <= discovery.CHANCE
    assert discovery.condition(points, names, effect, 1.0, half).by_chance == rate
    easy = discovery.Box({}, 1.0, 1.0, 0.0)
    monkeypatch.setattr(discovery, "confirmed_box", lambda *_: easy)  # a rule that finds something in anything
    assert discovery.condition(points, names, effect, 1.0, half) is None


# What so many draws can settle


def test_twelve_draws_cannot_give_a_condition_and_the_card_says_so():
    half = np.array([design.first_half(draw) for draw in range(12)])
    found = power.of_answers(np.ones(12, bool), half, LEVEL)
    assert (found.draws, found.confirming, found.condition) == (12, 0, 0.0)
    assert found.apart == pytest.approx(1.6449 * (1 + 1 / np.sqrt(12)), abs=1e-3)
    said = power.words(found, 0.0, 0.05, "en")
    assert "could not be" in said
    assert "24 sets" in said
    assert "Nothing could be settled" in power.words(found, 0.25, 0.05, "en")


def test_the_chance_of_confirming_a_true_condition_is_that_of_a_simulation():
    chance, found = np.random.Generator(np.random.Philox(20)), []
    for _ in range(4000):
        inside, beyond = chance.uniform(size=6) < 0.9, chance.uniform(size=6) < 0.1
        points = np.repeat([[1.0], [0.0]], 6, axis=0)
        box = discovery.judge(points, ["p"], np.concatenate([inside, beyond]), {"p": (0.5, None)})
        found.append(power.passes(box.density, box.coverage, box.outside))
    assert power.confirmed(12) == pytest.approx(np.mean(found), abs=0.02)
    assert power.confirmed(48) > power.confirmed(12) > power.confirmed(0) == 0.0


def test_a_condition_must_be_confirmed_by_the_other_half():
    points, names, effect, half = planted_condition(share=1.0)
    spoiled = effect.copy()
    spoiled[~half] = np.where(points[~half, 0] >= 2.3, 0.5, 1.5)
    assert discovery.condition(points, names, spoiled, 1.0, half) is None


def test_the_parameter_that_carries_the_effect_comes_first():
    points, names, _, _ = planted_condition()
    assert discovery.carriers(points, names, np.ones(len(points))) == [], "nothing carries what never changes"
    carriers = discovery.carriers(points, names, np.log(points[:, 0]))
    assert carriers[0] == ("value.price_out", pytest.approx(1.0))
    assert len(carriers) == 1


def test_ranks_of_ties_are_their_mean():
    assert list(discovery.rank(np.array([3.0, 1.0, 3.0, 2.0]))) == [3.5, 1.0, 3.5, 2.0]


# Thresholds and basins


def test_a_planted_threshold_and_its_elasticity_are_read_on_draws():
    """F = 0.6 p^0.8 g^-0.3: at the middle of g, F is 2 where p says so by hand."""
    chance, names = np.random.Generator(np.random.Philox(27)), ["other", *threshold.CARRIERS]
    points = np.column_stack([chance.uniform(size=96), 1.05 * (6 / 1.05) ** chance.uniform(size=96),
                              0.1 * 10 ** chance.uniform(size=96)])  # fmt: skip
    f = 0.6 * points[:, 1] ** 0.8 * points[:, 2] ** -0.3 * np.exp(0.02 * chance.standard_normal(96))
    ranges = {"value.price_out": (1.05, 6.0), "value.general_efficiency": (0.1, 1.0)}
    found = threshold.of_draws("H2", points, names, f, (1.05, 2.0), ranges)
    price, middle = found["value.price_out"], np.median(points[:, 2])
    assert price.elasticity == pytest.approx(0.8, abs=0.02)
    assert price.size == pytest.approx((2 / 0.6 * middle**0.3) ** (1 / 0.8), rel=0.03)
    assert price.direction == pytest.approx((1.05 / 0.6 * middle**0.3) ** (1 / 0.8), rel=0.03)
    assert found["value.general_efficiency"].elasticity == pytest.approx(-0.3, abs=0.02)
    beyond = threshold.of_draws("H2", points, names, f, (1.05, 20.0), ranges)
    assert beyond["value.price_out"].size is None
    assert "none alone gives the claimed size" in threshold.words(beyond, 20.0)["en"]
    rate = threshold.of_draws("H1a", points, names, f - 1, (0.05, None), ranges)["value.price_out"]
    assert rate.direction == pytest.approx(price.direction)
    still = threshold.of_draws("H2", points, names, np.exp(0.1 * chance.standard_normal(96)), (1.05, 2.0), ranges)
    assert still["value.price_out"].direction is None
    assert "does not show" in threshold.words(still, 2.0)["en"]


def test_a_sample_with_one_mode_is_rarely_said_to_have_two():
    chance = np.random.Generator(np.random.Philox(28))
    for n in (24, 48):
        for law in (chance.uniform, chance.standard_normal, chance.standard_exponential):
            two = [basins.of_values(law(size=n)).two for _ in range(100)]
            assert sum(two) <= binom.ppf(0.99, 100, 0.05)


def test_two_basins_are_found_with_their_shares():
    """A contagion with a threshold: half of the runs end near nothing, half near everybody."""
    chance = np.random.Generator(np.random.Philox(29))
    low = chance.uniform(size=200) < 0.4
    found = basins.of_values(np.clip(np.where(low, 0.05, 0.9) + 0.03 * chance.standard_normal(200), 0, 1))
    assert found.two
    assert 0.2 < found.split < 0.8
    assert found.low == pytest.approx(low.mean())
    assert basins.of_values(np.arange(8.0)) is None
    assert basins.dip(np.arange(10.0)) == pytest.approx(0.05)  # 1 / (2 n): as unimodal as a sample can be
    assert basins.dip(np.repeat([0.0, 1.0], 50)) == pytest.approx(0.25)  # two points: as far as it can be


# Designs


def test_the_forms_are_an_orthogonal_array():
    forms = np.array(design.FORMS)
    assert forms.shape == (24, len(design.FORM_COLUMNS))
    for a in range(7):
        for b in range(a):
            pairs, counts = np.unique(forms[:, [a, b]], axis=0, return_counts=True)
            levels = len(np.unique(forms[:, a])) * len(np.unique(forms[:, b]))
            assert len(pairs) == levels, f"columns {a} and {b} do not meet in all combinations"
            assert len(set(counts)) == 1


def test_every_block_of_draws_meets_the_forms_and_either_half_is_balanced_in_each():
    for block in range(3):
        draws = range(24 * block, 24 * block + 24)
        assert sorted(design.form_of("any", draw) for draw in draws) == list(range(24))
        for half in (True, False):
            mine = np.array([design.FORMS[design.form_of("any", d)] for d in draws if design.first_half(d) == half])
            assert all(len(set(np.unique(column, return_counts=True)[1])) == 1 for column in mine.T)


def test_seeds_depend_on_the_study_the_draw_and_the_repeat():
    found = {design.seed_of(s, d, r) for s in ("a", "b") for d in range(20) for r in range(5)}
    assert len(found) == 200
    assert all(0 <= seed < 2**63 for seed in found)
