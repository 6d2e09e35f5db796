"""Twenty things done wrong on purpose in a running world: each is caught by a check that names it.

A fault is a phase slipped into the month right after a real one; strict mode must stop the run and say which
account or invariant broke, after which phase and in which month.
"""

import numpy as np
import pytest

from sim.alliances import production, value
from sim.alliances.seats import SEATS
from sim.errors import AccountError, RunError, SimError
from sim.kernels import accounts, decisions
from sim.ledger import Ledger, holder
from sim.state import columns
from tests.compare import stand_in

MONTHS = 14  # enough for alliances to be at work with the quick set-up of `busy_world`


def slip_in(world, after, mischief, writes=()):
    """Put `mischief(world)` in the month right after the phase called `after`."""

    def fault(world):
        mischief(world)

    fault.writes, fault.reads, fault.title = frozenset(writes), frozenset(), f"fault after {after}"
    names = [phase.title for phase in world.phases]
    at = names.index(after) + 1
    world.phases = (*world.phases[:at], fault, *world.phases[at:])


def living(world):
    """Return the row of one living organisation that has cash."""
    o = world.state.organisations
    return int(np.flatnonzero((o.alive == 1) & (o.cash > 1000))[0])


def change(column, delta, where=living):
    """Return a mischief that adds `delta` to one cell of a column."""

    def mischief(world):
        world.state[column][where(world)] += delta

    mischief.column = column
    return mischief


def first(world):
    return 0


def pool(world):
    return (0, 2)


def alliance(world):
    p = world.state.projects
    return int(np.flatnonzero((p.state == 1) & (p.members > 1) & (p.dirty == 0))[0])


ACCOUNTS = [  # (fault, after phase, what it does, whether it declares so, words of the message)
    ("a cent created", "circuit.earn", change("organisations.cash", 1), True, r"'cash'.*\+1 cents"),
    ("a cent lost", "circuit.spend", change("organisations.cash", -1), True, r"'cash'.*-1 cents"),
    ("a cent of residents lost", "circuit.earn", change("cohorts.cash", -1, first), True, r"'cash'.*-1 cents"),
    ("a market that leaks", "circuit.spend", change("territories.market", -7, pool), True, r"'cash'.*-7"),
    ("a fund that grows", "production.produce", change("territories.fund", 5, pool), True, r"'cash'.*\+5"),
    ("a flow without money", "circuit.spend", change("territories.flow", 9, lambda w: (0, 2)), True, r"'cash'"),
    ("a row flow without money", "circuit.spend", change("organisations.outlay", 3), True, r"'organ.*cash'.*row"),
    ("a person vanishes", "persons.live", change("cohorts.persons", -1, first), True, r"'persons'.*-1 persons"),
    ("an arrival without a person", "persons.live", change("cohorts.arrived", 1, first), True, r"'persons'"),
    ("staff from nowhere", "life.open", change("organisations.fte", 100), True, r"'fte'.*\+100"),
    ("an undeclared write", "needs.drift", change("organisations.desire", 0.01), False, r"'organ.*desire'.*declare"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "mischief", "declared", "words"), [a[1:] for a in ACCOUNTS], ids=[a[0] for a in ACCOUNTS]
)
def test_the_ledger_names_the_account_and_the_phase(busy_world, after, mischief, declared, words):
    world = busy_world()
    slip_in(world, _title(world, after), mischief, [mischief.column] if declared else [])
    with pytest.raises(AccountError, match=words) as caught:
        world.run(1)
    assert f"fault after {_title(world, after)}" in str(caught.value)
    assert "month 0" in str(caught.value)


def _title(world, end):
    return next(phase.title for phase in world.phases if phase.title.endswith(end))


def test_a_loan_that_nobody_paid_is_caught_in_the_cash_of_who_owes(busy_world):
    world = busy_world()

    def lend(world):
        world.state.owe(np.array([0]), np.array([500]))

    slip_in(world, _title(world, "financial_economy.lend"), lend, ["loans.holder", "loans.debt", "loans.borrowed"])
    with pytest.raises(AccountError, match=r"'organisations\.cash'.*row 0"):
        world.run(1)


def test_a_debt_that_grows_by_itself_is_caught(busy_world):
    world = busy_world()
    world.state.owe(np.array([0]), np.array([500]))
    world.ledger.recount()
    slip_in(world, _title(world, "circuit.spend"), change("loans.debt", 7, first), ["loans.debt"])
    with pytest.raises(AccountError, match=r"'loans\.debt'.*\+7 cents"):
        world.run(1)


def test_an_hour_lost_is_caught_at_the_end_of_the_month(busy_world):
    world = busy_world()
    hours = "organisations.hours"

    def lose(world):
        o = world.state.organisations
        o.hours[np.flatnonzero(o.hours > 0)[0]] -= 1

    slip_in(world, _title(world, "receive_hours"), lose, [hours])
    with pytest.raises(AccountError, match=r"'hours'.*-1 volunteer hours"):
        world.run(1)


def spoil_share(world):
    world.state.shares.share[world.state.team(alliance(world))] *= 1.01


def forget_member(world):
    world.state.memberships.member[world.state.team(alliance(world)).start + 1] = -1


def sit_elsewhere(world):
    """Two projects of one change seats: they lose nothing, and neither has its own."""
    s, p = world.state, world.state.projects
    rows = np.flatnonzero((p.state == 1) & (p.seat >= s.first_single))[:2]
    for column in vars(s.memberships).values():
        if isinstance(column, np.ndarray) and column.shape == (len(s.memberships),):
            column[p.seat[rows]] = column[p.seat[rows[::-1]]]
    p.seat[rows] = p.seat[rows[::-1]]


def lose_slot(world):
    o = world.state.organisations
    row = int(np.flatnonzero(o.slots[:, 0] >= 0)[0])
    o.slots[row] = -1


def make_gap(world):
    o = world.state.organisations
    row = int(np.flatnonzero(o.slots[:, 0] >= 0)[0])
    o.slots[row] = [-1, o.slots[row, 0], -1]


def overweight(world):
    world.state.projects.weight[alliance(world), 0] += 0.5


def overdraw(world):
    fund = world.state.territories.fund
    fund[0, 0], fund[0, 1] = -1, fund[0, 1]


def poison(world):
    world.state.territories.need[0, 0] = np.nan


def exaggerate(world):
    world.state.organisations.desire[living(world)] = 1.5


INVARIANTS = [
    ("a share that does not add up", "value.appraise", spoil_share, "shares.share", "shares_add_up"),
    ("a member lost by its project", "membership.review", forget_member, "memberships.member", "members_are_counted"),
    ("a project in the seat of another", "search.start", sit_elsewhere, " ".join(SEATS), "alliances_sit_in_teams"),
    ("a project lost by its member", "membership.review", lose_slot, "organisations.slots", "memberships_are_mutual"),
    (
        "a gap in the slots",
        "membership.review",
        make_gap,
        "organisations.slots",
        "memberships_are_mutual|slots_have_no_gap",
    ),
    ("functions beyond the work", "search.start", overweight, "projects.weight", "weights_are_shares"),
    ("a number that is none", "needs.drift", poison, "territories.need", "numbers_are_finite"),
    ("desire without bounds", "learning.desire", exaggerate, "organisations.desire", "desire_is_bounded"),
]


@pytest.mark.parametrize(
    ("after", "mischief", "column", "words"), [i[1:] for i in INVARIANTS], ids=[i[0] for i in INVARIANTS]
)
def test_an_invariant_is_named(busy_world, after, mischief, column, words):
    world = busy_world()
    world.run(MONTHS)
    slip_in(world, _title(world, after), mischief, column.split())
    with pytest.raises(RunError, match=f"Invariant '({words})'.*month {MONTHS}"):
        world.run(1)


def test_an_overdrawn_fund_is_named(busy_world):
    world = busy_world()
    slip_in(world, _title(world, "financial_economy.fill_fund"), overdraw, ["territories.fund"])
    with pytest.raises(SimError, match=r"pools_are_not_overdrawn|'cash'"):
        world.run(1)


def test_value_created_by_a_broken_kernel_is_caught(busy_world, monkeypatch):
    """A kernel that pays members more than the grant: the flows and the cash disagree."""
    world = busy_world()
    world.run(MONTHS)
    real = production.kernel.work

    def generous(projects, memberships, organisations, *rest):
        real(projects, memberships, organisations, *rest)
        organisations[4][living(world)] += 10  # cash

    stand_in(monkeypatch, production.kernel, "work", generous)
    with pytest.raises(AccountError, match=r"'cash'.*\+10 cents"):
        world.run(1)


def test_a_check_that_is_switched_off_is_seen(busy_world, monkeypatch):
    """`checks` counts what was verified: a ledger that checks nothing cannot pass for one that found nothing."""
    monkeypatch.setattr(Ledger, "_compare", lambda *arguments, **named: None)
    stand_in(monkeypatch, accounts, "audit", lambda *arguments: (0, 0, 0))
    world = busy_world(strict=False)
    world.run(2)
    assert world.ledger.checks == 0
    assert world.ledger.max_residual == 0


def test_a_decision_number_belongs_to_one_decision():
    """Two decisions with one number would share their luck."""
    numbers = [v for name, v in vars(decisions).items() if name.isupper() and name != "INITIAL"]
    assert len(numbers) == len(set(numbers))
    assert all(0 < n < 2**20 for n in numbers)


def test_every_flow_column_names_its_stock():
    """An account column that points nowhere would never be checked."""
    stocks = {c.name for c in columns().values() if c.account == "stock"}
    for column in columns().values():
        if column.account[:1] in "+-" and column.account:
            for part in column.account.split():
                assert {f"{table}.{part[1:]}" for table in (column.table, holder(column))} & stocks, column.name


def test_the_real_month_passes_all_checks(busy_world):
    world = busy_world()
    world.run(MONTHS)
    assert world.ledger.checks > 0
    assert world.ledger.max_residual == 0
    p = world.state.projects
    assert ((p.state == 1) & (p.members > 1)).any(), "nobody allied: the faults above would not meet an alliance"
    assert value.appraise.writes
