"""Policies that pay, or that change the terms of alliances. Each is off unless a scenario gives it money.

Programmes  levers, commons, the three families of measures, third places: their money is spent on pay and on knowledge
            every month, and acts on existing terms through instruments (sim/alliances/levers.py). Unpaid, it does not.
Premium     members of alliances at work are paid a part of their premium, as they see it or as it is; they expect it
            when they decide, and get less when the purse is short.
Fund        helps the alliances that it selects by domain, models allied and territory: it repays a part of what they
            spend (grant), gives them engineering when it is most needed (drawing right), or pays their set-up and is
            paid back out of their work (recoverable advance, lost when they fail). By social-impact contract,
            investors of the territory pay first; the fund pays them back, with a reward, only if what the project
            delivered to its need reaches a part of what was agreed when work began.

Numbers   parameters levers, commons, measures, third_places, premium, fund
"""

import numpy as np

from sim.agents.base import FINANCE
from sim.agents.public_action import ENGINEERING, PURSES, spend_purse
from sim.alliances import levers
from sim.alliances.membership import in_order_of_identity
from sim.alliances.production import grant, in_several_projects
from sim.kernels import policies as kernel
from sim.phases import phase

SPENT_AT_ONCE = ("management", "vision", "commons", "third_places")
PREMIUM, FUND = PURSES.index("premium"), PURSES.index("fund")
MODELS = 7


@phase(
    writes=(
        "territories.purse", "territories.market", "territories.flow", "territories.financed", "projects.dirty",
    ),
)  # fmt: skip
def act(world):
    """Spend the month's money of programmes, and let what has been paid for long enough act on terms."""
    s, v = world.state, world.values
    place = s.territories
    for name in SPENT_AT_ONCE if world.work.funded else ():
        purse = PURSES.index(name)
        if np.count_nonzero(place.purse[:, purse]):
            spend_purse(world, purse, place.purse[:, purse].copy(), float(v["levers.payroll_share"]))
    if not world.from_values(levers.asked) and not np.count_nonzero(place.financed):
        return
    money = levers.in_force(world)
    paid = np.outer(world.work.collected, money.sum(axis=1) > 0.0)  # the part that was collected, where asked for
    kernel.count_financed(paid, place.financed)
    effects = np.zeros(len(levers.NAMES))
    delay, growth = levers.delays(v)
    kernel.effects(
        money,
        paid,
        place.financed,
        delay,
        growth,
        world.work.residents,
        levers.gains(v),
        float(v["levers.half_cost"]),
        effects,
    )
    changed = levers.act(world.base_terms, effects)
    if changed != world.terms:
        world.terms = changed
        s.projects.dirty[:] = 1  # what members are worth alone may have changed


@phase(
    reads=(
        "memberships.member", "shares.perceived", "shares.share", "shares.solo",
        "organisations.model", "organisations.territory", "projects.members", "projects.state", "projects.step",
        "projects.territory", "projects.seat", "projects.life",
    ),
    writes=(
        "territories.purse", "territories.flow", "organisations.cash", "organisations.settled", "lives.counts",
    ),
)  # fmt: skip
def pay_premium(world):
    """Pay members a part of the premium of their alliances."""
    s, v = world.state, world.values
    o, p, shares, purse = s.organisations, s.projects, s.shares, s.territories.purse[:, PREMIUM]
    if not world.work.funded or not np.count_nonzero(purse):
        return
    kernel.pay_premium(
        (p.state, p.step, p.members, p.territory),
        (p.seat, s.memberships.member, shares.perceived, shares.share, shares.solo),
        (o.territory, o.model, o.cash, o.settled), int(v["premium.base"]) == 1, float(v["premium.rate"]),
        purse, purse.copy(), np.zeros(len(purse), np.int64), p.life, s.lives.counts, world.ledger.flow,
    )  # fmt: skip


def eligible(world) -> np.ndarray:
    """Return where the fund may act [territory, domain]: the needs most felt there, in the places most in need."""
    v, felt = world.values, world.state.territories.felt
    domains, places = int(v["fund.domains"]), max(1, int(np.ceil(float(v["fund.places"]) * len(felt))))
    rank = np.argsort(np.argsort(-felt, axis=1, kind="stable"), axis=1, kind="stable")
    order = np.argsort(-felt.mean(axis=1), kind="stable")
    chosen = np.zeros(len(felt), bool)
    chosen[order[:places]] = True
    return ((rank < domains) & chosen[:, None]).astype(np.uint8)


def select(world):
    """Write in the work array of the fund which alliances it may help."""
    s, w = world.state, world.work
    o, p = s.organisations, s.projects
    kernel.select(
        p.state, p.step, p.members, p.territory, p.domain, p.seat, s.memberships.member, o.model, eligible(world),
        int(world.values["fund.models"]), w.selected,
    )  # fmt: skip


@phase(
    reads=(
        "territories.felt",
        "memberships.effort",
        "projects.waiting",
        "projects.seat",
    ),
    writes=("territories.purse", "projects.engineering", "projects.untied"),
)
def draw_rights(world):
    """Let the alliances that the fund selects draw engineering on it, when they are set up or weakened."""
    s, v = world.state, world.values
    p, purse = s.projects, s.territories.purse
    if (
        not world.work.funded
        or int(v["fund.instrument"]) != kernel.DRAWING_RIGHT
        or not np.count_nonzero(purse[:, FUND])
    ):
        return
    select(world)
    world.work.allotted = True
    kernel.draw_rights(
        world.work.selected, p.step, p.members, p.waiting, p.territory, p.seat, s.memberships.effort,
        float(v["fund.rate"]), world.terms.mode, purse[:, FUND], purse[:, FUND].copy(), np.zeros(len(p), np.int64),
        np.zeros(len(purse), np.int64), purse[:, ENGINEERING], p.engineering, p.untied,
    )  # fmt: skip


@phase(
    reads=(
        "memberships.member", "memberships.paid", "organisations.alive", "organisations.base", "organisations.model",
        "organisations.slots", "organisations.territory", "projects.domain", "projects.left", "projects.length",
        "projects.members", "projects.plan_value", "projects.state", "projects.step", "projects.delivered",
        "projects.territory", "territories.felt", "projects.seat", "projects.life",
    ),
    writes=(
        "territories.purse", "territories.flow", "organisations.cash", "organisations.settled", "projects.contract",
        "memberships.received", "projects.advance", "lives.counts",
    ),
)  # fmt: skip
def use_fund(world):
    """Repay a part of what selected alliances spent, for good or until they can pay it back; take back advances."""
    s, v, w = world.state, world.values, world.work
    o, p, m, purse = s.organisations, s.projects, s.memberships, s.territories.purse[:, FUND]
    if not w.funded and not w.owing:
        return
    flow = world.ledger.flow
    if np.count_nonzero(p.advance):
        kernel.recover(
            in_order_of_identity(p, np.flatnonzero(p.advance)),
            (p.state, p.step, p.members, p.territory, p.left, p.advance), p.seat, m.member,
            (o.territory, o.model, o.cash, o.settled), (p.life, s.lives.counts), purse, flow, w.totals,
        )  # fmt: skip
    instrument = int(v["fund.instrument"])
    if np.count_nonzero(p.contract):
        settle_contracts(world)
    if instrument == kernel.DRAWING_RIGHT or not np.count_nonzero(purse):
        return
    select(world)
    w.owing = True
    asked = np.zeros(len(purse), np.int64)
    kernel.ask_fund(
        w.selected, p.step, p.members, p.territory, p.seat, m.paid, m.received, instrument, float(v["fund.rate"]),
        w.cap, asked,
    )  # fmt: skip
    payer = 1 if instrument == kernel.CONTRACT else 0  # investors, or the fund itself
    pool, room = np.zeros((len(purse), 3), np.int64), np.zeros(0, np.int64)
    if instrument == kernel.CONTRACT:
        room = np.zeros(len(o), np.int64)
        kernel.able_to_invest(
            s.segments[FINANCE], o.alive, o.base, o.cash, p.territory, p.contract, purse, float(v["fund.reward"]),
            room, able := np.zeros(len(purse), np.int64),
        )  # fmt: skip
        pool[:, 1] = able
    else:
        pool[:, 0] = purse
    opening = np.zeros_like(pool)
    # As other funders do: what is repaid is no longer members' own.
    in_several_projects(world)  # members may have come or gone since they worked
    w.given[:] = 0
    grant(world, w.cap, w.cap, asked, asked, pool, opening)
    if instrument == kernel.CONTRACT:
        kernel.invest(
            opening[:, 1] - pool[:, 1], s.segments[FINANCE], room, np.zeros(len(o), np.int64), o.cash, o.settled
        )
        p.contract[:] += w.given[:, payer]
    else:
        purse[:] = pool[:, 0]
    if instrument == kernel.ADVANCE:
        p.advance[:] += w.given[:, payer]


def settle_contracts(world):
    """Pay investors back for results that are reached."""
    s, v, w = world.state, world.values, world.work
    o, p = s.organisations, s.projects
    kernel.settle_contracts(
        in_order_of_identity(p, np.flatnonzero(p.contract)),
        (p.state, p.step, p.members, p.territory, p.length, p.plan_value, p.delivered, p.contract),
        (float(v["fund.target"]), float(v["fund.reward"])),
        (s.segments[FINANCE], o.alive, o.base, np.zeros(len(o)), np.zeros(len(o), np.int64), o.cash, o.settled),
        p.life, s.lives.counts, s.territories.purse[:, FUND], world.ledger.flow, w.totals, w.reached, w.missed,
    )  # fmt: skip
