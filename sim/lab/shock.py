"""H12: do alliances made before a shock protect, and those made after it not?

The same organisations live in six worlds: alliances may form only before the shock, only after it, or never; with the
shock or without. Who was at work when it came is read on the state before it, never on what followed.

    effect = [S(arm, shock) - S(arm, none)] - [S(never, shock) - S(never, none)]

For "before", S is the share of the service promised by projects alive at the shock that is not lost 24 months later,
and the effect must be above 0.05. An alliance made afterwards cannot be in that cohort: for "after", S is the service
of the whole place in the second year after the shock over that of the year before it, and the effect must lie within
0.05 of nothing (two one-sided tests: an absence of proof is no proof of absence). Each reading is shown beside the
other.
"""

from collections.abc import Callable, Mapping

import numpy as np

from sim.lab.cohort import ratio
from sim.lab.durability import LOST

MONTH = 24  # of the shock
AFTER = 24  # months of follow-up
ARMS = ("before", "after", "never")
BAR = 0.05


def collect(projects: Mapping[str, np.ndarray], month: int = MONTH, after: int = AFTER) -> dict[str, float]:
    """Return the service promised by projects alive at the shock, and what of it is lost afterwards."""
    end, ended = np.asarray(projects["end"], int), np.asarray(projects["ended"], int)
    alive = (end == 0) | (ended >= month)
    lost = alive & np.isin(end, LOST) & (ended < month + after)
    promised = np.asarray(projects["plan_value"], float)
    return {"z_promised": float(promised[alive].sum()), "z_lost": float(promised[lost].sum())}


def collect_place(monthly: Mapping[str, np.ndarray], month: int = MONTH, after: int = AFTER) -> dict[str, float]:
    """Return the service of the whole place in the year before the shock, and in the last year of follow-up."""
    value = np.asarray(monthly["value_solo"], float) + monthly["value_allied"]
    last = month + after
    return {
        "z_year_before": float(value[month - 12 : month].sum()),
        "z_year_after": float(value[last - 12 : last].sum()),
    }


def kept(sums: Mapping[str, float]) -> float:
    """Return the share of promised service that is still there."""
    return 1 - ratio(sums["z_lost"], sums["z_promised"])


def of_place(sums: Mapping[str, float]) -> float:
    """Return the service of the place in the last year of follow-up over that of the year before the shock."""
    return ratio(sums["z_year_after"], sums["z_year_before"])


def protection(worlds: Mapping[str, Mapping[str, float]], arm: str, read: Callable = kept) -> float:
    """Return the difference in differences: what the arm keeps through the shock beyond what the unallied keep."""

    def fall(name: str) -> float:
        return read(worlds[f"{name}_shock"]) - read(worlds[f"{name}_calm"])

    return fall(arm) - fall("never")
