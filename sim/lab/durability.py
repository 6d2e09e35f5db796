"""H3: how long projects and their services last.

The clock starts at "diagnose" for every project, solo or allied, and the population is an inception cohort: counting
from the first success, or the projects alive today, makes durability out of nothing. Four ends compete (completed,
failed, dissolved, abandoned): a project that meets its need and stops has not failed.

Rate ratio         failures and dissolutions per project-year at risk, W3 over W2 (the verdict)
Service survival   share of the service promised by the same organisations that is not lost, in each world, and its
                   restricted mean (RMST), always printed with its ceiling

Ages are whole months, so life tables are exact sums over ages; no tie has to be broken.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.lab.cohort import MONTHS, allied, ratio

LIVING, COMPLETED, FAILED, DISSOLVED, ABANDONED = range(5)
CAUSES = 5
LOST = (FAILED, DISSOLVED, ABANDONED)
GROUPS = ("solo", "allied")


# What a run leaves


def collect(projects: Mapping[str, np.ndarray], horizon: int) -> dict[str, object]:
    """Return ends by age and cause, months at risk and losses, of solo and of allied projects."""
    age = np.minimum(np.asarray(projects["months"], np.int64), horizon)
    end = np.asarray(projects["end"], np.int64)
    together = allied(projects)
    found: dict[str, object] = {}
    for group, chosen in zip(GROUPS, (~together, together), strict=True):
        counts = np.zeros((CAUSES, horizon + 1), np.int64)
        np.add.at(counts, (end[chosen], age[chosen]), 1)
        lost = np.isin(end, (FAILED, DISSOLVED)) & chosen
        found[f"d_ends_{group}"] = counts.ravel()
        found[f"d_lost_{group}"] = float(np.count_nonzero(lost))
        found[f"d_years_{group}"] = float(np.sum(projects["months"], where=chosen)) / 12
    return found


def collect_pair(one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray], horizon: int) -> dict[str, object]:
    """Return the service of the projects of both worlds, lost by age in each; weights are the same in both."""
    _, i, j = np.intersect1d(np.asarray(one["uid"]), np.asarray(two["uid"]), return_indices=True)
    promised = 0.5 * (np.asarray(one["plan_value"], float)[i] + np.asarray(two["plan_value"], float)[j])
    found: dict[str, object] = {"v_promised": float(promised.sum())}
    for side, table, rows in (("one", one, i), ("two", two, j)):
        age = np.minimum(np.asarray(table["months"], np.int64)[rows], horizon)
        gone = np.isin(np.asarray(table["end"])[rows], LOST)
        lost = np.zeros(horizon + 1)
        np.add.at(lost, age[gone], promised[gone])
        found[f"v_lost_{side}"] = lost
    return found


# Estimators on sums


def failure_rate(sums: Mapping[str, float], groups: Sequence[str] = GROUPS) -> float:
    """Return failures and dissolutions per project-year at risk."""
    return ratio(sum(sums[f"d_lost_{group}"] for group in groups), sum(sums[f"d_years_{group}"] for group in groups))


def rate_ratio(placebo: Mapping[str, float], engineered: Mapping[str, float], groups: Sequence[str] = GROUPS) -> float:
    """Return how many times rarer failures are with engineering, at equal euros; NaN without any failure."""
    return ratio(failure_rate(placebo, groups), failure_rate(engineered, groups))


def ends_of(sums: Mapping[str, object], groups: Sequence[str] = GROUPS) -> np.ndarray:
    """Return the table of ends, cause by age."""
    flat = sum(np.asarray(sums[f"d_ends_{group}"], float) for group in groups)
    return flat.reshape(CAUSES, -1)


def incidence(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return survival, cumulative incidence by cause and number at risk, by age (Kaplan-Meier, Aalen-Johansen).

    `ends[c, a]` projects end at age a by cause c; cause 0 is still alive (censored, after the ends of that age).
    Survival and incidences add up to 1 at every age.
    """
    risk = ends.sum() - np.concatenate(([0.0], np.cumsum(ends.sum(axis=0))[:-1]))
    hazard = np.divide(ends[1:], risk, out=np.zeros_like(ends[1:]), where=risk > 0)
    survival = np.cumprod(1 - hazard.sum(axis=0))
    before = np.concatenate(([1.0], survival[:-1]))
    return survival, np.cumsum(before * hazard, axis=1), risk


def restricted_mean(survival: np.ndarray, until: int) -> float:
    """Return the area under a survival curve from age 0 to `until`; `survival[a]` holds during month a of age."""
    return float(survival[:until].sum())


def exponential_mean(rate: float, until: float) -> float:
    """Return the restricted mean of a life with a constant hazard: 35.1 months of 84 at 1/40 a month."""
    return (1 - math.exp(-rate * until)) / rate


def ceiling(mean: float, until: int) -> float:
    """Return the largest ratio that a restricted mean can show: nobody lives beyond `until`."""
    return ratio(until, mean)


def service(pair: Mapping[str, object], side: str) -> np.ndarray:
    """Return the share of promised service not lost by each age."""
    lost = np.asarray(pair[f"v_lost_{side}"], float)
    promised = pair["v_promised"]
    return 1 - np.cumsum(lost) / promised if promised > 0 else np.full(lost.size, np.nan)


def service_ratio(pair: Mapping[str, object], horizon: int) -> tuple[float, float]:
    """Return the ratio of service-months, engineered over placebo, and its ceiling; both on full follow-up."""
    until = horizon - MONTHS  # all of the cohort is followed that long: no censoring
    with_it, without = (restricted_mean(service(pair, side), until) for side in ("one", "two"))
    return ratio(with_it, without), ceiling(without, until)


def median_age(alive: np.ndarray, every: int = 1) -> float | None:
    """Return the first age (months, points `every` months apart) at which half are gone, or None if never."""
    below = np.flatnonzero(alive < 0.5)
    return float(below[0] * every) if below.size else None


def monthly(yearly: float) -> float:
    """Return the monthly probability that compounds to a yearly one.

    >>> round(monthly(0.10), 7)
    0.0087416
    """
    return 1 - (1 - yearly) ** (1 / 12)


def relabelled_z(months: np.ndarray, lost: np.ndarray, label: np.ndarray) -> float:
    """Return the z of log(rate ratio) between labels, with a variance that holds whatever the shape of the hazard."""
    logs, variances = [], []
    for chosen in (label, ~label):
        if not lost[chosen].any():
            return 0.0  # nothing ended in one of the groups: nothing can be told
        rate = lost[chosen].sum() / months[chosen].sum()
        logs.append(math.log(rate))
        variances.append(np.sum((lost[chosen] - rate * months[chosen]) ** 2) / lost[chosen].sum() ** 2)
    return (logs[0] - logs[1]) / math.sqrt(sum(variances))
