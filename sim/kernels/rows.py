"""How kernels go through rows.

Python counts a negative index from the end, and numba looks at the sign of every index that it cannot prove to be
positive. In a loop between two numbers read from a table it proves nothing: it then tests the index of each array of
each row, and the processor cannot take several rows at once. Unsigned numbers have no sign to test: six times as fast
where the work is to add up.

    for i in between(start, stop): ...      i is an index and nothing else: uint64 + int64 is a float in numba
"""

import numpy as np
from numba import njit

BLOCK = 512  # words of eight bytes


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def between(start, stop):
    """Return the rows start..stop-1, start >= 0."""
    return range(np.uint64(start), np.uint64(max(start, stop)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def note(column, row, amount):
    """Add to a row of a column that strict mode alone compares with what it explains: elsewhere it has no rows."""
    if column.size:
        column[row] += amount


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def anybody(segment, t, alive):
    """Return whether one row of the segment of territory t lives."""
    for i in between(segment[t, 0], segment[t, 1]):
        if alive[i]:
            return True
    return False


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def clear(words, layout, first, last):
    """Set rows first..last-1 of some columns to 0. Most rows are 0 already: what is only read is half of the work.

    `words` is the memory of a table, `layout` the first byte of each column and the bytes of a row. All rows of a
    column are to be cleared, in any parts: the ends of a part may share a word of memory with the next.
    """
    for c in range(layout.shape[0]):
        start, width = layout[c, 0], layout[c, 1]
        end = (start + last * width + 7) // 8
        for word in range((start + first * width) // 8, end, BLOCK):
            part, found = words[word : min(end, word + BLOCK)], np.uint64(0)
            for i in range(part.size):
                found |= part[i]
            if found != 0:
                part[:] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def clear_whole(tables):
    """Set all rows of some columns of small tables to 0: (words, layout, rows) of each."""
    for words, layout, rows in tables:
        clear(words, layout, 0, rows)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def wipe(memory, layout, rows, first, last):
    """Set rows[first..last-1] of some columns to 0; `memory` in bytes, `layout` as above."""
    for c in range(layout.shape[0]):
        start, width = layout[c, 0], layout[c, 1]
        for at in range(first, last):
            row = start + rows[at] * width
            memory[row : row + width] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def wipe_own(memory, layout, rows, own, first, last):
    """Do the same in a table of which rows[first..last-1] of another each have the row `own`, or none (0)."""
    for c in range(layout.shape[0]):
        start, width = layout[c, 0], layout[c, 1]
        for at in range(first, last):
            row = own[rows[at]]
            if row > 0:
                memory[start + row * width : start + (row + 1) * width] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def close_gaps(column, cuts, found):
    """Put together what blocks have listed, found[block] numbers from place cuts[block, 0] on; return how many."""
    n = np.int64(0)
    for block in range(cuts.shape[0]):
        first = cuts[block, 0]
        for at in range(found[block]):
            column[n + at] = column[first + at]
        n += found[block]
    return n
