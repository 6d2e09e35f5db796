"""Where members of projects sit: one flat table of seats, those of a project one after the other.

    member[seat[p] + s]      the member in slot s of project p, s < members[p]; the founder in slot 0 until it leaves

Nine projects in ten have one member. Each project has a seat of its own, where a project of one stays: they come last
in the table, in order of projects. A project that a second member joins moves to a team, SMALL seats that nobody else
holds, and to one of WIDTH when a fifth joins; it gives them back when it ends or loses its last member. Teams come
first in the table. A small team is free when its first seat is; a large one is two in a row, and its fifth seat is HELD
when nobody sits there. Nothing depends on which team a project has.

What one has in the value of an alliance (solo, share, perceived), and the links that it has seen, are columns of teams
only: a project of one is worth what its member is worth alone.
"""

import numpy as np
from numba import njit

WIDTH, SMALL = 8, 4  # seats of a team: of so many members at most; of most alliances
NOBODY, HELD = -1, -2  # in the place of a member


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def own_seat(p, seat, member):
    """Return the seat of project p while it is a project of one."""
    return member.size - seat.size + p


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_large(member, first_single, enough):
    """Return how many large teams are free, or `enough` as soon as so many are."""
    n = 0
    for at in range(0, first_single, WIDTH):
        if n >= enough:
            break
        n += member[at] == NOBODY and member[at + SMALL] == NOBODY
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def next_free(member, at, width):
    """Return the first seat of the first free team of this width from seat `at` on; there is one."""
    while member[at] != NOBODY or (width > SMALL and member[at + SMALL] != NOBODY):
        at += width
    return at


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def has_room(p, m, seat, member):
    """Return whether one more may sit in the seats of project p, of m members."""
    first = np.int64(seat[p])
    if first == own_seat(p, seat, member):
        return False
    return m != SMALL or member[first + SMALL] == HELD


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def move(p, m, to, memberships):
    """Give project p, of m members, the team whose first seat is `to`."""
    seat = memberships[0]
    first = np.int64(seat[p])
    for s in range(m):
        take_seat(first + s, to + s, memberships)
        leave_seat(first + s, memberships)
    seat[p] = to


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def go_home(p, m, memberships):
    """Empty the m seats of project p, and give back its team if it had one."""
    seat, member = memberships[0], memberships[1]
    first, own = np.int64(seat[p]), own_seat(p, seat, member)
    for s in range(m):
        leave_seat(first + s, memberships)
    if first != own and member[first + SMALL] == HELD:
        member[first + SMALL] = NOBODY
    seat[p] = own


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def close_gap(p, s, m, memberships):
    """Take the member in slot s out of the m seats of project p; those after it move up."""
    first = np.int64(memberships[0][p])
    for at in range(first + s, first + m - 1):
        take_seat(at + 1, at, memberships)
    leave_seat(first + m - 1, memberships)
    if m - 1 == SMALL:
        memberships[1][first + SMALL] = HELD
    if m == 1:
        go_home(p, 0, memberships)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take_seat(a, b, memberships):
    """Put in seat b of a team what is in seat a. Who sat alone has seen nobody but itself."""
    _, member, effort, hours, solo, share, perceived, seen, kept, joined, paid, received = memberships
    member[b], effort[b], hours[b], kept[b], joined[b] = member[a], effort[a], hours[a], kept[a], joined[a]
    paid[b], received[b] = paid[a], received[a]
    if a < solo.size:
        solo[b], share[b], perceived[b], seen[b] = solo[a], share[a], perceived[a], seen[a]
    else:
        solo[b], share[b], perceived[b], seen[b] = 0.0, 0.0, 0.0, 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def leave_seat(a, memberships):
    """Empty seat a."""
    _, member, effort, hours, solo, share, perceived, seen, kept, joined, paid, received = memberships
    member[a], effort[a], hours[a], kept[a], joined[a], paid[a], received[a] = NOBODY, 0, 0, 0, 0, 0, 0
    if a < solo.size:
        solo[a], share[a], perceived[a], seen[a] = 0.0, 0.0, 0.0, 0
