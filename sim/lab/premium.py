"""H1: what allied organisations deliver together beyond what each would deliver on its own.

P-form   sum of premiums / sum of what the same members deliver alone, over the alliances of the inception cohort,
         net of coordination, of engineering and of set-ups that came to nothing
         (every function has a price outside, so that nothing is out of reach of members alone)
T-form   value per unit of means of the whole place, alliances possible (W1) over impossible (W0), less 1
"""

import math
from collections.abc import Mapping

import numpy as np

from sim.lab.cohort import allied, ratio
from sim.lab.frugality import means_per_value


def collect(projects: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the sums over alliances, those abandoned before any work included: their means were spent."""
    chosen = allied(projects)
    names = ("premium", "alone", "gain", "perceived", "coordination")
    return {f"p_{name}": float(np.sum(projects[name], where=chosen)) for name in names} | {
        "p_value": float(np.sum(projects["value"], where=chosen)),
        "p_alliances": float(np.count_nonzero(chosen)),
        "p_programme": float(np.sum(projects["programme"], where=chosen)) / 100,
        "p_losing": float(np.count_nonzero(chosen & (np.asarray(projects["premium"]) < 0))),
    }


def rate(sums: Mapping[str, float]) -> float:
    """Return the premium as a share of what members deliver alone."""
    return ratio(sums["p_premium"], sums["p_alone"])


def rate_of_places(with_alliances: Mapping[str, float], without: Mapping[str, float], wage: float) -> float:
    """Return the T-form: gain in value per unit of means of a whole place."""
    return means_per_value(without, wage) / means_per_value(with_alliances, wage) - 1


def perceived_share(sums: Mapping[str, float]) -> float:
    """Return the share of positive premiums that members see."""
    return ratio(sums["p_perceived"], sums["p_gain"])


def unseen_share(sums: Mapping[str, float]) -> float:
    """Return the share of positive premiums that members do not see; 0 when they believe in more than there is."""
    seen = perceived_share(sums)
    return max(0.0, 1 - seen) if math.isfinite(seen) else seen


def stairs(sums: Mapping[str, float], wage: float) -> dict[str, float]:
    """Return, for 100 euros of value of members alone: together, less coordination, less engineering, the premium.

    Costs are euros of means; they count for the value that the same members would make of them alone.
    """
    worth = ratio(100, sums["a_money"] - sums["p_programme"] + wage * sums["a_hours"])
    net = 100 * (1 + rate(sums))
    before_engineering = net + worth * sums["p_programme"]
    together = before_engineering + worth * sums["p_coordination"]
    return {"together": together, "coordination": before_engineering, "premium": net}
