"""H4: money and valued hours of others for one euro of engineering.

Gross        X / E in the projects that engineering served: what an ordinary grant is also judged by
Additional   [X(W2) - X(W1)] / E over alliances: what would not have come without it
Net          the same over all projects of the place: what came from the same payers' other projects is taken off,
             because funders' budgets are fixed and members' cash is one purse

X is what payers other than the engineering payer put in: members' own money, grants, hours at the shadow wage. "In
all" counts the euro itself, (X + E) / E; "more" does not, X / E. A share s of engineering in a budget is a gross
leverage of 1 / s in all by arithmetic alone: one third can only give 3, and 7 needs s = 1/7.
"""

from collections.abc import Mapping

import numpy as np

from sim.lab.cohort import ratio

OTHERS = ("own", "grants_public", "grants_finance", "grants_patronage")  # cents
Sums = Mapping[str, float]


def collect(projects: Mapping[str, np.ndarray], totals: Mapping[str, float]) -> dict[str, float]:
    """Return others' money and hours, and the programme's money, by kind of project."""
    served = np.asarray(projects["programme"]) > 0
    found = {
        "x_money_served": float(sum(np.sum(projects[name], where=served) for name in OTHERS)) / 100,
        "x_hours_served": float(np.sum(projects["hours"], where=served)),
        "e_served": float(np.sum(projects["programme"], where=served)) / 100,
        "e_all": totals["programme"] / 100,
    }
    for kind in ("allied", "solo"):
        found[f"x_money_{kind}"] = sum(totals[f"{name}_{kind}"] for name in OTHERS) / 100
        found[f"x_hours_{kind}"] = totals[f"hours_{kind}"]
    return found


def others(sums: Sums, kind: str, wage: float) -> float:
    """Return what payers other than the engineering payer put in one kind of project (euros)."""
    return sums[f"x_money_{kind}"] + wage * sums[f"x_hours_{kind}"]


def gross(engineered: Sums, wage: float) -> float:
    """Return euros of others beside one euro of engineering, in the projects that it served."""
    return ratio(others(engineered, "served", wage), engineered["e_served"])


def additional(engineered: Sums, without: Sums, wage: float) -> float:
    """Return euros of others that alliances have more of than without engineering, for one euro of it."""
    return ratio(others(engineered, "allied", wage) - others(without, "allied", wage), engineered["e_all"])


def net(engineered: Sums, without: Sums, wage: float) -> float:
    """Return the same, less what the same payers stopped putting in other projects."""
    displaced = others(without, "solo", wage) - others(engineered, "solo", wage)
    return additional(engineered, without, wage) - ratio(displaced, engineered["e_all"])


def in_all(others_per_euro: float) -> float:
    """Return the other reading of a leverage: the euro itself is counted."""
    return others_per_euro + 1


def share_of_means(sums: Sums, wage: float) -> float:
    """Return the share of the programme in all means of alliances: the s that arithmetic turns into a leverage."""
    return ratio(sums["e_all"], sums["e_all"] + others(sums, "allied", wage))


def of_share(share: float) -> tuple[float, float]:
    """Return the gross leverage that a share of engineering in a budget is by arithmetic: (in all, from others).

    >>> of_share(0.25)
    (4.0, 3.0)
    """
    return 1 / share, 1 / share - 1


def of_grants(cost: np.ndarray, grant: np.ndarray) -> dict[str, float]:
    """Return the ordinary gross leverage of grants, in all: ratio of sums, mean and median of ratios."""
    ratios = cost / grant
    return {
        "sums": float(cost.sum() / grant.sum()),
        "mean": float(ratios.mean()),
        "median": float(np.median(ratios)),
    }
