"""Keyed chance: Philox4x32-10, a pure function of (seed, uid, month, decision).

Nothing is stored and nothing advances, so adding an agent, a policy or a module
moves no other draw, and order and threads cannot matter.

Key      = seed (low, high 32 bits)
Counter  = (uid low, uid high, month, decision * 256 + sub)
Source   Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
         SC11 (2011); the known answers of their Random123 are in tests/test_chance.py.
"""

import math

import numpy as np
from numba import njit

from sim.kernels.rows import between

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_16, _HALF = np.uint64(16), np.uint64(0xFFFF)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four 32-bit words (as uint64) of one Philox4x32-10 block."""
    c0, c1, c2, c3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    k0, k1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def block(seed, uid, month, decision, sub):
    """Return four words for one decision of one agent in one month; `sub` tells several draws apart (0..255)."""
    s, u = np.uint64(seed), np.uint64(uid)
    word = np.uint64(np.int64(decision) * np.int64(256) + np.int64(sub))
    return philox(u & _LOW, u >> _32, np.uint64(month) & _LOW, word, s & _LOW, s >> _32)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def blocks(seed, uid, decision, words, month, first, last):
    """Draw one block for every row first..last-1: words = (the first word, the second, the four halves of the other
    two added up), columns of uint32.

    For decisions of all organisations: in a loop without branches, eight rows are drawn at once, four times faster.
    """
    one, two, rest = words
    low, high = np.uint64(seed) & _LOW, np.uint64(seed) >> _32
    when, what = np.uint64(month) & _LOW, np.uint64(np.int64(decision) * np.int64(256))
    for i in between(first, last):
        c0, c1, c2, c3, k0, k1 = uid[i] & _LOW, uid[i] >> _32, when, what, low, high
        for _ in range(10):
            p0, p1 = _M0 * c0, _M1 * c2
            c0, c1, c2, c3 = ((p1 >> _32) ^ c1 ^ k0) & _LOW, p1 & _LOW, ((p0 >> _32) ^ c3 ^ k1) & _LOW, p0 & _LOW
            k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
        one[i], two[i] = np.uint32(c0), np.uint32(c1)
        rest[i] = np.uint32((c2 >> _16) + (c2 & _HALF) + (c3 >> _16) + (c3 & _HALF))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def several(seed, uid, month, what, n, words):
    """Draw the first n blocks of one agent in a month: words[0..3, block]; `what` says for each decision * 256 + sub.

    For many draws of one decision, before it is known which of them count: eight are made at once, as in `blocks`.
    """
    low, high = np.uint64(seed) & _LOW, np.uint64(seed) >> _32
    first, second, when = np.uint64(uid) & _LOW, np.uint64(uid) >> _32, np.uint64(month) & _LOW
    for i in between(0, n):
        c0, c1, c2, c3, k0, k1 = first, second, when, what[i], low, high
        for _ in range(10):
            p0, p1 = _M0 * c0, _M1 * c2
            c0, c1, c2, c3 = ((p1 >> _32) ^ c1 ^ k0) & _LOW, p1 & _LOW, ((p0 >> _32) ^ c3 ^ k1) & _LOW, p0 & _LOW
            k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
        words[0, i], words[1, i], words[2, i], words[3, i] = c0, c1, c2, c3


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def as_uniform(a, b):
    """Return two words as a uniform double in [0, 1) with 53 random bits."""
    return (np.float64(a >> np.uint64(5)) * 67108864.0 + np.float64(b >> np.uint64(6))) / 9007199254740992.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def uniform(seed, uid, month, decision, sub):
    """Return one uniform double in [0, 1) with 53 random bits (two words)."""
    a, b, _, _ = block(seed, uid, month, decision, sub)
    return as_uniform(a, b)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def happens(seed, uid, month, decision, sub, probability):
    """Return True with the given probability (one word: resolution 2^-32)."""
    a, _, _, _ = block(seed, uid, month, decision, sub)
    return np.float64(a) < probability * 4294967296.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def as_below(a, n):
    """Return a word as an integer in 0..n-1."""
    return np.int64((a * np.uint64(n)) >> _32)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def below(seed, uid, month, decision, sub, n):
    """Return an integer in 0..n-1 (n < 2^31; bias below n / 2^32)."""
    a, _, _, _ = block(seed, uid, month, decision, sub)
    return as_below(a, n)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def as_normal(a, b, c, d):
    """Return four words as a standard normal (Box-Muller)."""
    u = (np.float64(a >> np.uint64(5)) * 67108864.0 + np.float64(b >> np.uint64(6)) + 1.0) / 9007199254740993.0
    return math.sqrt(-2.0 * math.log(u)) * math.cos(6.283185307179586 * as_uniform(c, d))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def normal(seed, uid, month, decision, sub):
    """Return one standard normal (Box-Muller on the four words of one block)."""
    a, b, c, d = block(seed, uid, month, decision, sub)
    return as_normal(a, b, c, d)
