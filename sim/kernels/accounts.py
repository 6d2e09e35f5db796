"""Kernels of the ledger: what each model of each territory holds, in cents."""

import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy", cache=True)
def add_by_model(amount, model, territory, out):
    """Add `amount[i]` to out[territory[i], model[i]] (int64: the order of rows cannot matter)."""
    for i in range(amount.size):
        out[territory[i], np.int64(model[i])] += amount[i]


@njit(nogil=True, error_model="numpy", cache=True)
def add_by_territory(amount, territory, out):
    """Add `amount[i]` to out[territory[i]]."""
    for i in range(amount.size):
        out[territory[i]] += amount[i]
