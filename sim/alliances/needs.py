"""Needs: sixteen fragilities of each territory, objective and felt, on a logit scale (0 is half of the scale).

    x' = x + delta*(-(x - rest) + kappa*tanh(4 * mean of the others' excess)) + drift - relief
A fragility recovers towards its level of rest, is pulled by the others (coupling k < 1: stable), drifts upwards
(scissors effect), and is relieved by what projects delivered last month: relief = delta*theta * ln(1 + V/(N*v0)),
so that theta is what a lasting delivery does in the long run.
Felt need follows with a lag. Domains are ranked by their level of rest, as the 2022 survey spreads them; the
official list of sixteen is lost, so that they have numbers and no names.

Numbers   parameters needs
"""

import numpy as np

from sim.kernels import needs as kernel
from sim.kernels.accounts import add_by_territory
from sim.phases import phase

DOMAINS = 16


def at_rest(values: dict) -> np.ndarray:
    """Return the level of rest of each domain (logit): evenly spread over the gap of the survey."""
    return float(values["needs.start"]) + float(values["needs.start_gap"]) * np.linspace(0.5, -0.5, DOMAINS)


def begin(state, values: dict):
    """Put every territory at rest."""
    state.territories.need[:] = at_rest(values)
    state.territories.felt[:] = at_rest(values)


@phase(reads=("territories.delivered", "cohorts.persons"), writes=("territories.need", "territories.felt"))
def drift(world):
    """Move needs by a month: recovery, coupling, drift, relief by last month's projects; then what is felt."""
    v, place = world.values, world.state.territories
    residents = np.zeros(len(place), np.int64)
    add_by_territory(world.state.cohorts.persons, world.state.cohorts.territory, residents)
    relief = float(v["needs.relief"]) * float(v["needs.recovery"])  # a month of what it does in the long run
    kernel.month(
        place.need, place.felt, place.delivered, residents, at_rest(v), float(v["needs.coupling"]),
        float(v["needs.recovery"]), float(v["needs.drift"]) / 12.0, relief,
        float(v["needs.value_scale"]), float(v["needs.felt_lag"]), np.zeros(DOMAINS),
        bool(v["form.returns"]),
    )  # fmt: skip
