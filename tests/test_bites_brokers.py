"""Catalysts and mandates: what each moves when on, that nothing moves when off, laws with known answers, twins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances import catalysts, mandates
from sim.alliances.seats import memberships
from sim.cohort import cohort
from sim.kernels import alliance, projects, units
from sim.kernels import catalysts as kernel
from sim.kernels import mandates as renewal
from sim.kernels.terms import as_record
from sim.record import Record
from sim.state import columns
from sim.territory import france
from tests import naive
from tests.compare import agree
from tests.conftest import BUSY

MONTHS = 24
ONE_EACH = 1255  # catalysts: one in every intermunicipality of France
NO_EFFECT = {"catalysts.hub": 0, "catalysts.visibility": 0.0, "catalysts.candidates": 0.0}
SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)


@pytest.fixture(scope="module")
def results(smallest):
    """Return what the smallest intermunicipality records under some values; each world is played once."""
    done = {}

    def of(values: dict, months=MONTHS, start="2026-01"):
        key = (repr(sorted(values.items())), months, start)
        if key not in done:
            chosen = sim.load_parameters().with_values({**BUSY, **values})
            world = sim.World(smallest, chosen, seed=1, start=start, strict=True)
            record = Record(world, months)
            world.run(months, record)
            done[key] = record.tables()["monthly"], cohort(world), world
        return done[key]

    return of


def total(name):
    return lambda monthly, found: float(monthly[name].sum())


def coordination(monthly, found):
    return float(found["coordination"].sum() / found["months"][found["members_max"] > 1].sum())


VOTE = {"mandates.month": 1, "mandates.end": 2033, "mandates.renewal": 1.0}  # after a year of a run that starts in 2032
STAYS = {"mandates.memory": 1.0, "mandates.leave": 0.0}  # new leaders who forget and leave nothing


PLACED = {"catalysts.number": ONE_EACH, "catalysts.capacity": 30.0, **NO_EFFECT}
# mechanism: (what both runs share, what switches it on, metric, direction: up, down, moves)
MECHANISMS = {
    "catalysts": ({}, {"catalysts.number": ONE_EACH}, total("catalysts"), "up"),
    "catalysts: paid": ({}, {"catalysts.number": ONE_EACH}, total("purse_catalysts"), "up"),
    "catalysts: links are a hub": (PLACED, {"catalysts.hub": 1}, coordination, "down"),
    "catalysts: links are seen more": (PLACED, {"catalysts.visibility": 5.0}, total("perceived_allied"), "up"),
    "catalysts: more candidates": (PLACED, {"catalysts.candidates": 5.0}, total("joined"), "moves"),
    "catalysts: capacity": (
        {"catalysts.number": ONE_EACH, "catalysts.capacity": 1.0}, {"catalysts.capacity": 30.0}, total("value_allied"),
        "moves",
    ),
    "mandates": ({**VOTE, "mandates.renewal": 0.0}, VOTE, total("value_allied"), "moves"),
    "mandates: what is forgotten": (VOTE | STAYS, {"mandates.memory": 0.0}, total("value_allied"), "moves"),
    "mandates: alliances left": (VOTE | STAYS, {"mandates.leave": 0.5}, total("value_allied"), "moves"),
    "mandates: two readings of the end": (VOTE, {"mandates.end": 2032}, total("value_allied"), "moves"),
}  # fmt: skip


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switched_on_it_moves_what_it_declares(mechanism, results):
    base, change, metric, direction = MECHANISMS[mechanism]
    start = "2032-01" if mechanism.startswith("mandates") else "2026-01"
    before, after = (metric(*results(values, start=start)[:2]) for values in (base, {**base, **change}))
    assert math.isfinite(before) and math.isfinite(after)
    moved = {"up": after > before, "down": after < before, "moves": after != before}[direction]
    assert moved, f"{mechanism}: {before} -> {after}"


# Off


def different(one, other) -> set[str]:
    """Return the columns of the state of two worlds that differ by a bit."""
    return {name for name in columns() if not np.array_equal(one.state[name], other.state[name])}


SLEEPING = {
    "catalysts.placement": 3, "catalysts.cost": 90000.0, "catalysts.capacity": 30.0, "catalysts.hub": 1,
    "catalysts.visibility": 5.0, "catalysts.candidates": 5.0,
}  # fmt: skip


def test_without_catalysts_their_configuration_moves_nothing_to_the_bit(results):
    assert different(results({})[2], results(SLEEPING)[2]) == set()


@pytest.mark.parametrize("nothing", [NO_EFFECT, {"catalysts.capacity": 0.0}], ids=["no effect", "no capacity"])
def test_catalysts_without_effect_nor_cost_move_no_draw(results, nothing):
    idle = results({"catalysts.number": ONE_EACH, "catalysts.cost": 0.0, **nothing})[2]
    assert different(results({})[2], idle) == {"territories.catalysts"}


def test_new_leaders_who_forget_and_leave_nothing_only_want_something_else(results):
    """In the month of the vote: no other draw, tie or membership moves."""
    worlds = [results(values, months=13, start="2032-01")[2] for values in ({}, {**VOTE, **STAYS})]
    assert different(*worlds) == {"organisations.disposition", "organisations.desire"}


def test_nothing_happens_before_the_vote_nor_without_renewal(results):
    before, usual = (results(values, months=12, start="2032-01")[2] for values in (VOTE, {}))
    assert different(before, usual) == set()
    asleep = {**VOTE, "mandates.renewal": 0.0, "mandates.memory": 0.0, "mandates.leave": 0.5}
    assert different(results(asleep, start="2032-01")[2], results({}, start="2032-01")[2]) == set()


# Laws


@pytest.mark.parametrize(("end", "expected"), [(2032, [2032, 2038, 2044, 2050]), (2033, [2033, 2039, 2045, 2051])])
def test_elections_are_held_in_march_each_six_years_after_either_reading(end, expected):
    values = {**sim.load_parameters().values(), "mandates.end": end}
    found = [month for month in range(336) if mandates.is_election(values, "2026-01", month)]
    assert [2026 + month // 12 for month in found] == [year for year in expected if year < 2054]
    assert {month % 12 for month in found} == {2}
    later = [month for month in range(120) if mandates.is_election(values, "2031-07", month)]
    assert later[0] == (end - 2031) * 12 + 2 - 6, "the calendar does not depend on when the run starts"


def test_the_share_replaced_is_the_one_asked_for_and_only_public_actors_are(results):
    o = results({})[2].state.organisations
    model = np.zeros(20_000, np.uint8)
    uid, changed = np.arange(20_000, dtype=np.uint64), np.zeros(20_000, np.uint8)
    n = renewal.replace(np.ones(20_000, np.uint8), model, uid, 3, 74, 0.4, changed)
    assert n == changed.sum(dtype=int) == pytest.approx(8_000, abs=4 * math.sqrt(20_000 * 0.24))
    mark = np.zeros(len(o), np.uint8)
    assert renewal.replace(o.alive, o.model, o.uid, 1, 74, 1.0, mark) == ((o.model == 0) & (o.alive == 1)).sum() > 0


def test_new_leaders_want_by_the_law_of_the_start():
    n = 20_000
    parts, uid = np.zeros(n, np.int16), np.arange(n, dtype=np.uint64)
    renewal.want(uid, 3, 74, -0.1, 0.2, np.ones(n, np.uint8), parts)
    wanted = units.WORD * parts
    assert wanted.mean() == pytest.approx(-0.1, abs=4 * 0.2 / math.sqrt(n))
    assert wanted.std() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize("placement", range(4))
@pytest.mark.parametrize("number", [1, 350, ONE_EACH, 2000])
def test_the_national_number_is_dealt_whole_and_evenly(placement, number):
    found = catalysts.dealt(number, placement, sim.load_parameters().values(), 7)
    assert found.sum() == number
    assert found.max() - found.min() <= 1


def test_each_placement_serves_first_what_it_says():
    values, rows = sim.load_parameters().values(), [row for _, row in sorted(france.epci().items())]
    merits = {
        catalysts.POPULATION: np.array([row.population for row in rows]),
        catalysts.DEGREE: np.array([len(france.near(True)[row.siren]) for row in rows]),
    }
    for placement, merit in merits.items():
        found = catalysts.dealt(350, placement, values, 7)
        assert merit[found == 1].min() >= merit[found == 0].max()
    needy, drawn = (catalysts.dealt(350, p, values, 7) for p in (catalysts.NEED, catalysts.RANDOM))
    assert not np.array_equal(needy, drawn)
    assert np.array_equal(needy, catalysts.dealt(350, catalysts.NEED, values, 8)), "need is no draw"
    assert not np.array_equal(drawn, catalysts.dealt(350, catalysts.RANDOM, values, 8))


@pytest.mark.parametrize("placement", range(4))
def test_alone_a_territory_gets_what_it_gets_in_its_region(placement):
    values = {**sim.load_parameters().values(), "catalysts.number": 350, "catalysts.placement": placement}
    whole = sim.load_territory("dep:86")
    together = catalysts.placed(whole, values, 5)
    for ident, number in zip(whole.ident, together, strict=True):
        assert catalysts.placed(sim.load_territory(f"epci:{ident}"), values, 5).tolist() == [number]


def test_an_invented_place_gets_its_share_by_population_on_average():
    values, place = {**sim.load_parameters().values(), "catalysts.number": 2000}, sim.load_territory("synthetic:40")
    share = 2000 * place.population.sum() / sum(row.population for row in france.epci().values())
    found = [catalysts.placed(place, values, seed).sum() for seed in range(60)]
    assert np.mean(found) == pytest.approx(share, abs=4 * np.sqrt(share / 60))
    halves = [catalysts.placed(place, values, seed, 0.5).sum() for seed in range(60)]
    assert np.mean(halves) == pytest.approx(share / 2, abs=4 * np.sqrt(share / 120))


def test_a_place_pays_its_catalysts_and_no_other_place_does(results):
    monthly, _, world = results({"catalysts.number": 2 * ONE_EACH - 510, "catalysts.cost": 60000.0})
    posts = int(monthly["catalysts"][0])
    assert posts in (1, 2)
    assert set(monthly["purse_catalysts"].tolist()) == {posts * 500_000}, "60,000 EUR a year are 5,000 EUR a month"
    assert np.array_equal(monthly["paid_by_levy"], monthly["purse_catalysts"])
    assert not world.state.territories.purse.any()


def test_who_is_not_paid_does_not_act(results):
    """Half of the pay, half of the alliances; the oldest ones. Nothing, none."""
    values = {"catalysts.number": ONE_EACH, "catalysts.capacity": 20.0, "catalysts.cost": 60000.0}
    world, followed = results(values)[2], {}
    s, w = world.state, world.work
    kept = [s.territories.purse.copy(), s.territories.market.copy(), w.followed.copy()]
    flow = world.ledger.flow.copy()
    for share in (1.0, 0.5, 0.0):
        s.territories.purse[:, catalysts.CATALYSTS] = int(500_000 * share)
        catalysts.follow(world)
        followed[share] = set(np.flatnonzero(w.followed).tolist())
        assert not s.territories.purse[:, catalysts.CATALYSTS].any(), "all of it is spent on pay"
    s.territories.purse[:], s.territories.market[:], w.followed[:] = kept
    world.ledger.flow[:] = flow
    assert {share: len(rows) for share, rows in followed.items()} == {1.0: 20, 0.5: 10, 0.0: 0}
    p = s.projects
    assert followed[0.5] < followed[1.0]
    assert max(p.started[sorted(followed[0.5])]) <= min(p.started[sorted(followed[1.0] - followed[0.5])])
    assert all(p.members[r] > 1 or p.seeking[r] for r in followed[1.0])


def test_followed_by_a_catalyst_an_alliance_is_a_hub_and_no_other_is(results):
    """Known answer: the costs of coordination of the form in which every network is a hub."""
    world = results(PLACED)[2]
    s, t = world.state, world.terms
    rows = np.flatnonzero((s.projects.state == 1) & (s.projects.members > 2))
    assert rows.size > 6
    chosen = np.zeros(len(s.projects), np.uint8)
    chosen[rows[::2]] = 1

    def costs(followed, terms):
        o, p, m, ties, mine = s.organisations, s.projects, s.memberships, s.ties, s.shares
        out = [column.copy() for column in (p.dirty, p.value, p.alone, p.coordination, p.share_value)]
        shares = [column.copy() for column in (mine.solo, mine.share, mine.perceived)]
        alliance.appraise(
            (p.state, p.started, out[0], p.members, p.weight, p.fit, p.engineering, followed, *out[1:]),
            (p.seat, m.member, m.effort, m.hours, *shares, mine.seen),
            (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, o.births),
            (o.domain, o.size, o.territory, o.model, world.region), o.efficiency, p.kind,
            (p.untied, p.reserve, p.step, p.setup, p.left, p.implemented), world.month, as_record(terms), 0, len(p),
        )  # fmt: skip
        return out[3]

    mesh, hub = costs(0 * chosen, t), costs(0 * chosen, t._replace(hub=True))
    found = costs(chosen, t._replace(catalyst_hub=True))
    assert np.array_equal(found[chosen == 1], hub[chosen == 1]) and np.array_equal(
        found[chosen == 0], mesh[chosen == 0]
    )
    assert (hub[rows] < mesh[rows]).any()
    assert np.array_equal(costs(chosen, t._replace(catalyst_hub=False)), mesh)


# Twins


@SETTINGS
@given(st.integers(0, 10**6), st.lists(st.integers(-1, 6), min_size=3, max_size=3))
def test_catalysts_and_their_twins(seed, room):
    rows, numbers = 40, np.random.default_rng(seed)
    place = numbers.integers(0, 3, rows, dtype=np.int32)
    table = [numbers.integers(0, top, rows, dtype=np.uint8) for top in (3, 7, 4, 2)]
    room = np.array(room, np.int64)
    arguments = (*table, place, room, np.full(rows, -1, np.int64))
    *_, out = agree(kernel.list_alliances, naive.catalysts.list_alliances, arguments)
    listed = numbers.permutation(out[out >= 0])
    _, _, left, followed = agree(kernel.follow, naive.catalysts.follow, (listed, place, room, np.ones(rows, np.uint8)))
    asked = np.bincount(place[listed], minlength=3)
    assert np.bincount(place[followed == 1], minlength=3).tolist() == np.minimum(asked, room.clip(0)).tolist()
    assert (left >= np.minimum(room, 0)).all()


def test_mandates_and_their_twins(results):
    """On the organisations and the alliances of a living world."""
    world = results({})[2]
    s = world.state
    o, p, ties = s.organisations, s.projects, s.ties
    mark = np.zeros(len(o), np.uint8)
    arguments = (o.alive, o.model, o.uid, 1, 30, 0.6, mark)
    changed = agree(renewal.replace, naive.mandates.replace, arguments)[-1]
    assert changed.any()
    changed[::3] = 1  # and some others, so that the memory of all kinds is met
    agree(
        renewal.forget, naive.mandates.forget,
        (o.alive, o.births, ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, changed,
         0.25),
    )  # fmt: skip
    agree(renewal.want, naive.mandates.want, (o.uid, 1, 30, 0.1, 0.4, changed, o.disposition))
    _, table, *_ = agree(
        projects.walk_out, naive.projects.walk_out,
        (np.flatnonzero(p.state == 1), (p.state, p.step, p.members, p.dirty), memberships(s), o.slots,
         o.uid, changed, 1, 30, 0.5),
    )  # fmt: skip
    assert (table[2] < p.members).sum() > 3, "nobody left"
