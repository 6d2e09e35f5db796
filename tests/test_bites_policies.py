"""Policies: what each moves when it is on, that nothing moves when it is off, and laws with known answers."""

import math

import numpy as np
import pytest

import sim
from sim.agents import public_action
from sim.agents.base import KNOWLEDGE, PUBLIC
from sim.agents.public_action import PURSES
from sim.alliances import levers, policies, programme
from sim.alliances.terms import terms
from sim.cohort import cohort
from sim.kernels import policies as kernel
from sim.kernels import projects
from sim.record import Record
from tests.conftest import BUSY, noted, village

MONTHS = 24
FAST = {"levers.delay": 0, "levers.growth": 1, "commons.delay": 0, "commons.growth": 1}
ALONE = {f"levers.basket_{name}": -1 for name in levers.NAMES}


def only(name: str, **more) -> dict:
    """Return a budget that one instrument takes, at the end of its range and without delay."""
    gain = {f"levers.gain_{name}": 0.5} if f"levers.gain_{name}" in sim.load_parameters() else {}
    return {**FAST, **ALONE, f"levers.basket_{name}": 1, "levers.budget": 40.0, **gain, **more}


def total(name):
    return lambda monthly, cohort: float(monthly[name].sum())


def part_of_cohort(name):
    return lambda monthly, cohort: float(cohort[name].sum())


def months_of_setup(monthly, cohort):
    done = cohort["implemented"] >= 0
    return float((cohort["implemented"] - cohort["started"])[done].mean())


def coordination(monthly, cohort):
    return float(cohort["coordination"].sum() / max(1, cohort["months"][cohort["members_max"] > 1].sum()))


def value_per_euro(monthly, cohort):
    return float(monthly["value_allied"].sum() / monthly["own_allied"].sum())


COST = {"engineering.dose": 6.0}
PREMIUM = {"premium.dose": 5.0, "premium.rate": 0.8}
RELUCTANT = {"desire.mean": -0.2}
# mechanism: (what both runs share, what switches it on, metric, direction: up, down, moves)
MECHANISMS = {
    "premium paid": ({}, PREMIUM, part_of_cohort("premium_paid"), "up"),
    "premium expected": (RELUCTANT, PREMIUM, total("joined"), "up"),
    "premium on what is, not what is seen": (PREMIUM, {"premium.base": 1}, part_of_cohort("premium_paid"), "moves"),
    "premium paid by the State": (PREMIUM, {"premium.payer": 1}, total("paid_by_cut"), "up"),
    "premium paid by local authorities": (PREMIUM, {"premium.payer": 2}, total("paid_by_cut"), "up"),
    "a share of engineering": (COST, {"engineering.share": 0.05}, total("value_allied"), "moves"),
    "engineering capacity": (COST, {"engineering.staffing": 0.0005}, total("programme_allied"), "down"),
    "fund: grants": ({}, {"fund.dose": 6.0}, total("grants_public_allied"), "up"),
    "fund: drawing right": ({}, {"fund.dose": 6.0, "fund.instrument": 1}, total("programme_allied"), "up"),
    "fund: advance paid back": (
        {"fund.dose": 50.0}, {"fund.instrument": 2}, total("grants_public_allied"), "down",
    ),
    "fund: fewer domains": ({"fund.dose": 50.0}, {"fund.domains": 2}, total("purse_fund"), "down"),
    "fund: more models asked": ({"fund.dose": 50.0}, {"fund.models": 4}, total("purse_fund"), "down"),
    "commons": ({**FAST}, {"commons.dose": 20.0}, months_of_setup, "down"),
    "operational measures": (
        {}, {"measures.dose_operational": 20.0, "measures.delay_operational": 0}, months_of_setup, "down",
    ),
    "strategic measures": (
        {}, {"measures.dose_strategic": 20.0, "measures.delay_strategic": 0}, value_per_euro, "moves",
    ),
    "political measures": (
        {}, {"measures.dose_political": 20.0, "measures.delay_political": 0}, total("willing"), "up",
    ),
    "instrument: overhead": ({}, only("overhead"), value_per_euro, "up"),
    "instrument: fixed": ({}, only("fixed"), coordination, "down"),
    "instrument: legal": ({}, only("legal"), coordination, "moves"),
    "instrument: delay": ({}, only("delay"), months_of_setup, "down"),
    "instrument: engineering": ({}, only("engineering"), total("programme_allied"), "up"),
    "instrument: projects": ({}, only("projects"), total("grants_public_allied"), "up"),
    "instrument: visibility": ({}, only("visibility"), total("perceived_allied"), "moves"),
    "instrument: fit": ({}, only("fit"), value_per_euro, "up"),
    "instrument: desire": ({}, only("desire"), total("willing"), "up"),
    "instrument: links": ({}, only("links"), coordination, "moves"),
    "instrument: promises": ({}, only("promises"), total("value_allied"), "up"),
    "instrument: gates": ({"innovation.research_months": 6.0}, only("gates"), total("gates_passed"), "up"),
    "instrument: mixing": ({}, only("mixing"), coordination, "moves"),
    "third places": ({}, {"third_places.dose": 20.0, "third_places.delay": 0}, coordination, "moves"),
    "10 % of means pooled": ({}, {"commons.pooled": 0.1}, value_per_euro, "up"),
    "1 % of value shared": ({}, {"commons.shared": 0.01}, total("perceived_allied"), "moves"),
    "hours counted by funders": ({}, {"policies.hours_counted": 15.0}, total("grants_public_allied"), "up"),
    "right of alliance": ({}, {"policies.legal_friction": 0.2}, coordination, "moves"),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """Return what a small place records in two years under some values; each world is played once."""
    place, done = village("a"), {}

    def of(values: dict, strict=False):
        key = (tuple(sorted(values.items())), strict)
        if key not in done:
            world = sim.World(place, sim.load_parameters().with_values({**BUSY, **values}), seed=1, strict=strict)
            record = Record(world, MONTHS)
            world.run(MONTHS, record)
            done[key] = record.tables()["monthly"], cohort(world), world
        return done[key]

    return of


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switched_on_it_moves_what_it_declares(mechanism, results):
    base, change, metric, direction = MECHANISMS[mechanism]
    before, after = (metric(*results(values)[:2]) for values in (base, {**base, **change}))
    assert math.isfinite(before) and math.isfinite(after)
    moved = {"up": after > before, "down": after < before, "moves": after != before}[direction]
    assert moved, f"{mechanism}: {before} -> {after}"


def test_third_places_bring_territories_nearer():
    """Members of two places cost less to coordination; in one place there is no distance to shorten."""

    def cost(values):
        world = sim.World(
            village("a", "b"),
            sim.load_parameters().with_values({**BUSY, "meeting.neighbour_share": 0.5, **values}),
            seed=1,
        )
        world.run(MONTHS)
        return coordination(None, cohort(world))

    assert cost(only("nearness")) < cost({})


# Off


def same(one, other) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one if name != "date")


SLEEPING = {
    "premium.rate": 0.9, "premium.base": 1, "premium.payer": 2, "fund.instrument": 2, "fund.rate": 0.9,
    "fund.models": 3, "fund.domains": 2, "fund.places": 0.1, "commons.part_methods": 90, "commons.part_skills":
    10, "commons.delay": 0, "measures.delay_political": 0, "measures.growth_strategic": 1, "levers.share_vision":
    50, "levers.delay": 0, "levers.gain_overhead": 0.5, "levers.half_cost": 0.5, "levers.basket_links": 0,
    "levers.payroll_share": 0.1, "engineering.share": 0.1, "policies.outside": 1, "form.closure": 1,
}  # fmt: skip


def test_policies_without_money_change_nothing_to_the_bit(results):
    """Every policy off is the trend, whatever the rest of its configuration says."""
    trend, sleeping = results({}), results(SLEEPING)
    assert same(trend[0], sleeping[0]) and same(trend[1], sleeping[1])
    assert sleeping[2].terms._replace(engineering_share=1.0) == trend[2].terms


def test_money_without_efficacy_is_spent_and_changes_no_term(results):
    nil = {f"levers.gain_{one.name}": 0.0 for one in levers.INSTRUMENTS if one.term}
    world = results({**FAST, **nil, "levers.budget": 9.0, "commons.dose": 9.0, "measures.dose_political": 9.0})[2]
    assert world.terms == world.base_terms
    assert world.state.territories.financed.max() == MONTHS


def test_pooling_and_sharing_nothing_is_the_trend_and_volunteers_valued_move_no_flow(results):
    trend = results({})[0]
    for values in ({"commons.pooled": 0.0, "commons.shared": 0.0}, {"accounts.shadow_wage": 25.0}):
        assert same(trend, results(values)[0])


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_a_programme_spends_no_more_than_its_place_has_people_for(parameters, mode):
    """Whatever it buys: a share of the pay of public and knowledge staff, here 10 and 20 FTE."""
    chosen = {**BUSY, "engineering.dose": 200.0, "engineering.mode": mode, "engineering.staffing": 0.002}
    world = sim.World(village("a", "b"), parameters.with_values(chosen), seed=1)
    world.run(6)
    o, p = world.state.organisations, world.state.projects
    for place in range(2):
        here = (o.territory == place) & np.isin(o.model, (PUBLIC, KNOWLEDGE))
        o.fte[here] = 0
        o.fte[np.flatnonzero(here)[:2]] = 5_000 * (1 + place)  # 10 FTE, then 20
    programme.allot(world)
    spent = np.bincount(p.territory, p.engineering + p.untied, minlength=2)
    most = 0.002 * 10 * float(world.values["engineering.fte_cost"]) * 100 * np.array([1, 2])
    assert (spent <= most).all()
    assert spent == pytest.approx(most, rel=0.01), "it was not bound, or lost more than rounding"


def test_an_engineering_share_of_nothing_is_the_cash_placebo_to_the_bit(results):
    """H5 at s = 0 and the world W3 are one world."""
    nothing, placebo = results({**COST, "engineering.share": 0.0}), results({**COST, "engineering.mode": 1})
    assert same(nothing[0], placebo[0]) and same(nothing[1], placebo[1])


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_engineering_takes_its_share_of_the_means_and_the_rest_is_untied(results, share):
    """At equal total means: s of them is engineering as long as the programme can pay it."""
    world = results({"engineering.dose": 400.0, "engineering.share": share, "engineering.cap": 0.7})[2]
    p, m = world.state.projects, world.state.memberships
    stayed = p.dirty == 0  # nobody who was counted closed later in the month
    rows = np.flatnonzero((p.state == 1) & (p.engineering + p.untied > 0) & stayed)
    assert rows.size > 5
    at, held = world.state.seats_of(rows)
    whole = np.where(held, m.effort[at], 0).sum(axis=1) + p.engineering[rows] + p.untied[rows]
    short = share * whole - p.engineering[rows]
    bound = p.untied[rows] > 0
    assert bound.any() and (short[bound] < 1).all(), "to the cent"
    assert (short > -1e-6).all(), "never more"


# Money


POLICIES = {
    "premium": {"premium.dose": 3.0, "premium.rate": 0.5}, "fund": {"fund.dose": 3.0},
    "advance": {"fund.dose": 3.0, "fund.instrument": 2}, "right": {"fund.dose": 3.0, "fund.instrument": 1},
    "commons": {"commons.dose": 3.0}, "levers": {"levers.budget": 9.0}, "third places": {"third_places.dose": 3.0},
    "measures": {"measures.dose_strategic": 3.0},
}  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("payer", [{}, {"form.closure": 1}, {"policies.outside": 1}], ids=["levy", "cut", "outside"])
def test_what_is_spent_is_what_was_paid(policy, payer, results):
    """Every policy, every closure, in strict mode: paid = spent + kept, to the cent; so is an outside transfer."""
    monthly, _, world = results({**POLICIES[policy], **payer}, strict=True)
    who = "outside" if "policies.outside" in payer else "cut" if payer else "levy"
    paid = int(monthly[f"paid_by_{who}"].sum())
    assert paid == sum(int(monthly[f"paid_by_{one}"].sum()) for one in ("levy", "cut", "outside")) > 0
    spent = sum(int(monthly[name].sum()) for name in monthly if name.startswith("purse_"))
    assert paid == spent + int(world.state.territories.purse.sum())
    assert spent > 0


@pytest.mark.parametrize(("payer", "sizes"), [(1, {3}), (2, {0, 1, 2})])
def test_the_premium_is_paid_by_the_state_or_by_local_authorities_alone(parameters, payer, sizes):
    """Its payer cuts its other lines by as much, to the cent; engineering goes on being paid by residents."""
    both = {**PREMIUM, **COST, "premium.payer": payer}
    worlds = [
        sim.World(village("a"), parameters.with_values(values), seed=1, strict=True)
        for values in (COST | {"premium.rate": 0.8}, both)
    ]
    given = [noted(world, public_action.collect_policies, "organisations.outlay") for world in worlds]
    for world in worlds:
        world.step()
    o, cut = worlds[1].state.organisations, given[1][0] - given[0][0]
    assert np.array_equal(worlds[0].state.organisations.outlay, o.outlay), "and spends as much less on the rest"
    paid = np.flatnonzero((o.model == PUBLIC) & (cut != 0))
    assert set(o.size[paid].tolist()) <= sizes and paid.size
    assert cut[paid].sum() == worlds[1].work.cut.sum() == worlds[1].work.purse[:, PURSES.index("premium")].sum() > 0
    assert worlds[1].work.levied.sum() == worlds[0].work.levied.sum() > 0


def test_an_advance_is_paid_back_or_lost(results):
    world = results({"fund.dose": 6.0, "fund.instrument": 2, "projects.setup_months": 8.0})[2]
    p = world.state.projects
    owed = p.advance > 0
    assert owed.any(), "nobody owes anything"
    assert (p.advance >= 0).all()
    assert (p.life[owed] > 0).all()
    received = world.state.lives.counts[p.life[owed], projects.GRANTS]
    assert (p.advance[owed] <= received).all(), "more is owed than was ever received"
    assert not p.advance[p.state == 0].any()


def test_the_last_month_of_work_pays_the_advance_back():
    """Known answer: 1,200 cents over 12 months are 100 a month; nothing is left at the end."""
    one = np.array([1])
    advance, cash, fund = np.array([1200]), np.array([5000]), np.zeros(1, np.int64)
    flow, totals = np.zeros((1, 8, 8), np.int64), np.zeros((1, 2, 11))
    lives = one, np.zeros((2, 8), np.int64)
    for left in range(12, 0, -1):
        table = (one, np.array([5]), one, np.array([0]), np.array([left]), advance)
        organisations = (np.array([0]), np.array([6]), cash, np.zeros(1, np.int64))
        kernel.recover(one - 1, table, one - 1, one - 1, organisations, lives, fund, flow, totals)
        assert fund[0] == 100 * (13 - left)
    assert (advance[0], cash[0], flow[0, 6, 0], lives[1][1, projects.OWN]) == (0, 3800, 1200, 1200)


def test_indicators_say_what_was_paid_and_by_whom():
    """Known answers: 5 EUR per inhabitant and year are 5; what is paid to members is a part of premiums."""
    run = sim.run("synthetic:1", scenario="premium", seed=1, months=18).summary["horizons"]["18"]
    assert run["policy_cost"]["value"] == pytest.approx(5.0, rel=0.01)
    assert run["policy_outside"]["value"] == 0 < run["premium_paid"]["value"] < 1
    outside = sim.run("synthetic:1", scenario="premium_outside", seed=1, months=18).summary["horizons"]["18"]
    assert outside["policy_cost"]["value"] == 0
    assert outside["policy_outside"]["value"] == pytest.approx(5.0, rel=0.01)


# Laws of levers


@pytest.fixture
def v():
    return sim.load_parameters().values()


def effects_of(values, months=100, paid=1.0):
    out = np.zeros(len(levers.NAMES))
    delay, growth = levers.delays(values)
    kernel.effects(
        levers.money(values), np.full((1, 5), paid), np.full((1, 5), months, np.int16), delay, growth, np.array([9]),
        levers.gains(values), float(values["levers.half_cost"]), out,
    )  # fmt: skip
    return dict(zip(levers.NAMES, out.tolist(), strict=True))


def test_half_of_the_gain_for_the_half_cost_then_three_quarters(v):
    for euros, share in ((5.0, 0.5), (10.0, 0.75), (1e6, 1.0)):
        found = effects_of({**v, **ALONE, "levers.basket_fit": 2, "levers.budget": 3 * euros})
        assert found["fit"] == pytest.approx(0.2 * share)
        assert sum(found.values()) == found["fit"]


def test_nothing_before_the_delay_then_it_grows_in(v):
    values = {**v, "measures.dose_political": 15.0, "measures.delay_political": 12.0, "measures.growth_political": 6.0}
    full = effects_of(values)["desire"]
    assert full == pytest.approx(0.2 * (1 - 2**-1))  # 5 EUR each for three instruments
    assert [effects_of(values, months)["desire"] for months in (1, 12)] == [0, 0]
    assert effects_of(values, 15)["desire"] == pytest.approx(0.2 * (1 - 2**-0.5))
    assert effects_of(values, 18)["desire"] == pytest.approx(full)
    assert effects_of(values, paid=0.0)["desire"] == 0, "what nobody pays for does not act"


def test_an_effect_changes_its_term_and_no_other(v):
    t = terms(v)
    for k, one in enumerate(levers.INSTRUMENTS):
        e = np.zeros(len(levers.NAMES))
        e[k] = 0.1
        changed = {name for name in t._fields if getattr(levers.act(t, e), name) != getattr(t, name)}
        assert changed == ({one.term} if one.term else set())
    assert levers.act(t, np.zeros(len(levers.NAMES))) is t


def test_unit_costs_follow_one_law(v):
    """Two instruments with the same money and the same gain have the same effect; ranges are the same for all."""
    found = effects_of({**v, **{f"levers.basket_{name}": 0 for name in levers.NAMES}, "levers.budget": 36.0})
    assert len({round(e, 12) for e in found.values() if e}) == 1
    parameters = sim.load_parameters()
    gains = [parameters[f"levers.gain_{one.name}"] for one in levers.INSTRUMENTS if one.term]
    assert len({(g.low, g.high, g.law, g.value) for g in gains}) == 1


NAMES_PERMUTED = (1, 2, 0)  # management -> action -> vision -> management
MIX = {"levers.budget": 30.0, "levers.share_management": 5.0, "levers.share_action": 2.0, "levers.share_vision": 1.0}


def permuted(values: dict, mix: dict) -> dict:
    """Return the same policy under other names: shares and baskets are renamed together."""
    shares = [mix[f"levers.share_{lever}"] for lever in levers.LEVERS]
    renamed = {f"levers.share_{levers.LEVERS[new]}": shares[old] for old, new in enumerate(NAMES_PERMUTED)}
    baskets = {f"levers.basket_{n}": int(values[f"levers.basket_{n}"]) for n in levers.NAMES}
    return mix | renamed | {name: NAMES_PERMUTED[b] if b >= 0 else b for name, b in baskets.items()}


def test_names_of_levers_can_be_permuted_and_nothing_moves_but_the_names(v, results):
    one, other = results({**FAST, **MIX}), results({**FAST, **permuted(v, MIX)})
    assert same(one[0], other[0]) and same(one[1], other[1])
    assert not same(one[0], results({**FAST, **MIX, "levers.share_management": 1.0, "levers.share_vision": 5.0})[0])


def test_the_best_lever_is_the_one_that_holds_the_best_instrument(v):
    """Instruments change levers: the lever that leads follows them, not its name."""
    for holder in range(3):
        values = {**v, **ALONE, "levers.budget": 30.0, **{f"levers.share_{lever}": 1.0 for lever in levers.LEVERS}}
        values |= {f"levers.basket_{name}": k for k, name in enumerate(("fit", "links", "gates"))}
        values |= {"levers.basket_fit": holder, f"levers.basket_{('fit', 'links', 'gates')[holder]}": 0}
        values["levers.gain_fit"] = 0.5
        best = {}
        for lever in levers.LEVERS:
            alone = {**values, **{f"levers.share_{other}": float(other == lever) for other in levers.LEVERS}}
            best[lever] = max(effects_of(alone).values())
        assert max(best, key=best.get) == levers.LEVERS[holder]


def test_doses_are_the_money_of_instruments(v):
    values = {**v, **MIX, "commons.dose": 4.0, "measures.dose_operational": 2.0}
    assert sum(levers.doses(levers.money(values)).values()) == pytest.approx(36.0)
    assert levers.of_levers(values).sum() == pytest.approx(30.0)
    by_lever = {0: 30 * 5 / 8, 1: 30 * 2 / 8, 2: 30 / 8}
    for lever, expected in by_lever.items():
        names = [n for n in levers.NAMES if int(values[f"levers.basket_{n}"]) == lever]
        money = [levers.of_levers(values)[levers.NAMES.index(n)] for n in names]
        assert money == pytest.approx([expected / len(names)] * len(names))


def test_the_fund_goes_where_needs_are_most_felt(parameters):
    """Two domains of the two places of four that feel the most need."""
    chosen = parameters.with_values({"fund.domains": 2, "fund.places": 0.5})
    world = sim.World(village("a", "b", "c", "d"), chosen, seed=1)
    felt = world.state.territories.felt
    felt[:] = 0.0
    felt[1], felt[3, :8] = 1.0, 1.5
    felt[1, [4, 9]], felt[3, [7, 2]] = 2.0, 3.0
    found = policies.eligible(world)
    assert [np.flatnonzero(row).tolist() for row in found] == [[], [4, 9], [], [2, 7]]
