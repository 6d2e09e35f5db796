"""Public action: municipalities, intermunicipalities, départements, régions, the State and social security.

Brings    legitimacy and funding
Gets      taxes and contributions of persons and firms; borrows
Gives     redistribution, endowments of public services and of knowledge, subsidies and orders, investment
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py); local authorities are sizes 0 to 2
Lives     for ever: no level of government closes

Before anyone asks, it fills the public fund for general-interest projects with a share of its budget, set once a year;
it drifts in real terms (the second blade of the scissors) and may follow or counter what public actors hold: the
State and local authorities each answer their own cash, and may answer it otherwise.
Grants are decided in fixed months. It also keeps the purses of policies, when there are some.
Self-financed, residents pay them by the same amount each (closure 0), or public actors spend as much less on
everything else (closure 1: the State's part of the territory as well as local ones, in proportion to what each
spends). Financed from outside, the rest of France pays. The alliance premium may be paid by the State or by local
authorities alone. What is not used stays in its purse.

Numbers   parameters density.public_action, budget.local_share, funders, money.public_drift, heads.local,
          engineering.dose, premium.dose, premium.payer, civic.dose, civic.payer, fund.dose, catalysts.cost,
          form.closure, policies.outside
"""

import numpy as np

from sim.agents.base import KNOWLEDGE, OUTSIDE, PERSONS, PUBLIC
from sim.agents.circuit import outlay_rate
from sim.agents.windows import Organisation
from sim.alliances import levers
from sim.doors import given
from sim.kernels import money as kernel
from sim.phases import phase

FUND = 0
USUAL = np.zeros(0)  # effort of a funder whose budget answers to nothing


class PublicAction(Organisation):
    """A municipality, an intermunicipality, a département or région, or the State's share of a territory."""

    number = PUBLIC


@phase(
    reads=("organisations.alive", "organisations.base", "organisations.size"),
    writes=("organisations.cash", "organisations.outlay", "territories.fund", "territories.effort"),
)
def fill_fund(world):
    """Set the budget of the year in its month, and top up the public fund when grants are decided."""
    effort = world.state.territories.effort
    if world.month == 0 or calendar_month(world) == int(world.values["funders.budget_month"]):
        effort[:] = (1.0 + float(world.values["money.public_drift"])) ** (world.month / 12.0) * stance(world)
    pour(world, FUND, PUBLIC, float(world.values["funders.share_public"]), effort)


def calendar_month(world) -> int:
    """Return 1 in January ... 12 in December."""
    return (world.first_month - 1 + world.month) % 12 + 1


def stance(world) -> np.ndarray:
    """Return how public actors answer what they hold: above 1 they spend more than their trend on projects.

    With a response above 0 they save when they hold less than normal (consolidation); below 0 they spend more then
    (expansion); at 0 their budget does not look at their cash. The gap of cash counts up to a half either way.
    """
    s, v = world.state, world.values
    o, response = s.organisations, float(v["funders.response"])
    other = float(v["heads.local"])
    if other != 0.0:
        return of_two_heads(world, response, response + other)
    if response == 0.0:
        return np.ones(len(s.territories))
    means = np.zeros((len(s.territories), 2), np.int64)
    kernel.add_means(s.segments[PUBLIC], o.alive, o.base, o.cash, means)
    normal = (float(v["money.reserve"]) + 1.0) * np.maximum(1, means[:, 1])
    return 1.0 + response * np.clip(means[:, 0] / normal - 1.0, -0.5, 0.5)


def of_two_heads(world, state: float, local: float) -> np.ndarray:
    """Return the answer of public actors when the State and local authorities each look at their own cash.

    Their fund is one: each head weighs as much as it normally spends.
    """
    s, reserve = world.state, float(world.values["money.reserve"])
    o, public = s.organisations, slice(0, int(s.segments[PUBLIC].max()))  # public actors are the first rows
    means = np.zeros((len(s.territories), 2, 2))
    head = (o.size[public] <= LOCAL[1]).astype(np.int64)
    rows = (o.territory[public], head)
    np.add.at(means, (*rows, 0), o.cash[public] * o.alive[public].astype(np.int64))
    np.add.at(means, (*rows, 1), o.base[public] * o.alive[public].astype(np.int64))
    gap = np.clip(means[..., 0] / ((reserve + 1.0) * np.maximum(1.0, means[..., 1])) - 1.0, -0.5, 0.5)
    weight = means[..., 1] / np.maximum(1.0, means[..., 1].sum(axis=1, keepdims=True))
    return 1.0 + (weight * gap * np.array([state, local])).sum(axis=1)


def pour(world, fund: int, model: int, share: float, effort: np.ndarray = USUAL):
    """Let the organisations of one model top up a fund, when grants are decided, for the months until the next time.

    `share` of their normal outlay is what they give; `effort` by territory multiplies it.
    """
    s = world.state
    o, every = s.organisations, 12 // int(world.values["funders.decisions"])
    if (calendar_month(world) - 1) % every:
        return
    world.crew.places(
        kernel.fill, s.segments[model], o.alive, o.base, share * every, effort, o.cash, o.outlay,
        s.territories.fund[:, fund],
    )  # fmt: skip


# The purses of policies: money set aside for one use, not yet spent. Columns of territories.purse, in this order.
PURSES = (
    "engineering", "premium", "fund", "catalysts", "third_places", "commons", "management", "vision", "civic",
)  # fmt: skip
ENGINEERING = PURSES.index("engineering")
PREMIUM, CATALYSTS, CIVIC = (PURSES.index(name) for name in ("premium", "catalysts", "civic"))
DOSES = {  # purse: the parameter that fills it, EUR per inhabitant and year
    "engineering": "engineering.dose", "premium": "premium.dose", "fund": "fund.dose",
    "civic": "civic.dose",
}  # fmt: skip
PAYERS = {PREMIUM: "premium.payer", CIVIC: "civic.payer"}  # 0: as other policies; 1: the State; 2: local authorities
LOCAL, STATE = (0, 2), (3, 3)  # sizes of public actors: municipality to région; the State and social security
EVERYBODY = (0, 3)


def doses(values: dict) -> dict[int, float]:
    """Return the purses that policies fill, and with how much: EUR per inhabitant and year."""
    found = levers.doses(levers.money(values))
    for purse, name in DOSES.items():
        found[purse] = found.get(purse, 0.0) + float(values[name])
    return {PURSES.index(purse): dose for purse, dose in found.items() if dose > 0.0}


def wanted(world) -> np.ndarray | None:
    """Return what policies need this month, in cents [territory, purse]; None without a policy."""
    by_purse, catalysts = world.from_values(doses), np.count_nonzero(world.state.territories.catalysts)
    if not by_purse and not catalysts:
        return None
    out = np.zeros((len(world.state.territories), len(PURSES)), np.int64)
    for purse, dose in by_purse.items():
        out[:, purse] = np.rint(world.work.residents * (dose * 100.0 / 12.0)).astype(np.int64)
    if catalysts:
        out[:, CATALYSTS] += pay_of_catalysts(world)
    return out


def pay_of_catalysts(world) -> np.ndarray:
    """Return what the catalysts of each place cost this month, in cents."""
    monthly = float(world.values["catalysts.cost"]) * 100.0 / 12.0
    return np.rint(world.state.territories.catalysts * monthly).astype(np.int64)


@phase(
    reads=(
        "cohorts.persons", "territories.catalysts", "organisations.alive", "organisations.base",
    ),
    writes=(
        "cohorts.cash", "cohorts.levied", "organisations.cash", "organisations.outlay", "territories.purse",
        "territories.flow",
    ),
)  # fmt: skip
def collect_policies(world):
    """Fill the purses of policies for the month, from residents, other public lines, or outside.

    A territory that cannot pay all of it pays what it can, and every purse gets its part: no money is made. The
    alliance premium and civic service may have a payer of their own.
    """
    s, w, v, needs = world.state, world.work, world.values, wanted(world)
    if needs is None and not w.funded:
        return
    w.collected[:] = 1.0
    if needs is not None:
        apart = {purse: int(v[name]) for purse, name in PAYERS.items() if int(v[name]) and needs[:, purse].any()}
        special = {purse: needs[:, purse].copy() for purse in apart}
        needs[:, list(apart)] = 0
        if int(v["policies.outside"]):
            got = from_outside(world, needs.sum(axis=1))
        elif int(v["form.closure"]) == 0:
            got = from_residents(world, needs.sum(axis=1))
        else:
            got = from_other_lines(world, needs.sum(axis=1), EVERYBODY)
        w.collected[:] = got / np.maximum(needs.sum(axis=1), 1)
        kernel.fill_purses(got, needs, np.zeros(len(PURSES), np.int64), s.territories.purse)
        for purse, payer in apart.items():
            s.territories.purse[:, purse] += from_other_lines(world, special[purse], STATE if payer == 1 else LOCAL)
    w.purse[:] = s.territories.purse
    w.funded = np.count_nonzero(w.purse) > 0  # of few numbers, ten times faster than .any()


def from_outside(world, due: np.ndarray) -> np.ndarray:
    """Let the outside pay cents by territory; return what was paid."""
    world.work.outside[:] += due
    world.ledger.flow[:, OUTSIDE, PUBLIC] += due
    return due


def from_residents(world, due: np.ndarray) -> np.ndarray:
    """Levy cents by territory on residents; return what they could pay."""
    c = world.state.cohorts
    kernel.levy(due, c.persons, np.zeros(len(c), np.int64), c.levied, c.cash)
    world.ledger.flow[:, PERSONS, PUBLIC] += due
    world.work.levied[:] += due
    return due


def from_other_lines(world, due: np.ndarray, sizes: tuple[int, int]) -> np.ndarray:
    """Cut what public actors of some sizes are about to spend; return by how much it could be cut."""
    s = world.state
    o, public = s.organisations, s.segments[PUBLIC]
    room = np.zeros((2, int(public.max())), np.int64)  # public actors are the first rows
    kernel.cut_outlays(
        due, public, o.alive, o.size, sizes, o.base, float(world.values["money.fixed_share"]),
        outlay_rate(world.values), room[0], room[1], o.cash,
        o.outlay,
    )  # fmt: skip
    world.work.cut[:] += due
    return due


def pay_out(world, amounts: np.ndarray, payroll: float, rest: int = KNOWLEDGE):
    """Send money that has left a purse, cents by territory, to the pay of residents and, for the rest, to one model."""
    world.crew.call(_pay_out, amounts, payroll, rest)


@given(kernel.pay_out)
def _pay_out(world):
    return world.state.territories.market, world.state.territories.flow, PUBLIC


def spend_purse(world, purse: int, amounts: np.ndarray, payroll: float, rest: int = KNOWLEDGE):
    """Spend cents of a purse, by territory, on wages and on purchases from one model: the one way to markets.

    The phase that calls it declares territories.purse, territories.market and territories.flow.
    """
    world.state.territories.purse[:, purse] -= amounts
    pay_out(world, amounts, payroll, rest)
