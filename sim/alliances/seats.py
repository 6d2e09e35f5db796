"""Where members of projects sit, for the phases that seat and free them (sim/kernels/seats.py)."""

from operator import attrgetter

COLUMNS = (
    "memberships.member", "memberships.effort", "memberships.hours", "shares.solo", "shares.share", "shares.perceived",
    "shares.seen", "memberships.kept", "memberships.joined", "memberships.paid", "memberships.received",
)  # fmt: skip
SEATS = ("projects.seat", *COLUMNS)  # what it writes to take a seat, or to leave one


def memberships(state):
    """Return the seat of each project, and the columns of seats that move together."""
    return _columns(state)


_columns = attrgetter(*SEATS)
