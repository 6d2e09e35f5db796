"""What must hold besides accounts: strict mode checks it after every phase and names what broke.

Each invariant is a function of the state that returns a message about the first violation, or None.
"""

import numpy as np

from sim.errors import RunError
from sim.kernels.seats import SMALL, WIDTH
from sim.state import State

TOLERANCE = 1e-9


def check(state: State, *, phase: str, month: int):
    """Raise RunError at the first invariant that does not hold."""
    for invariant in INVARIANTS:
        problem = invariant(state)
        if problem:
            raise RunError(
                f"Invariant '{invariant.__name__}' does not hold after phase '{phase}' of month {month}: {problem}."
            )


def shares_add_up(state: State) -> str | None:
    """The Shapley shares of an alliance add up to what the grand coalition is worth when they were computed."""
    p, share = state.projects, state.shares.share
    rows = np.flatnonzero((p.state == 1) & (p.members > 1) & (p.dirty == 0) & (p.share_value > 0))
    at, held = state.seats_of(rows)
    total = np.where(held, share[at], 0.0).sum(axis=1)
    wrong = np.abs(total - p.share_value[rows]) > TOLERANCE * np.maximum(1.0, p.share_value[rows])
    if wrong.any():
        row = rows[wrong][0]
        found = share[state.team(row)].sum()
        return f"shares of project row {row} add up to {found!r}, its value is {p.share_value[row]!r}"
    return None


def weights_are_shares(state: State) -> str | None:
    """The five functions of a living project share its whole work."""
    p = state.projects
    rows = np.flatnonzero(p.state == 1)
    wrong = rows[np.abs(p.weight[rows].sum(axis=1, dtype=float) - 1.0) > 1e-5]  # float32
    return f"weights of project row {wrong[0]} add up to {p.weight[wrong[0]].sum()}" if wrong.size else None


def members_are_counted(state: State) -> str | None:
    """A project counts its members, in slots 0..m-1 without a gap; all other seats are empty."""
    p, member = state.projects, state.memberships.member
    at, held = state.seats_of(np.arange(len(p)))
    found = np.bincount(at[held & (p.state == 1)[:, None]], minlength=len(member))
    wrong = np.flatnonzero(found != (member >= 0))
    return f"seat {wrong[0]} holds {member[wrong[0]]} and {found[wrong[0]]} projects count it" if wrong.size else None


def alliances_sit_in_teams(state: State) -> str | None:
    """A project of several members has a team; any other has one, or its own seat."""
    p, first = state.projects, state.first_single
    single = p.seat == first + np.arange(len(p))
    team = (p.seat >= 0) & (p.seat < first) & (p.seat % np.where(p.members > SMALL, WIDTH, SMALL) == 0)
    wrong = np.flatnonzero(~(team | (single & (p.members <= 1))))
    return (
        f"project row {wrong[0]} of {p.members[wrong[0]]} members has seat {p.seat[wrong[0]]}" if wrong.size else None
    )


def memberships_are_mutual(state: State) -> str | None:
    """An organisation knows the projects that know it, and no other."""
    slots, projects = state.organisations.slots, len(state.projects)
    at, held = state.seats_of(np.arange(projects))
    member, (project, _) = state.memberships.member[at[held]], np.nonzero(held)
    row, slot = np.nonzero(slots >= 0)
    told = np.sort(member.astype(np.int64) * projects + project)
    known = np.sort(row.astype(np.int64) * projects + slots[row, slot])
    if np.array_equal(told, known):
        return None
    row, project = divmod(int(np.setxor1d(told, known)[0]), projects)
    return f"organisation row {row} and project row {project} do not both know of each other"


def slots_have_no_gap(state: State) -> str | None:
    """The free slots of an organisation come last: matching looks at the last one only."""
    free = state.organisations.slots < 0
    wrong = np.flatnonzero((free[:, :-1] & ~free[:, 1:]).any(axis=1))
    return f"organisation row {wrong[0]} has slots {state.organisations.slots[wrong[0]]}" if wrong.size else None


def pools_are_not_overdrawn(state: State) -> str | None:
    """A fund, a purse, a market or a reserve never pays what it does not hold."""
    place = state.territories
    for name, pool in (("fund", place.fund), ("purse", place.purse), ("market", place.market),
                       ("free_fte", place.free_fte), ("reserve", state.projects.reserve)):  # fmt: skip
        if (pool < 0).any():
            at = tuple(int(k) for k in np.argwhere(pool < 0)[0])
            return f"{name}{list(at)} holds {int(pool[at])}"
    return None


def counts_are_not_negative(state: State) -> str | None:
    """Residents, staff, volunteer hours and debts are counts of things that exist."""
    for name in (
        "cohorts.persons",
        "organisations.fte",
        "organisations.hours",
        "organisations.hours_engaged",
        "loans.debt",
        "cohorts.hours_given",
        "cohorts.hours_served",
    ):
        low = state[name].min(initial=0)
        if low < 0:
            return f"{name} holds {int(low)}"
    return None


def the_dead_own_nothing(state: State) -> str | None:
    """A row without an organisation holds neither money nor staff nor debt."""
    o, debt = state.organisations, np.zeros(len(state.organisations), np.int64)
    debt[state.loans.holder] = state.loans.debt
    wrong = np.flatnonzero((o.alive == 0) & ((o.cash != 0) | (o.fte != 0) | (debt != 0)))
    return (
        f"free row {wrong[0]} holds {o.cash[wrong[0]]} cents and {o.fte[wrong[0]]} mFTE and owes {debt[wrong[0]]}"
        if wrong.size
        else None
    )


def numbers_are_finite(state: State) -> str | None:
    """No state column holds NaN or infinity."""
    for table in (getattr(state, name) for name in State.TABLES):
        for name, column in vars(table).items():
            if not name.startswith("_") and column.dtype.kind == "f" and not np.isfinite(column).all():
                return f"{table._name}.{name} holds a number that is not finite"
    return None


def desire_is_bounded(state: State) -> str | None:
    """Desire stays between -1 and 1 euro per euro of own effort."""
    wrong = np.flatnonzero(np.abs(state.organisations.desire) > 1.0)
    return f"organisation row {wrong[0]} has desire {state.organisations.desire[wrong[0]]}" if wrong.size else None


INVARIANTS = (
    shares_add_up, weights_are_shares, members_are_counted, alliances_sit_in_teams, memberships_are_mutual,
    slots_have_no_gap, pools_are_not_overdrawn, counts_are_not_negative, the_dead_own_nothing, numbers_are_finite,
    desire_is_bounded,
)  # fmt: skip
