"""H0: what must hold for any verdict to mean something. Each control is an entry of its own; one failure stops all.

Some controls are computed on the very runs that the verdicts use (the books, engineering without effect, A/A); the
others need a few runs of their own on the same places (the same world twice, a policy of strength zero, organisations
that are all alike, projects relabelled at random).
"""

import math
from typing import NamedTuple

import numpy as np

from sim.lab import durability, uncertainty
from sim.lab.cohort import allied
from sim.lab.design import Study, Unit
from sim.lab.worlds import ALIKE, world_values

RELABELLINGS = 4000
SWAPS = 1000
BAND = (0.037, 0.064)  # rejection rates that a 5 % test shows when nothing happens
SURE = 3.29  # |t| that chance passes once in a thousand: a control that runs each time cannot use 5 %
NONE = 1e-9


class Control(NamedTuple):
    """One control: what was measured, what it must be, and whether it holds."""

    id: str
    holds: bool
    estimate: float
    interval: tuple[float, float]
    unit: str
    estimand: str
    statement_en: str
    statement_fr: str
    runs: int


# Runs of the controls' own


def run_controls(unit: Unit, study: Study, simulate) -> dict:
    """Run, for one place and one draw, the worlds whose answer is known."""
    plain = unit.values | world_values("W1", study.dose)
    engineered = unit.values | world_values("W2", study.dose)
    nothing = plain | {"engineering.dose": 0.0, "engineering.mode": 1.0, "engineering.coordination": 0.9}
    alike = engineered | ALIKE | {"value.poolable": 0.0}
    first, again, zero, same = (simulate(unit, values, study.start) for values in (plain, dict(plain), nothing, alike))
    horizon = max(h for h in study.horizons if h <= unit.months)
    cohort, homogeneous = first.tables[f"projects_{horizon}"], same.tables[f"projects_{horizon}"]
    together = allied(homogeneous)
    return {
        "place": unit.place.key,
        "digests": {"first": first.summary["digest"], "again": again.summary["digest"], "zero": zero.summary["digest"]},
        "alliances": int(together.sum()),
        "winners": int(np.count_nonzero(together & (np.asarray(homogeneous["premium"]) > NONE))),
        "premium": float(np.sum(homogeneous["premium"], where=together)),
        "alone": float(np.sum(homogeneous["alone"], where=together)),
        "relabel_months": np.asarray(cohort["months"], float),
        "relabel_lost": np.isin(cohort["end"], (durability.FAILED, durability.DISSOLVED)).astype(float),
        "runs": 4,
    }


def judge(own: list[dict], outcomes: list[dict], inert: np.ndarray, gaps: np.ndarray) -> list[Control]:
    """Return every control.

    own       what run_controls gave, one per place
    outcomes  what the units of the study gave
    inert     log F_T of W4 against W3 [draw, repeat]: engineering paid, without effect
    gaps      log means per value of W1 with one seed less that with another [draw, place]: the arms of the A/A test
    """
    return [
        same_world_twice(own),
        strength_zero(own),
        engineering_without_effect(inert),
        inert_in_one_project(),
        all_alike(own),
        alike_in_one_project(),
        relabelled(own),
        books(outcomes),
        arms_alike(gaps),
    ]


def same_world_twice(own: list[dict]) -> Control:
    """Two runs of one world are one result, to the bit."""
    differ = sum(o["digests"]["first"] != o["digests"]["again"] for o in own)
    return Control(
        "H0a", differ == 0, float(differ), (0.0, 0.0), "pairs that differ", "digest of all tables, W1 run twice",
        "The same world run twice gives the same result, to the bit.",
        "Le même monde joué deux fois donne le même résultat, au bit près.", 2 * len(own),
    )  # fmt: skip


def strength_zero(own: list[dict]) -> Control:
    """Engineering that pays nothing does nothing, however able it would be."""
    differ = sum(o["digests"]["first"] != o["digests"]["zero"] for o in own)
    return Control(
        "H0b", differ == 0, float(differ), (0.0, 0.0), "pairs that differ", "digest of all tables, dose 0 against W1",
        "A policy of strength zero changes nothing, to the bit.",
        "Une mesure de force nulle ne change rien, au bit près.", len(own),
    )  # fmt: skip


def engineering_without_effect(inert: np.ndarray) -> Control:
    """Paying for engineering that does nothing must lose against the same euros untied."""
    draws = inert.mean(axis=1)
    low, high = uncertainty.interval(np.exp(draws), 0.9)
    ratio = float(np.exp(draws.mean()))
    return Control(
        "H0c", ratio < 1, ratio, (low, high), "ratio", "F_T of W4 against W3, mean over draws (of logarithms)",
        "Engineering paid without any effect is less frugal than the same euros untied.",
        "Une ingénierie payée et sans effet est moins frugale que les mêmes euros sans condition.", 2 * inert.size,
    )  # fmt: skip


def inert_in_one_project() -> Control:
    """With constant returns and no coordination, W4 over W3 is 1 - s exactly."""
    gap = 0.0
    for share in (0.05, 0.25, 1 / 3, 0.5):
        budget = np.full(3, 1000.0)
        money = budget.sum() * share / (1 - share)
        paid = team_value(budget, fixed_cost=0.0)
        untied = team_value(budget, fixed_cost=0.0, extra=money / 3)
        gap = max(gap, abs(paid / untied - (1 - share)))
    return Control(
        "H0d", gap < NONE, gap, (0.0, NONE), "ratio", "largest |value(W4) / value(W3) - (1 - s)| of one alliance",
        "In one alliance, engineering without effect loses exactly its share of the means.",
        "Dans une alliance, l'ingénierie sans effet fait perdre exactement sa part des moyens.", 0,
    )  # fmt: skip


def all_alike(own: list[dict]) -> Control:
    """Organisations that are all alike and share nothing gain nothing together, whatever else happens."""
    alliances = sum(o["alliances"] for o in own)
    winners = sum(o["winners"] for o in own)
    alone = sum(o["alone"] for o in own)
    rate = sum(o["premium"] for o in own) / alone if alone > 0 else math.nan
    return Control(
        "H0e", winners == 0 and alliances > 0, rate, (-1.0, 0.0), "ratio",
        "premium rate of the inception cohort, every efficiency 1, nothing pooled; no project may be above 0",
        "When all organisations are alike, no alliance is worth more than its members apart.",
        "Quand toutes les organisations sont pareilles, aucune alliance ne vaut plus que ses membres séparés.",
        len(own),
    )  # fmt: skip


def alike_in_one_project() -> Control:
    """Homogeneous members lose exactly what coordination costs."""
    gap = 0.0
    for form_a in (False, True):
        budget = np.array([400.0, 900.0, 2200.0])
        same = {"form_a": form_a, "poolable": 0.0, "fixed_cost": 90.0, "pair_cost": 35.0}
        together = team_value(budget, **same)
        alone = sum(team_value(budget, mask=1 << i, **same) for i in range(3))
        cost = 2 * 90.0 + 3 * 35.0
        gap = max(gap, abs(together / alone - 1 + cost / budget.sum()))
    return Control(
        "H0f", gap < NONE, gap, (0.0, NONE), "ratio", "largest |premium rate + C / B| of one alliance, two forms",
        "In one alliance of organisations all alike, the premium is exactly minus the cost of coordination.",
        "Dans une alliance d'organisations toutes pareilles, la prime est exactement l'opposé du coût de coordination.",
        0,
    )  # fmt: skip


def relabelled(own: list[dict]) -> Control:
    """Projects called allied or solo at random after their life must not differ in durability."""
    months = np.concatenate([np.asarray(o["relabel_months"], float) for o in own])
    lost = np.concatenate([np.asarray(o["relabel_lost"], float) for o in own])
    chance = np.random.Generator(np.random.Philox(1))
    label = np.arange(months.size) < months.size // 2  # halves: a handful of alliances could show nothing
    found = [durability.relabelled_z(months, lost, chance.permutation(label)) for _ in range(RELABELLINGS)]
    rate = float(np.mean(np.abs(found) > 1.96))
    return Control(
        "H0g", BAND[0] <= rate <= BAND[1], rate, BAND, "share",
        "share of random relabellings (halves) in which the failure-rate ratio is found different from 1 at 5 %",
        "Projects relabelled at random after their life show no durability of their own.",
        "Des projets rebaptisés au hasard après coup ne montrent aucune pérennité propre.", 0,
    )  # fmt: skip


def books(outcomes: list[dict]) -> Control:
    """No euro appears or vanishes in any run, and the books were really checked."""
    residual = max(o["residual"] for o in outcomes)
    checked = min(o["checks"] for o in outcomes)
    return Control(
        "H0h", residual == 0 and checked > 0, float(residual), (0.0, 0.0), "cents",
        "largest unexplained amount in any account, any month, any run (at least one check in each)",
        "Every account balances to the cent in every run.",
        "Tous les comptes sont justes au centime dans tous les mondes.", len(outcomes),
    )  # fmt: skip


def arms_alike(gaps: np.ndarray) -> Control:
    """Two arms that differ by luck alone must be found alike, by the very procedure of the verdicts.

    gaps[draw, place] is log(means per value) of W1 with one seed less that with another; places are the repeats.
    """
    t = uncertainty.t_of(gaps.mean(axis=1))
    rate = found_by_luck(gaps)
    return Control(
        "H0i", abs(t) < SURE and rate <= BAND[1], rate, (0.0, BAND[1]), "share",
        f"A/A: W1 against W1 with other seeds (t = {t:.2f}, below {SURE}); share of random swaps of the arms in "
        "which the procedure of the verdicts finds the first arm better",
        "Two arms that differ by luck alone are found alike.",
        "Deux bras qui ne diffèrent que par la chance sont trouvés pareils.", 2 * gaps.size,
    )  # fmt: skip


def found_by_luck(gaps: np.ndarray) -> float:
    """Return how often an effect is found when the arms of each draw are swapped at random."""
    chance = np.random.Generator(np.random.Philox(2))
    keys = np.arange(gaps.size, dtype=np.uint64).reshape(gaps.shape)  # disjoint by construction
    swaps = chance.choice([-1.0, 1.0], (SWAPS, len(gaps), 1))
    answers = [uncertainty.decide(uncertainty.spread(swap * gaps, keys).interval(0.9), (0.0, 0.0)) for swap in swaps]
    return float(np.mean([answer == "supported" for answer in answers]))


def team_value(
    budget: np.ndarray, *, mask: int = 0b111, extra: float = 0.0, pair_cost: float = 0.0, **changed: object
) -> float:
    """Return the value of three organisations that are all alike, by the kernel that every run uses."""
    from sim.alliances.terms import terms
    from sim.kernels import value
    from sim.parameters import load_parameters

    t = terms(load_parameters().values())._replace(**changed)
    m, functions = budget.size, 5
    costs, scratch = np.full((m, m), pair_cost), np.empty((value.SCRATCH, functions))
    alike, weight = np.ones((m, functions)), np.full(functions, 1 / functions)
    arguments = (mask, m, budget, extra, alike, weight, 1.0, costs, 0.0, False, 0.0, t, scratch)
    return float(value.coalition_value(*arguments))


def failed(controls: list[Control]) -> list[Control]:
    """Return the controls that do not hold."""
    return [control for control in controls if not control.holds]
