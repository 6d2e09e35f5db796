"""Kernels of territories: alliances completed, level of maturity, and how much it eases set-ups."""

from numba import njit

COMPLETED = 1  # cause of the end of a project


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_completed(state, end, ended, members_first, territory, month, completed):
    """Add the alliances that were completed this month to the count of their territory."""
    for p in range(state.size):
        if end[p] == COMPLETED and ended[p] == month and members_first[p] > 1:
            completed[territory[p]] += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def month(
    state, end, ended, members_first, territory, completed, residents, levels, effect, modes, mix, national, least,
    most, maturity, ease, month,
):  # fmt: skip
    """Count the alliances of the month that were completed, then write levels and ease."""
    count_completed(state, end, ended, members_first, territory, month, completed)
    ripen(completed, residents, levels, effect, modes, mix, national, least, most, maturity, ease)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def ripen(completed, residents, levels, effect, modes, mix, national, least, most, maturity, ease):
    """Write the level of each territory (1, and one more for each threshold reached), and its ease of set-up.

    completed[territory] alliances; `levels` thresholds per 1,000 residents; modes[class], mix[territory, class].
    """
    for t in range(completed.size):
        reached = 0
        for k in range(levels.size):
            if 1000.0 * completed[t] >= levels[k] * residents[t] and residents[t] > 0:
                reached += 1
        maturity[t] = 1 + reached
        factor = 1.0 - effect * reached / levels.size
        for k in range(modes.size):
            factor -= modes[k] * (mix[t, k] - national[k])
        ease[t] = min(most, max(least, factor))
