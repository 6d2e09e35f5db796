"""Territorial catalysts: persons whose work is to make actors meet and to hold their links. Off by default.

Place     a national number is dealt over the 1,255 intermunicipalities of France: every one gets number // 1,255, and
          the first number % 1,255 by rank get one more. Rank: drawn, by need, by neighbours, by population. What one
          intermunicipality gets is thus the same in a run of it alone and in a run of France. Any other place has no
          rank: it gets its share by population, rounded by a draw of its own.
Pay       every catalyst costs a year's pay, from the purse of its place; all of it is spent on pay. Those who are not
          paid do not act.
Follow    each follows so many alliances, set up or at work, the oldest first. They act only there and only on terms
          that exist: links of those alliances go through the catalyst (hub), are seen more, and their founders meet
          more candidates.

Need is not known by place at month 0: the rate of unemployment that the density of places predicts stands in for it
(the law of sim/accounts.py); no survey of needs by place is held.

Numbers   parameters catalysts, density.law_unemployed
"""

import numpy as np

from sim import accounts
from sim.agents.public_action import CATALYSTS, pay_of_catalysts, spend_purse
from sim.kernels import catalysts as kernel
from sim.kernels import chance
from sim.kernels import decisions as d
from sim.kernels.initial import PLACE
from sim.phases import phase
from sim.territory import france

RANDOM, NEED, DEGREE, POPULATION = range(4)  # placements


@phase(writes=("territories.catalysts",))
def place(world):
    """Deal the national number over places, when it changes."""
    if world.month == 0 or world.parameters_are_new:
        world.state.territories.catalysts[:] = placed(world.territory, world.values, world.seed, world.scale)


def placed(territory, values: dict, seed: int, scale: float = 1.0) -> np.ndarray:
    """Return how many catalysts each place of a territory gets."""
    number = int(values["catalysts.number"])
    if number == 0:
        return np.zeros(territory.n, np.int64)
    ident, people = np.asarray(territory.ident, np.int64), accounts.france_places()[0]
    expected = number * (territory.population / people.sum())
    if territory.kind not in ("graph", "synthetic"):
        idents = np.array(sorted(france.epci()), np.int64)
        at = np.searchsorted(idents, ident).clip(max=idents.size - 1)
        national = dealt(number, int(values["catalysts.placement"]), values, seed)
        expected = np.where(idents[at] == ident, national[at], expected)
    expected = expected * scale
    whole = np.floor(expected)
    return (whole + (drawn(ident, seed, 1) < expected - whole)).astype(np.int64)


def dealt(number: int, placement: int, values: dict, seed: int) -> np.ndarray:
    """Return how many catalysts each intermunicipality of France gets, in the order of their identity."""
    rows = [row for _, row in sorted(france.epci().items())]
    each, more = divmod(number, len(rows))
    if placement == NEED:
        merit = accounts.indexes((values["density.law_unemployed"],), *accounts.france_places())[1]
    elif placement == DEGREE:
        merit = np.array([len(france.near(True)[row.siren]) for row in rows], float)
    elif placement == POPULATION:
        merit = np.array([row.population for row in rows], float)
    else:
        merit = np.zeros(len(rows))
    luck = drawn(np.array([row.siren for row in rows], np.int64), seed, 0)
    out = np.full(len(rows), each, np.int64)
    out[np.lexsort((luck, -merit))[:more]] += 1  # those that are equal are told apart by the draw
    return out


def drawn(ident: np.ndarray, seed: int, sub: int) -> np.ndarray:
    """Return a number in [0, 1) for each place, whoever else is there."""
    return np.array([
        chance.uniform(seed, PLACE + np.uint64(one), d.INITIAL, d.CATALYSTS, sub) for one in ident.tolist()
    ])  # fmt: skip


@phase(
    reads=("territories.catalysts", "projects.started"),
    writes=("territories.purse", "territories.market", "territories.flow"),
)
def follow(world):
    """Pay catalysts out of their purse, and let those that are paid follow the oldest alliances."""
    s, v, w = world.state, world.values, world.work
    w.followed.fill(0)
    if not np.count_nonzero(s.territories.catalysts):
        return
    p, due, held = s.projects, pay_of_catalysts(world), s.territories.purse[:, CATALYSTS].copy()
    spend_purse(world, CATALYSTS, held, 1.0)
    paid = np.where(due > 0, np.minimum(1.0, held / np.maximum(due, 1)), 1.0)
    room = np.floor(float(v["catalysts.capacity"]) * s.territories.catalysts * paid).astype(np.int64)
    n = kernel.list_alliances(p.state, p.step, p.members, p.seeking, p.territory, room, w.projects)
    rows = w.projects[:n]
    rows = rows[np.lexsort((p.uid[rows], p.started[rows]))]  # oldest first; ties by identity, never by row
    kernel.follow(rows, p.territory, room, w.followed)
