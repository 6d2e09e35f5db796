"""The splitting kernels agree with their naive twins; no cent is lost, none is made."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numba import njit

from sim.kernels import rows, split, units
from tests import naive
from tests.compare import agree

SETTINGS = settings(deadline=None, derandomize=True, max_examples=150)
CENTS = st.integers(-(2**50), 2**50)
WEIGHTS = st.lists(st.one_of(st.just(0), st.integers(1, 2**40)), max_size=12)


def by_running_weight(total, weight, dtype=np.int64):
    out = np.full(len(weight) + 2, -7, np.int64)
    padded = np.array([5, *weight, 5], dtype)
    left = split.by_running_weight(total, padded, 1, len(weight) + 1, out)
    assert out[0] == out[-1] == -7, "rows outside the range were written"
    return out[1:-1].tolist(), left


@SETTINGS
@given(CENTS, WEIGHTS)
@example(100, [])
@example(100, [0, 0])
@example(-5, [1, 1])
@example(2**50, [1, 2**40, 1, 0])
def test_by_running_weight(total, weight):
    parts, left = by_running_weight(total, weight)
    assert (parts, left) == naive.split.by_running_weight(total, weight)
    assert sum(parts) + left == total
    assert all(part * total >= 0 for part in parts), "a part has the other sign"
    assert all(part == 0 for part, w in zip(parts, weight, strict=True) if w == 0)


@SETTINGS
@given(st.integers(-(2**31) + 1, 2**31 - 1), WEIGHTS)
def test_small_parts_are_cut_as_large_ones(total, weight):
    whole, half = np.zeros(len(weight), np.int64), np.zeros(len(weight), np.int32)
    left = [split.by_running_weight(total, np.array(weight, float), 0, len(weight), out) for out in (whole, half)]
    assert whole.tolist() == half.tolist()
    assert left[0] == left[1]


@SETTINGS
@given(st.integers(0, 10**15), st.lists(st.floats(0, 1e9), min_size=1, max_size=12))
def test_by_running_weight_with_weights_that_are_not_whole(total, weight):
    parts, left = by_running_weight(total, weight, float)
    assert sum(parts) + left == total
    assert min(parts) >= 0
    if sum(weight) > 0:
        quotas = [total * (w / sum(weight)) for w in weight]
        assert all(abs(p - q) <= 1 + 1e-12 * total for p, q in zip(parts, quotas, strict=True))


@SETTINGS
@given(CENTS, st.lists(st.integers(0, 2**30).map(lambda n: n / 8), max_size=40), st.integers(0, 40), st.integers(0, 3))
@example(100, [0.0, 0.0], 1, 2)
@example(2**50, [1.0] * 40, 33, 0)
@example(-5, [1.0, 1.0, 0.0], 1, 1)
def test_sums_are_cut_in_two_blocks_as_in_one(total, weight, cut, start):
    weights, stop = np.array([7.0] * start + weight + [7.0]), start + len(weight)
    agree(split.last_with_weight, naive.split.last_with_weight, (weights, start, stop))
    last = int(split.last_with_weight(weights, start, stop))
    if last < start:
        return
    out, whole, given, cut = np.full(stop + 1, 5.0).view(np.int64), 0.0, 0, min(start + cut, last)
    for first, end in ((start, cut), (cut, last + 1)):
        block = whole, weights[first:].copy(), first, first, end, out.view(float)
        agree(split.add_up, naive.split.add_up, block)
        whole = split.add_up(*block)
    for first, end in ((start, cut), (cut, last)):
        block = total, total / whole, given, first, end, out
        agree(split.cut_sums, naive.split.cut_sums, block)
        given = int(split.cut_sums(*block))
    out[last] = total - given
    parts, _ = by_running_weight(total, weight, float)
    assert out[start : last + 1].tolist() == parts[: last + 1 - start] and not any(parts[last + 1 - start :])


@SETTINGS
@given(st.integers(0, 2**50), st.lists(st.tuples(st.integers(0, 2**30), st.integers(0, 2**45)), max_size=12))
@example(100, [(1, 10), (1, 200)])
@example(2**50, [(1, 5), (7, 5)])
@example(3, [(1, 1), (1, 1), (1, 1)])
def test_within(total, lines):
    weight, room = (np.array([5, *(line[k] for line in lines), 5], np.int64) for k in (0, 1))
    out = np.full(len(lines) + 2, -7, np.int64)
    left = split.within(total, weight, room, 1, len(lines) + 1, out)
    parts = out[1:-1].tolist()
    assert (parts, left) == naive.split.within(total, [w for w, _ in lines], [r for _, r in lines])
    assert out[0] == out[-1] == -7, "rows outside the range were written"
    assert sum(parts) + left == total, "a cent was lost or made"
    assert all(0 <= part <= most for part, (_, most) in zip(parts, lines, strict=True))
    full = sum(most for w, most in lines if w > 0)
    assert left == max(0, total - full), "somebody still had room"


@njit
def gone_through(start, stop):
    return [np.int64(i) for i in rows.between(start, stop)]


@SETTINGS
@given(st.integers(0, 20), st.integers(0, 20))
def test_rows_between(start, stop):
    assert gone_through(start, stop) == list(naive.rows.between(start, stop))


@SETTINGS
@given(st.lists(st.integers(0, 1), max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_somebody_lives_in_a_segment(alive, start, stop):
    start, stop = sorted((min(start, len(alive)), min(stop, len(alive))))
    segment = np.array([[0, 0], [start, stop]], np.int64)
    agree(rows.anybody, naive.rows.anybody, (segment, 1, np.array(alive, np.uint8)))


@SETTINGS
@given(st.one_of(st.floats(0, 2.0**45), st.integers(0, 10**9).map(lambda n: n + 0.5)))
def test_the_nearest_whole_number(x):
    assert units.nearest(x) == naive.units.nearest(x)
