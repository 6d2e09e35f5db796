"""Kernels of mandates: who is replaced, what is forgotten, what new leaders want."""

import numpy as np
from numba import njit

from sim.kernels import chance, units
from sim.kernels import decisions as d

PUBLIC_ACTION = 0
CHANGES, LEAVES = (
    0,
    16,
)  # numbers of the draw: whether leaders change; whether they leave the project in slot k (16 + k)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def replace(alive, model, uid, seed, month, renewal, changed):
    """Mark the public actors whose leaders change; return how many they are."""
    n = 0
    for i in range(alive.size):
        changed[i] = 0
        if alive[i] and model[i] == PUBLIC_ACTION and chance.happens(seed, uid[i], month, d.MANDATE, CHANGES, renewal):
            changed[i] = 1
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def forget(alive, births, neighbour, generation, memory, kept, broken, changed, left):
    """Leave the share `left` of what replaced leaders remember, and of what others remember of them."""
    share = np.float32(left)
    for i in range(alive.size):
        row = memory[i]
        if not alive[i] or row == 0:
            continue
        for s in range(neighbour.shape[1]):
            j = np.int64(neighbour[i, s])
            if j >= 0 and (changed[i] or (generation[i, s] == births[j] and changed[j])):
                kept[row, s] *= share
                broken[row, s] *= share


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def want(uid, seed, month, mean, sd, changed, disposition):
    """Draw what new leaders want of alliances, by the law of the start; desire will tend to it."""
    for i in range(changed.size):
        if changed[i]:
            drawn = mean + sd * chance.normal(seed, uid[i], month, d.NEW_OFFICIAL, 0)
            disposition[i] = units.in_words(min(1.0, max(-1.0, drawn)))
