"""Needs: sixteen fragilities of each territory, objective and felt, on a logit scale (0 is half of the scale).

    x' = x + delta*(-(x - rest) + kappa*tanh(4 * mean of the others' excess)) + drift - relief
A fragility recovers towards its level of rest, is pulled by the others (coupling k < 1: stable), drifts upwards
(scissors effect), and is relieved by what projects delivered last month, a part of it among neighbours:
relief = delta*theta * ln(1 + V/(N*v0)), so that theta is what a lasting delivery does in the long run.
Felt need follows with a lag, plus a common opinion of the whole country that changes once a year.

The names of domains are in domains.csv, with what is known of the list. Which domain is high is drawn for each
territory: the ranks of the surveys are compared with what comes out (targets), never put in.
Tipping (a coupling of 1 or more) and shocks are scenarios.

Numbers   parameters needs
"""

import csv
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.doors import given
from sim.kernels import chance
from sim.kernels import decisions as d
from sim.kernels import needs as kernel
from sim.phases import phase

DOMAINS = 16
NATION = np.uint64(2**61 - 1)  # whose common opinion it is


class Domain(NamedTuple):
    """One of the sixteen fragilities: how people call it, and how sure it is that the official list has it."""

    name: str
    fr: str
    en: str
    standing: str  # named: a survey of the evidence ranks it or names it; candidate: completed by the team
    facts: str


@cache
def domains() -> tuple[Domain, ...]:
    """Return the sixteen domains in the order of every column and table."""
    text = (Path(__file__).parents[1] / "parameters" / "domains.csv").read_text(encoding="utf-8")
    return tuple(Domain(**row) for row in csv.DictReader(text.splitlines()))


def begin(state, ident: np.ndarray, values: dict, seed: int):
    """Put every territory at rest."""
    place = state.territories
    gap = float(values["needs.start_gap"])
    kernel.order_at_rest(ident, seed, float(values["needs.start"]) + 0.5 * gap, gap, place.rest)
    place.need[:] = place.rest
    place.felt[:] = place.rest


@phase(
    reads=("territories.delivered", "territories.rest"),
    writes=("territories.need", "territories.felt"),
)  # fmt: skip
def drift(world):
    """Move needs by a month: recovery, coupling, drift, relief by last month's projects; then what is felt."""
    v = world.values
    if float(v["needs.shock"]) != 0.0:
        kernel.strike(
            world.state.territories.need, world.territory.ident, float(v["needs.shock"]), int(v["needs.shock_domain"]),
            float(v["needs.shock_places"]), world.seed,
        )  # fmt: skip
    mood = opinion(world.seed, world.month // 12, float(v["needs.opinion_sd"]))
    world.crew.beside(_month, mood)  # until projects open, nobody looks at what is felt


@given(kernel.month)
def _month(world):
    place, w, v = world.state.territories, world.work, world.values
    return (
        place.need, place.felt, w.residents, place.rest, world.from_values(laws), bool(v["form.returns"]),
        place.delivered, world.near, float(v["needs.spillover"]), (w.brought, w.relieved),
    )  # fmt: skip


def laws(v: dict) -> tuple[float, ...]:
    """Return coupling, recovery, drift in a month, strength and scale of relief, and the lag of what is felt."""
    relief = float(v["needs.relief"]) * float(v["needs.recovery"])  # a month of what it does in the long run
    return (
        float(v["needs.coupling"]) + float(v["needs.tipping"]), float(v["needs.recovery"]),
        float(v["needs.drift"]) / 12.0, relief, float(v["needs.value_scale"]), float(v["needs.felt_lag"]),
    )  # fmt: skip


@lru_cache(64)
def opinion(seed: int, year: int, sd: float) -> float:
    """Return what the whole country adds to every felt need in a year of the run: a keyed normal draw."""
    return sd * chance.normal(seed, NATION, 12 * year, d.OPINION, 0) if sd > 0.0 else 0.0
