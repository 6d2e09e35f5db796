"""Whole numbers: the nearest to an amount; the parts in which columns keep traits, a byte for one between 0 and 1, a
word for one between -1 and 1.
"""

import math

import numpy as np
from numba import njit

BYTE = 1.0 / 255.0  # 255 times this is 1 to the bit
WORD = 1.0 / 32767.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def nearest(x):
    """Return x >= 0 rounded to the nearest integer, halves up."""
    return np.int64(math.floor(x + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def in_bytes(x):
    """Return the 255ths nearest to x, 0 <= x <= 1."""
    return np.uint8(math.floor(255.0 * x + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def in_words(x):
    """Return the 32,767ths nearest to x, -1 <= x <= 1."""
    return np.int16(math.floor(32767.0 * x + 0.5))
