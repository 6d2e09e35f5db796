"""Chance, ignorance and form, kept apart.

The unit of inference is the parameter draw: seeds say how lucky one set of assumptions was, draws say how much we
do not know. D[m, r] is the effect in draw m with its r-th seed.

    within   s2 = mean over draws of the variance over seeds             (chance)
    between  tau2 = Var_m(mean_m) - s2 / R                               (ignorance and form), never below 0
    corrected effects: mean + sqrt(tau2 / Var_m(mean_m)) * (mean_m - mean), which have variance tau2
"""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.errors import RunError


class Spread(NamedTuple):
    """The effects of a study, chance taken off and told apart."""

    mean: float
    draws: np.ndarray  # mean over seeds, by draw
    corrected: np.ndarray  # the same, shrunk so that chance does not widen them
    chance: float  # standard error of a draw's mean, from its seeds
    tau2: float  # variance between draws, chance taken off
    within: float  # variance between seeds of one draw
    form: float  # share of tau2 that goes with the structural forms (adjusted, at least 0)
    error: float  # standard error of the mean over draws

    def interval(self, level: float) -> tuple[float, float]:
        """Return what holds `level` of the draws, widened by how well their mean is known."""
        low, high = interval(self.corrected, level)
        tail = NormalDist().inv_cdf(0.5 + level / 2) * self.error
        return low - tail, high + tail

    @property
    def share_chance(self) -> float:
        """Share of the variance of one paired run that is chance."""
        total = self.within + self.tau2
        return self.within / total if total > 0 else 0.0


def refuse_shared_seeds(seeds: np.ndarray):
    """Raise when two draws share a seed: their chance would be common, and would pass for an effect."""
    found, counts = np.unique(seeds, return_counts=True)
    if counts.max(initial=0) > 1:
        raise RunError(
            f"Seed {found[counts > 1][0]} serves two draws or two repeats.\n"
            "  Give each draw its own seeds: design.seed_of(study, draw, repeat)."
        )


def spread(effects: np.ndarray, seeds: np.ndarray, forms: np.ndarray | None = None) -> Spread:
    """Tell chance from ignorance in effects[draw, repeat]; `forms[draw, factor]` says which form each draw met."""
    refuse_shared_seeds(seeds)
    draws, repeats = effects.shape
    if draws < 2 or repeats < 2:
        raise RunError(f"{draws} draws of {repeats} seeds cannot tell chance from ignorance.\n  Give two of each.")
    means = effects.mean(axis=1)
    within = float(effects.var(axis=1, ddof=1).mean())
    observed = float(means.var(ddof=1))
    tau2 = max(0.0, observed - within / repeats)
    keep = math.sqrt(tau2 / observed) if observed > 0 else 0.0
    mean = float(means.mean())
    corrected = mean + keep * (means - mean)
    form = 0.0 if forms is None else share_of_forms(means, forms)
    return Spread(mean, means, corrected, math.sqrt(within / repeats), tau2, within, form, math.sqrt(observed / draws))


def share_of_forms(means: np.ndarray, forms: np.ndarray) -> float:
    """Return the adjusted share of variance between draws that goes with the main effects of the forms."""
    columns = [np.ones(means.size)]
    for factor in forms.T:
        columns += [(factor == level).astype(float) for level in np.unique(factor)[1:]]
    design = np.column_stack(columns)
    free = means.size - design.shape[1]
    total = float(((means - means.mean()) ** 2).sum())
    if free <= 0 or total == 0:
        return 0.0
    fitted, *_ = np.linalg.lstsq(design, means, rcond=None)
    rest = float(((means - design @ fitted) ** 2).sum())
    return max(0.0, 1 - (rest / free) / (total / (means.size - 1)))


def interval(values: np.ndarray, level: float) -> tuple[float, float]:
    """Return the central interval that holds `level` of the draws."""
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def share_above(values: np.ndarray, bar: float) -> float:
    """Return the share of draws above a bar."""
    return float(np.mean(values > bar))


def decide(ends: tuple[float, float], bar: tuple[float, float], conditional: bool = False) -> str:
    """Answer one question: is the effect above the bar? `ends` are those of its interval over draws and forms.

    supported   the low end of the interval over draws and forms is above the upper bar
    refuted     its high end is below the lower bar
    depends_on  neither, and a confirmed condition says where it holds
    undecided   none of these
    """
    low, high = ends
    if low > bar[1]:
        return "supported"
    if high < bar[0]:
        return "refuted"
    return "depends_on" if conditional else "undecided"


def t_of(draws: np.ndarray, same: float = 0.0) -> float:
    """Return Student's t of the mean over draws: one number per draw, never one per run."""
    error = float(draws.std(ddof=1)) / math.sqrt(draws.size)
    return (float(draws.mean()) - same) / error if error > 0 else 0.0
