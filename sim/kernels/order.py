"""How kernels put rows in order.

np.argsort would do, but it brings a dozen functions of numba into each kernel that sorts: a tenth of all that a first
run compiles.
"""

import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy", cache=True)
def by_key(rows, keys):
    """Put `rows` in the order of keys[row]; those of one key stay in the order that they had."""
    merged, sorted_by = np.empty(rows.size, np.int64), 1
    while sorted_by < rows.size:
        for start in range(0, rows.size, 2 * sorted_by):
            left, right = start, min(start + sorted_by, rows.size)
            middle, end = right, min(right + sorted_by, rows.size)
            for at in range(start, end):
                if left < middle and (right == end or keys[rows[left]] <= keys[rows[right]]):
                    merged[at] = rows[left]
                    left += 1
                else:
                    merged[at] = rows[right]
                    right += 1
        for at in range(rows.size):
            rows[at] = merged[at]
        sorted_by *= 2
