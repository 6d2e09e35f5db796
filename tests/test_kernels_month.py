"""The kernels of the month agree with their naive twins, on calls recorded in living worlds.

Three worlds of three small neighbouring places, each with its own structural alternatives, where alliances are easy
to make and to leave so that every branch is taken. A world is played once; some of its months are compared. What
is rare in any world is compared on tables drawn at random.
"""

from functools import cache

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances.terms import terms
from sim.kernels import (
    accounts,
    alliance,
    chance,
    innovation,
    learning,
    matching,
    needs,
    partnership,
    projects,
    record,
    rows,
    seats,
    value,
)
from sim.kernels.terms import as_record
from sim.record import Record
from sim.state import Table, columns
from sim.threads import Crew
from tests import naive
from tests.compare import Recorder, agree, plain, seated, stand_in

EASY = {
    "projects.start_rate": 0.5, "projects.recruit_rate": 0.7, "projects.setup_months": 6.0, "alliances.candidates": 5.0,
    "alliances.fixed_cost": 20.0, "alliances.link_hours": 2.0, "desire.mean": 0.2, "value.price_out": 3.0,
    "engineering.dose": 10.0, "engineering.hub_cost": 200.0, "engineering.half_cost": 5.0, "engineering.search": 10.0,
    "innovation.research_months": 6.0, "innovation.qualification_months": 6.0, "innovation.gate_model": 0.6,
    "life.exit": 0.12, "meeting.neighbour_share": 0.5, "projects.review_rate": 0.95,
    "catalysts.visibility": 3.0, "catalysts.candidates": 3.0, "catalysts.cost": 100.0, "catalysts.capacity": 10.0,
    "projects.share_scale": [0.4, 0.3, 0.2, 0.1],
}  # fmt: skip
RULES = {
    "promoters.order_effect": -0.2, "promoters.declaration_effect": -0.3, "promoters.pull": 0.8,
    "promoters.reciprocity": 0.5, "mandate_alliances.share": 0.4, "declaration.share": 0.6,
}  # fmt: skip
TYPES = {
    "partnership.practices": 0.2, "partnership.innovation": -0.2, "partnership.patronage": 0.9,
    "partnership.cooperation": 0.4, "alliances.branching": 0.5, "heads.general_interest": 0.5,
}  # fmt: skip
WORLDS = {
    "engineering": {"engineering.mode": 0, "trust.kept": 0.7, "partnership.cooperation": 0.3},
    "placebo, other forms": {
        "engineering.mode": 1, "form.value": 1, "form.network": 1, "form.perception": 1, "form.contagion": 1,
        "form.dissolution": 1, "desire.mean": 0.1, "form.returns": 1, "partnership.cooperation": 0.3,
    },
    "paid without effect, rules and types": {
        "engineering.mode": 2, "form.dissolution": 2, "projects.exit_hazard": 0.1, **RULES, **TYPES,
    },
}  # fmt: skip
MONTHS = (4, 12)
PAIRS = (
    (accounts.audit, naive.accounts.audit),
    (accounts.take_stock, naive.accounts.take_stock),
    (alliance.appraise, naive.alliance.appraise),
    (innovation.begin, naive.innovation.begin),
    (innovation.census, naive.innovation.census),
    (innovation.cross, naive.innovation.cross),
    (innovation.spread, naive.innovation.spread),
    (innovation.tell, naive.innovation.tell),
    (learning.be_seen, naive.learning.be_seen),
    (learning.begin_to_remember, naive.learning.begin_to_remember),
    (learning.desire, naive.learning.desire),
    (learning.fade, naive.learning.fade),
    (learning.list_partners, naive.learning.list_partners),
    (learning.mark_partners, naive.learning.mark_partners),
    (learning.remember, naive.learning.remember),
    (learning.wear_badges, naive.learning.wear_badges),
    (matching.accept, naive.matching.accept),
    (matching.list_seekers, naive.matching.list_seekers),
    (matching.list_starters, naive.matching.list_starters),
    (matching.propose, naive.matching.propose),
    (needs.month, naive.needs.month),
    (projects.advance, naive.projects.advance),
    (projects.open_sums, naive.projects.open_sums),
    (projects.allot, naive.projects.allot),
    (projects.close_projects, naive.projects.close_projects),
    (projects.lose_face, naive.projects.lose_face),
    (projects.drop_dead, naive.projects.drop_dead),
    (projects.grant, naive.projects.grant),
    (projects.take_grants, naive.projects.take_grants),
    (projects.take_rows, naive.projects.take_rows),
    (partnership.share_income, naive.partnership.share_income),
    (projects.list_several, naive.projects.list_several),
    (projects.list_unhappy, naive.projects.list_unhappy),
    (projects.hand_out, naive.projects.hand_out),
    (projects.list_called, naive.projects.list_called),
    (projects.list_free, naive.projects.list_free),
    (projects.list_near, naive.projects.list_near),
    (projects.post_handed, naive.projects.post_handed),
    (projects.keep_promises, naive.projects.keep_promises),
    (projects.plan_cash, naive.projects.plan_cash),
    (projects.open_projects, naive.projects.open_projects),
    (projects.review, naive.projects.review),
    (projects.work, naive.projects.work),
    (record.add_places, naive.record.add_places),
    (record.count_organisations, naive.record.count_organisations),
    (record.count_projects, naive.record.count_projects),
    (record.list_living, naive.record.list_living),
    (rows.clear, naive.rows.clear),
    (rows.clear_whole, naive.rows.clear_whole),
)
FILES = {f"sim.kernels.{name}": globals()[name] for name in (
    "accounts", "alliance", "innovation", "learning", "matching", "needs", "partnership", "projects", "record",
    "rows", "seats",
)}  # fmt: skip

ONLY_IN = {  # kernels of what only one of these worlds has: untied money, alliances that are declared
    projects.hand_out: "placebo, other forms", projects.post_handed: "placebo, other forms",
    projects.lose_face: "paid without effect, rules and types",
}  # fmt: skip


@cache
def some_terms():
    return terms(sim.load_parameters().values())


@pytest.fixture(scope="module")
def places():
    """Three places in a row, of a few hundred residents."""
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: 900, 1: 1800, 2: 500}, "population")
    nx.set_node_attributes(graph, {0: "near", 1: "near", 2: "far"}, "region")
    return sim.load_territory(graph)


@pytest.fixture(scope="module", params=WORLDS)
def calls(request, places):
    """Arguments of the recorded calls of one world, by kernel."""
    values = sim.load_parameters().with_values(EASY | WORLDS[request.param])
    world = sim.World(places, values, seed=3, strict=request.param == next(iter(WORLDS)))  # columns that it alone has
    world.step()  # compiles: a kernel that another one calls must not be replaced before
    world.state.territories.catalysts[:] = 1  # so few residents would get none: half of their alliances are followed
    recorders = {}
    with pytest.MonkeyPatch.context() as patch:
        for kernel, _ in PAIRS:
            recorders[kernel] = Recorder(kernel)
            stand_in(patch, FILES[kernel.py_func.__module__], kernel.py_func.__name__, recorders[kernel])
        world.crew.doors.clear()
        keeper = Record(world, max(MONTHS))
        for month in range(1, max(MONTHS) + 1):
            for recorder in recorders.values():
                recorder.listening = month in MONTHS
            world.step()
            keeper.month(world)
    return {"world": request.param} | {kernel: recorder.calls for kernel, recorder in recorders.items()}


@pytest.mark.parametrize(("kernel", "twin"), PAIRS, ids=lambda x: getattr(x, "__name__", "twin"))
def test_kernel_and_twin(kernel, twin, calls):
    here = ONLY_IN.get(kernel, calls["world"]) == calls["world"]
    assert bool(calls[kernel]) == here, "the model does not call it any more, or where it did not"
    for arguments in calls[kernel]:
        agree(kernel, twin, arguments)


def test_the_worlds_take_the_branches(calls):
    """The comparison proves nothing about what did not happen: alliances, departures, ends, money across borders."""
    table = calls[projects.work][-1][0]
    state, members = table[0], table[2]
    allied = (state == 1) & (members > 1)
    assert allied.sum() > 20
    assert members.max() >= 3
    (place, _), (seat, member, _), organisations, *_ = calls[projects.grant][-1]
    second = member[seat[allied] + 1]
    assert np.any(organisations[0][second] != place[allied]), "no member from elsewhere"
    assert any(arguments[0][:, projects.ALLOTTED].any() for arguments in calls[projects.open_sums]), "no programme"
    (table, *_), followed = calls[alliance.appraise][-1][0], calls[alliance.appraise][-1][0][7]
    assert (followed & (table == 1)).any() and not followed[allied].all(), "none followed, or all"
    assert any(arguments[8] for arguments in calls[projects.close_projects]), "no end"
    assert any(arguments[5].any() for arguments in calls[projects.grant]), "no grant"
    assert any(np.any(arguments[0][arguments[-1], 0] >= 0) for arguments in calls[projects.drop_dead])


@st.composite
def memberships(draw, rows=4, organisations=9):
    """Tables of members drawn at random: who is in which project, with slots that say the same."""
    width, slots = alliance.WIDTH, np.full((organisations, matching.SLOTS), -1, np.int32)
    member, members = np.full((rows, width), -1, np.int32), np.zeros(rows, np.uint8)
    for p in range(rows):
        for i in draw(st.lists(st.integers(0, organisations - 1), max_size=width, unique=True)):
            if slots[i, -1] < 0:
                slots[i, int(np.argmax(slots[i] < 0))] = p
                member[p, members[p]] = i
                members[p] += 1
    inside = np.arange(width) < members[:, None]
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))

    def column(dtype, most, least=0):
        return np.where(inside, numbers.integers(least, most, (rows, width)), 0).astype(dtype)

    seat, *columns = seated(
        members, member, column(np.int64, 10**6), column(np.int64, 9), column(float, 100), column(float, 100),
        column(float, 3000, -3000), column(np.uint8, 256), column(np.uint8, 2), column(np.int32, 30),
        column(np.int64, 10**6), column(np.int64, 10**6),
    )  # fmt: skip
    columns[3:7] = (column[: width * rows] for column in columns[3:7])  # of teams only
    return slots, members, (seat, *columns)


SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)


@SETTINGS
@given(memberships())
def test_the_seat_of_a_member(tables):
    _, members, (seat, member, *_) = tables
    for first, m in zip(seat.tolist(), members.tolist(), strict=True):
        for i in range(9):
            assert projects.seat_of(i, first, m, member) == naive.projects.seat_of(i, first, m, member)


@SETTINGS
@given(memberships())
def test_teams_are_taken_and_given_back(tables):
    """A small one, then a large one whose second half nobody else takes, then its own seat again."""
    _, members, (seat, member, *columns) = tables
    spare = 2 * alliance.WIDTH  # two large teams that nobody has
    longer = [
        np.concatenate([np.full(spare, -1 if at == 0 else 0, c.dtype), c]) for at, c in enumerate((member, *columns))
    ]
    table, first = (seat + np.int32(spare), *longer), member.size - seat.size + spare
    for enough in (0, 1, 99):
        agree(seats.count_large, naive.seats.count_large, (table[1], first, enough))
    for p in np.flatnonzero(members == 1):
        own = seats.own_seat(p, table[0], table[1])
        assert own == table[0][p] == naive.seats.own_seat(p, table[0].tolist(), table[1].tolist())
        now, m = table, 1
        for more in range(2, alliance.WIDTH + 1):
            agree(seats.has_room, naive.seats.has_room, (p, m, now[0], now[1]))
            if not seats.has_room(p, m, now[0], now[1]):
                width = seats.SMALL if m == 1 else seats.WIDTH
                agree(seats.next_free, naive.seats.next_free, (now[1], 0, width))
                now = agree(seats.move, naive.seats.move, (p, m, seats.next_free(now[1], 0, width), now))[3]
            now[1][now[0][p] + m], m = 100 + more, more
        assert now[0][p] == alliance.WIDTH and sorted(now[1][8:16].tolist()) == [member[seat[p]], *range(102, 109)]
        for left in range(alliance.WIDTH, 0, -1):
            agree(seats.go_home, naive.seats.go_home, (p, left, now))
            now = agree(seats.close_gap, naive.seats.close_gap, (p, 0, left, now))[3]
            assert (now[1][12] == seats.HELD) == (1 < left <= 5)
        assert now[0][p] == own and (now[1][:spare] == seats.NOBODY).all()
        agree(seats.take_seat, naive.seats.take_seat, (own, 0, table))
        agree(seats.leave_seat, naive.seats.leave_seat, (own, table))


@SETTINGS
@given(memberships(), st.lists(st.integers(0, 1), min_size=9, max_size=9))
def test_the_dead_leave_and_who_has_seen_whom_is_kept(tables, alive):
    slots, members, table = tables
    closed = np.flatnonzero(np.array(alive) == 0)
    arguments = (slots, members, table, np.zeros(members.size, np.uint8), closed)
    _, left, after, _, _ = agree(projects.drop_dead, naive.projects.drop_dead, arguments)
    for p in range(members.size):
        then, now = (slice(seat[p], seat[p] + m[p]) for seat, m in ((table[0], members), (after[0], left)))
        before = table[1][then].tolist()
        survivors = [i for i in before if alive[i]]
        assert after[1][now].tolist() == survivors
        for i in survivors if members[p] > 1 else ():  # each pair of survivors has seen each other as before
            for j in survivors:
                seen = table[7][then][before.index(i)] >> before.index(j) & 1
                assert after[7][now][survivors.index(i)] >> survivors.index(j) & 1 == seen


@SETTINGS
@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 6), st.integers(0, 2)), max_size=30))
def test_amounts_add_up_by_territory(rows):
    amount, _, territory = np.array(rows, np.int64).reshape(-1, 3).T
    arguments = amount.copy(), territory.astype(np.int32), np.zeros(3, np.int64)
    agree(accounts.add_by_territory, naive.accounts.add_by_territory, arguments)
    cut = len(rows) // 2
    segment = np.array([[0, cut], [cut, cut], [cut, len(rows)]], np.int64)
    agree(accounts.add_segments, naive.accounts.add_segments, (segment, amount.copy(), np.full(3, 7)))


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 5)), max_size=30), st.integers(0, 6))
def test_those_of_the_cohort_that_ended_are_listed(rows, before):
    state, ended = np.array(rows, np.int64).reshape(-1, 2).T
    arguments = state.astype(np.uint8), ended.astype(np.int16), np.full(len(rows), -1, np.int64), before
    agree(record.list_ended, naive.record.list_ended, arguments)


CENTS = st.one_of(st.integers(0, 10**4), st.integers(0, 2**48), st.integers(2**50 - 99, 2**50 - 1))


@SETTINGS
@given(
    st.lists(st.tuples(CENTS, CENTS, st.integers(0, 1)), min_size=1, max_size=40), st.tuples(CENTS, CENTS, CENTS),
    st.integers(0, 40),
)  # fmt: skip
def test_funds_never_grant_more_than_they_hold(asking, held, cut):
    """Although projects do not take turns: with amounts just below 2^50 too, one that asks for all, or many."""
    cap, worth, allied = np.array(asking, np.int64).T.copy()
    held = np.array([held], np.int64) // 3  # a territory holds less than 2^50 in all
    cap, worth = cap // len(cap), worth // len(cap)  # what is asked of it too
    n, cut = len(cap), min(cut, len(cap))
    rows = np.arange(2 * n)  # two organisations for each project; some are in several
    received, cash = np.zeros((2, 2 * n), np.int64)
    arguments = (
        (np.zeros(n, np.int32), (1 + allied).astype(np.uint8)), (rows[::2].astype(np.int32), rows, received),
        (np.zeros(2 * n, np.int32), (rows % 7).astype(np.uint8), (rows % 3 == 0).astype(np.uint8), cash, cash[:0]),
        ((np.arange(n) % 2).astype(np.int32), np.zeros((2, 8), np.int64)), np.zeros((n, 3), np.int64), cap, worth,
        cap.sum(keepdims=True), worth.sum(keepdims=True), held, np.zeros((1, 4, 9), np.int64),
    )  # fmt: skip
    agree(projects.grant, naive.projects.grant, (*arguments, 0, n))
    for first, last in ((0, cut), (cut, n)):  # as two threads share them
        projects.grant(*arguments, first, last)
    given, paid = arguments[4], arguments[-1]
    assert np.array_equal(paid[0, :3, 7:].sum(axis=1), given.sum(axis=0))
    assert np.array_equal(paid[0, :3, :7].sum(axis=1), given.sum(axis=0)) and not paid[0, 3].any()
    assert np.array_equal(cash, received) and np.array_equal(cash.reshape(n, 2).sum(axis=1), given.sum(axis=1))
    assert (given >= 0).all() and (given.sum(axis=1) <= cap).all() and (given.sum(axis=0) <= held[0]).all()


@SETTINGS
@given(st.sets(st.integers(0, 4)), st.sampled_from(["projects", "memberships", "cohorts"]))
def test_rows_are_wiped_whatever_their_types_and_no_other(some, name):
    """In all columns of a table: next to each other in memory, of one to 64 bytes a row."""
    table, listed = Table(name, 5), np.array(sorted(some), np.int64)
    memory, layout = table.layout([c.column for c in columns().values() if c.table == name])
    memory[:] = 7
    agree(rows.wipe, naive.rows.wipe, (memory, layout, listed, 0, len(listed)))
    own = np.array([3, 0, 4, 0, 1], np.int32)  # of another table: two have none
    agree(rows.wipe_own, naive.rows.wipe_own, (memory, layout, listed, own, 0, len(listed)))
    Crew(np.zeros((1, 1, 2), np.int64)).share(rows.wipe, len(listed), memory, layout, listed)
    for column in columns().values():
        if column.table == name:
            left = getattr(table, column.column).view(np.uint8).reshape(5, -1)
            assert not left[listed].any(), column.name
            assert (np.delete(left, listed, axis=0) == 7).all(), column.name


@SETTINGS
@given(memberships(), st.integers(0, 10**6), st.integers(0, 400))
def test_those_who_see_less_than_they_want_leave(tables, seed, month):
    slots, members, table = tables
    state, step = np.array([1, 1, 2, 1], np.uint8), np.array([5, 5, 5, 4], np.uint8)
    uid, desire = np.arange(9, dtype=np.uint64) * np.uint64(2**31), np.linspace(-0.5, 0.5, 9)
    t = some_terms()._replace(review_rate=0.7)
    rows, table_of = np.full(4, -1, np.int64), (state, step, members, np.zeros(4, np.uint8))
    mine = table_of, table, slots, uid, desire, seed, month, as_record(t)
    *_, listed, _, _ = agree(projects.list_unhappy, naive.projects.list_unhappy, (*mine, rows, 0, 4))
    n = projects.list_unhappy(*mine, rows, 0, 4)
    (_, _, left, _), *_ = agree(projects.review, naive.projects.review, (*mine, listed[:n]))
    everybody = agree(projects.review, naive.projects.review, (*mine, np.arange(2)))  # all at work
    assert np.array_equal(everybody[0][2], left), "who was not listed does not leave"
    assert np.all(left[members > 0] > 0), "the last member cannot leave an alliance"
    assert np.array_equal(left[2:], members[2:]), "only members of projects at work reconsider"


@SETTINGS
@given(st.integers(0, 2), st.integers(0, 10**6))
def test_steps_and_ends_of_projects_drawn_at_random(rule, seed):
    rows, numbers = 60, np.random.default_rng(seed)

    def column(dtype, most, least=0):
        return numbers.integers(least, most, rows, endpoint=True).astype(dtype)

    zeros, uid = np.zeros(rows, np.int32), np.arange(rows, dtype=np.uint64) + np.uint64(2**62)
    t = some_terms()._replace(dissolution=rule, exit_hazard=0.1, patience=3, bid_success=0.5, evaluate_months=2)
    table = (
        column(np.uint8, 2), uid, column(np.uint8, 6), column(np.int16, 3), column(np.int16, 9, 1),
        column(np.int16, 24, 1),
        zeros, zeros - 1, zeros - 1, np.zeros(rows, np.uint8), column(np.uint8, 5), column(np.uint8, 6),
        column(np.uint8, 1), column(np.uint8, 6), np.zeros(rows, np.uint8), np.zeros(rows, np.uint8),
        column(float, 5000), column(float, 5000), column(np.int64, 10**6),
    )  # fmt: skip
    share = np.array([0.1, 0.3, 0.3, 0.2, 0.1])
    arguments = (table, share, seed, 17, as_record(t), np.full(rows, -1, np.int64), 0, rows)
    after, *_ = agree(projects.advance, naive.projects.advance, arguments)
    ended = after[9] > 0
    assert np.all(after[9][(table[10] == 0) & (table[0] == 1) & (table[2] >= 5)] == 2), "without members it has failed"
    assert np.all(after[8][ended] == 17)


@pytest.fixture(scope="module")
def place(places):
    """A world of alliances, after eight months."""
    world = sim.World(places, sim.load_parameters().with_values(EASY), seed=3)
    world.run(8)
    return world


def test_gain_of_joining(place):
    """Alliances and projects of one, joined by two organisations that are far in the table."""
    t = place.terms._replace(
        floor=0.45, branching=0.3, practices=0.2, proposition=0.1
    )  # so high that some who trust each other reach it
    s, width = place.state, alliance.WIDTH
    o, p, m, ties = s.organisations, s.projects, s.memberships, s.ties
    known_cost = np.empty(value.KNOWN)
    value.fill_known_costs(t.price, known_cost)
    room = (
        np.empty(width + 1, np.int64), np.empty(width + 1), np.empty((width + 1, alliance.FUNCTIONS)),
        np.empty((width + 1, alliance.FUNCTIONS)), np.empty((width + 1, width + 1)),
        np.empty((value.SCRATCH, alliance.FUNCTIONS)), np.empty(alliance.FUNCTIONS),
    )  # fmt: skip
    work = room, known_cost, np.full(2, -1.0)
    arrays = (
        m.member, m.effort, m.hours, o.efficiency, p.weight, p.fit, p.kind,
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, o.births),
        (o.domain, o.size, o.territory, o.model, place.region),
    )  # fmt: skip
    allied = np.flatnonzero((p.state == 1) & (p.members > 1) & (p.members < width))
    living = np.flatnonzero(o.alive)
    assert allied.size > 20
    alone = np.flatnonzero((p.state == 1) & (p.members == 1))
    for at, project in enumerate(
        np.repeat([*allied[:40], *alone[:20]], 2)
    ):  # twice each: with what the first call kept
        j = int(living[(7 * at + 3) % living.size])
        team = int(p.seat[project]), int(p.members[project])
        found = alliance.gain_of_joining(int(project), j, 750.0, team, *arrays, t, work)
        expected = naive.alliance.gain_of_joining(int(project), j, 750.0, team, *plain(arrays), t)
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-6)
        if at % 4 == 3:  # then what others bring is computed anew
            pair = alliance.gain_of_pair(int(project), j, 750.0, found[1], o.efficiency, *arrays[5:], t, work)
            expected = naive.alliance.gain_of_pair(int(project), j, 750.0, team, *plain(arrays), t)
            assert pair == pytest.approx(expected, rel=1e-8, abs=1e-6)


@SETTINGS
@given(st.integers(1, 8), st.floats(0, 1e5), st.integers(0, 2), st.booleans(), st.floats(5, 500), st.floats(200, 5000))
def test_engineering_strength(m, money, mode, hub, half_cost, hub_cost):
    t = some_terms()._replace(mode=mode, hub=hub, half_cost=half_cost, hub_cost=hub_cost)
    found = alliance.engineering_strength(m, money, t)
    assert found == pytest.approx(naive.alliance.engineering_strength(m, money, t), rel=1e-12)
    assert found == 0 or mode == 0, "money without engineering had an effect"


@SETTINGS
@given(st.integers(0, 2**61), st.integers(0, 400), st.integers(0, 10**9))
def test_planned_effort(uid, month, base):
    found = matching.planned_effort(uid, month, 78, base, 5, some_terms())
    assert found == naive.matching.planned_effort(uid, month, 78, base, 5, some_terms())
    drawn = chance.normal(5, uid, month, 78, 0)
    assert found == matching.effort_of(drawn, base, some_terms())
    assert found == naive.matching.effort_of(drawn, base, some_terms())
    assert 0 <= found <= some_terms().effort_share * base


def test_rows_of_a_territory(villages):
    segments = sim.World(villages, sim.load_parameters(), seed=1).state.segments
    for territory in range(villages.size):
        total = matching.rows_of(territory, segments)
        assert total == naive.matching.rows_of(territory, segments.tolist())
        rows = [matching.row_in(territory, at, segments) for at in range(total + 2)]
        assert rows == [naive.matching.row_in(territory, at, segments.tolist()) for at in range(total + 2)]
        assert len(set(rows[:total])) == total, "a row can be met twice as often as another"
        assert rows[total:] == [-1, -1]


@SETTINGS
@given(st.integers(0, 3), st.integers(0, 4), st.integers(0, 7), st.lists(st.integers(0, 3), max_size=3, unique=True))
def test_join(p, i, at, projects_of_i):
    tables = [np.full(8, -1, np.int64) for _ in range(4)]
    slots = np.full((5, matching.SLOTS), -1, np.int64)
    slots[i, : len(projects_of_i)] = projects_of_i
    agree(matching.join, naive.matching.join, (p, i, at, 100, 3, 12, *tables, slots))


@SETTINGS
@given(st.integers(0, 10**9), st.integers(1, 240), st.integers(1, 200), st.integers(0, 200))
def test_released(reserve, setup, left, worked):
    assert alliance.released(reserve, setup, left, worked) == naive.alliance.released(reserve, setup, left, worked)


@SETTINGS
@given(st.lists(st.integers(0, 3), min_size=2, max_size=2), st.sampled_from([2, 6]), st.floats(0, 2), st.floats(0, 2))
def test_likely(size, model, by_size, by_model):
    arguments = (0, 1, size, [2, model], by_size, by_model)
    arrays = (0, 1, np.array(size, np.uint8), np.array([2, model], np.uint8), by_size, by_model)
    assert matching.likely(*arrays) == pytest.approx(naive.matching.likely(*arguments), rel=1e-12)


@SETTINGS
@given(st.integers(0, 2**61), st.integers(0, 6), st.floats(0, 1), st.integers(0, 1000))
def test_is_ordered(uid, model, share, seed):
    t = some_terms()._replace(ordered=share)
    assert matching.is_ordered(uid, model, seed, t) == naive.matching.is_ordered(uid, model, seed, t)


@pytest.mark.parametrize("column", [[], [3, 5]])
def test_what_strict_mode_compares_is_noted_where_it_is_kept(column):
    agree(rows.note, naive.rows.note, (np.array(column, np.int64), 1, 7))
