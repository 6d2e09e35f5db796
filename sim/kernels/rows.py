"""How kernels go through rows.

Python counts a negative index from the end, and numba looks at the sign of every index that it cannot prove to be
positive. In a loop between two numbers read from a table it proves nothing: it then tests the index of each array of
each row, and the processor cannot take several rows at once. Unsigned numbers have no sign to test: six times as fast
where the work is to add up.

    for i in between(start, stop): ...      i is an index and nothing else: uint64 + int64 is a float in numba
"""

import numpy as np
from numba import njit


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def between(start, stop):
    """Return the rows start..stop-1, start >= 0."""
    return range(np.uint64(start), np.uint64(max(start, stop)))
