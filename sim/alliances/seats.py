"""Where members of projects sit, for the phases that seat and free them (sim/kernels/seats.py)."""

from operator import attrgetter

COLUMNS = (
    "member", "effort", "hours", "solo", "share", "perceived", "seen", "kept", "joined", "paid", "received",
)  # fmt: skip
SEATS = ("projects.seat", *(f"memberships.{c}" for c in COLUMNS))  # what it writes to take a seat, or to leave one


def memberships(state):
    """Return the seat of each project, and the columns of memberships that move together."""
    return (state.projects.seat, *_columns(state.memberships))


_columns = attrgetter(*COLUMNS)
