"""Rows are put in the order of their keys, and those of one key stay in theirs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels import order
from tests import naive

KEYS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=70)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(KEYS, st.randoms())
def test_rows_by_key(keys, luck):
    rows = list(range(len(keys)))
    luck.shuffle(rows)
    for n in (len(rows), len(rows) // 2):  # also some of them
        found = np.array(rows, np.int64)
        order.by_key(found[:n], np.array(keys, np.uint64))
        assert found.tolist() == naive.order.by_key(rows[:n], keys) + rows[n:]
