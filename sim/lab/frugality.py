"""H2: the same result with less. Three estimators of one thing, never mixed; the first is the verdict.

F_T   whole place, intention to treat: [means / value](W3) / [means / value](W2)
F_P   inside alliances, technological: means that members alone would need / means used
F_A   projects that are alliances in both worlds: the same ratio as F_T on them only

Means are consolidated (members' own money + grants + programme + volunteer hours at a stated shadow wage) and every
ratio is a ratio of totals: a mean of ratios would let the smallest projects speak loudest.
"""

from collections.abc import Mapping

import numpy as np

from sim.lab.cohort import allied, ratio

MONEY = ("own", "grants_public", "grants_finance", "grants_patronage", "programme")  # cents
Sums = Mapping[str, float]


def collect(projects: Mapping[str, np.ndarray], totals: Mapping[str, float]) -> dict[str, float]:
    """Return value, money and hours of the place (all projects) and of the alliances of the cohort."""
    chosen = allied(projects)
    return {
        "t_value": totals["value"],
        "t_money": sum(totals[name] for name in MONEY) / 100,
        "t_hours": totals["hours"],
        "a_value": float(np.sum(projects["value"], where=chosen)),
        "a_money": money(projects, chosen),
        "a_hours": float(np.sum(projects["hours"], where=chosen)),
        "a_means_alone": float(np.sum(projects["means_alone"], where=chosen)),
    }


def collect_pair(one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return value, money and hours in each world of the projects that are alliances in both."""
    mine, theirs = always_allied(one, two)
    found = {"s_projects": float(np.count_nonzero(mine))}
    for side, table, chosen in (("one", one, mine), ("two", two, theirs)):
        found[f"s_value_{side}"] = float(np.sum(table["value"], where=chosen))
        found[f"s_money_{side}"] = money(table, chosen)
        found[f"s_hours_{side}"] = float(np.sum(table["hours"], where=chosen))
    return found


def always_allied(one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of each table are the projects that are alliances in both."""
    both = np.intersect1d(np.asarray(one["uid"])[allied(one)], np.asarray(two["uid"])[allied(two)])
    return np.isin(one["uid"], both), np.isin(two["uid"], both)


def money(table: Mapping[str, np.ndarray], chosen: np.ndarray) -> float:
    """Return the euros of every payer put in the chosen projects."""
    return float(sum(np.sum(table[name], where=chosen) for name in MONEY)) / 100


def means(sums: Sums, wage: float, of: str = "t", side: str = "") -> float:
    """Return consolidated means in euros, volunteer hours at a shadow wage."""
    return sums[f"{of}_money{side}"] + wage * sums[f"{of}_hours{side}"]


def means_per_value(sums: Sums, wage: float, of: str = "t", side: str = "") -> float:
    """Return the means that one reference euro of value takes."""
    return ratio(means(sums, wage, of, side), sums[f"{of}_value{side}"])


def of_places(placebo: Sums, engineered: Sums, wage: float) -> float:
    """Return F_T: above 1 when engineering spares means, at equal euros."""
    return means_per_value(placebo, wage) / means_per_value(engineered, wage)


def of_projects(sums: Sums, wage: float) -> float:
    """Return F_P: what members alone would need over what the alliances used."""
    return ratio(sums["a_means_alone"], means(sums, wage, "a"))


def of_same_projects(pair: Sums, wage: float) -> float:
    """Return F_A of the pair (engineered, placebo): their means per value, second over first."""
    return means_per_value(pair, wage, "s", "_two") / means_per_value(pair, wage, "s", "_one")
