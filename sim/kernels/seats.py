"""Where members of projects sit: one flat table of seats, those of a project one after the other.

    member[seat[p] + s]      the member in slot s of project p, s < members[p]; the founder in slot 0 until it leaves

Nine projects in ten have one member. Each project has a seat of its own, where a project of one stays: they come last
in the table, in order of projects. A project that a second member joins moves to a team, WIDTH seats that nobody else
holds, so that it moves once; it gives them back when it ends or loses its last member. Teams come first in the table. A
team is free when its first seat is; nothing depends on which one a project has.

What one has in the value of an alliance (solo, share, perceived), and the links that it has seen, are columns of teams
only: a project of one is worth what its member is worth alone.
"""

import numpy as np
from numba import njit

WIDTH = 8  # members at most


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def own_seat(p, seat, member):
    """Return the seat of project p while it is a project of one."""
    return member.size - seat.size + p


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_free(member, first_single, wanted, out):
    """List the first seats of the first `wanted` free teams; return how many there are."""
    n = 0
    for at in range(0, first_single, WIDTH):
        if n == wanted:
            break
        if member[at] < 0:
            out[n] = at
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def move(p, to, memberships):
    """Give project p, of one member, the team whose first seat is `to`."""
    seat = memberships[0]
    take_seat(np.int64(seat[p]), to, memberships)
    leave_seat(np.int64(seat[p]), memberships)
    seat[p] = to


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def go_home(p, m, memberships):
    """Empty the m seats of project p, and give back its team if it had one."""
    seat, member = memberships[0], memberships[1]
    for s in range(m):
        leave_seat(np.int64(seat[p]) + s, memberships)
    seat[p] = own_seat(p, seat, member)


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
    member[a], effort[a], hours[a], kept[a], joined[a], paid[a], received[a] = -1, 0, 0, 0, 0, 0, 0
    if a < solo.size:
        solo[a], share[a], perceived[a], seen[a] = 0.0, 0.0, 0.0, 0
