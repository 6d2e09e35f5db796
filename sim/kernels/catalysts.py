"""Kernels of territorial catalysts: which projects they follow this month."""

from numba import njit

from sim.kernels import projects

CHOOSE = 2  # the last step at which a founder alone still looks for partners


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_alliances(state, step, members, seeking, territory, room, out):
    """Write to `out` the alliances, set up or at work, of the places that have room; return how many they are."""
    n = 0
    for p in range(state.size):
        if state[p] != projects.LIVING or step[p] > projects.IMPLEMENT or room[territory[p]] <= 0:
            continue
        if members[p] > 1 or (seeking[p] and step[p] <= CHOOSE):
            out[n] = p
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def follow(rows, territory, room, followed):
    """Mark the projects of `rows`, in this order, as long as their place has room; `room` is used up."""
    followed[:] = 0
    for at in range(rows.size):
        p = rows[at]
        if room[territory[p]] > 0:
            room[territory[p]] -= 1
            followed[p] = 1
