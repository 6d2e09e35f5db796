"""Kernels of sharing: Shapley values of a game given as a table, and amounts cut into whole cents.

A game of m players is the table v[mask], 2^m values, v[0] = 0; bit i of a mask is player i.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance
from sim.kernels import decisions as d

PLAYERS = 20  # at most
FACTORIAL = [float(math.factorial(n)) for n in range(PLAYERS + 1)]
ORDERS = np.array(  # ORDERS[n, s]: in how many of all orders of n players a player comes right after a given set of s
    [[FACTORIAL[s] * FACTORIAL[n - s - 1] / FACTORIAL[n] if s < n else 0.0 for s in range(PLAYERS)]
     for n in range(PLAYERS + 1)]
)  # fmt: skip


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def bit_count(mask):
    """Return how many players a mask holds."""
    count = 0
    while mask:
        count += 1
        mask &= mask - 1  # without its lowest player: the compiler knows this loop, and makes one instruction of it
    return count


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def perceived(v, known, i):
    """Return the Shapley value of player i in the game among the players of `known`, i included.

    phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (v(S + i) - v(S))
    """
    me = 1 << i
    others = known & ~me
    n = bit_count(others) + 1
    value, part = 0.0, others
    while True:  # every subset of the others, from all of them down to none
        value += ORDERS[n, bit_count(part)] * (v[part | me] - v[part])
        if part == 0:
            return value
        part = (part - 1) & others


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def shapley(v, m, out):
    """Write the exact Shapley value of each of the m players; they add up to v[everyone]."""
    for i in range(m):
        out[i] = perceived(v, (1 << m) - 1, i)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def shuffle(order, seed, uid, month, sub):
    """Put 0..m-1 in a random order (Fisher-Yates, one keyed draw a place, `sub` to `sub` + m - 2)."""
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        j = chance.below(seed, uid, month, d.SHAPLEY_SAMPLE, sub + order.size - 1 - i, i + 1)
        order[i], order[j] = order[j], order[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def sampled(v, rounds, seed, uid, month, order, out):
    """Write Shapley values estimated from `rounds` random orders, each with its rotations and their reverses.

    For games too large for `shapley`. In one order, a player gets what it adds to those before it, so every
    order hands out v[everyone]. Rotations give each player each place once, and reverses each pair both
    ways: games that count heads, and games of pairs, are exact after one round.
    """
    m = order.size
    for i in range(m):
        out[i] = 0.0
    for r in range(rounds):
        shuffle(order, seed, uid, month + r, 0)
        for turn in range(m):
            for way in (1, m - 1):  # stepping by m - 1 modulo m goes backwards
                mask, before, at = 0, v[0], turn
                for _ in range(m):
                    mask |= 1 << order[at]
                    out[order[at]] += (v[mask] - before) / (2.0 * m * rounds)
                    before, at = v[mask], (at + way) % m
    return out


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def tie_break(seed, uid, month, i):
    """Return the keyed number that ranks party i among equal remainders."""
    word, _, _, _ = chance.block(seed, uid, month, d.TIE_BREAK, i)
    return word


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def largest_remainder(amount, weight, seed, uid, month, out):
    """Cut `amount` cents in proportion to `weight`: whole parts, then a cent to the largest remainders.

    Equal remainders are ranked by a keyed draw, so that no party is favoured over the months. The parts add
    up to `amount` exactly. Returns the cents that could not be shared: all of them when no weight is above 0.
    """
    total, left = 0.0, amount
    for i in range(out.size):
        total += weight[i]
        out[i] = 0
    if not total > 0.0:
        return amount
    for i in range(out.size):
        out[i] = np.int64(math.floor(amount * (weight[i] / total)))
        left -= out[i]
    while left != 0:  # a rounding up of the quotas of a very large amount can leave less than nothing
        step = 1 if left > 0 else -1
        best, best_rest, best_rank = 0, -math.inf, np.uint64(0)
        for i in range(out.size):
            rest = step * (amount * (weight[i] / total) - out[i])
            rank = tie_break(seed, uid, month, i)
            if rest > best_rest or (rest == best_rest and rank > best_rank):
                best, best_rest, best_rank = i, rest, rank
        out[best] += step
        left -= step
    return left
