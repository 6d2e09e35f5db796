"""Chance of the twin: the same keyed draws as the kernels', made in Python or made before the clock starts.

A draw is named by who it is about, the month, the decision and a number that tells several draws apart.
"""

import math
from collections.abc import Iterable

LOW = 0xFFFFFFFF
RANGE = 4294967296.0  # of one word


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of one block of Philox4x32-10."""
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & LOW, (p0 >> 32) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + 0x9E3779B9) & LOW, (k1 + 0xBB67AE85) & LOW
    return c0, c1, c2, c3


class Philox:
    """Draws made when they are asked for."""

    def __init__(self, seed: int):
        self.low, self.high = seed & LOW, seed >> 32

    def block(self, uid: int, month: int, decision: int, sub: int) -> tuple[int, int, int, int]:
        """Return the four words of a decision."""
        return philox(uid & LOW, uid >> 32, month & LOW, decision * 256 + sub, self.low, self.high)

    def word(self, uid: int, month: int, decision: int, sub: int) -> int:
        """Return an integer below 2^32."""
        return self.block(uid, month, decision, sub)[0]

    def second(self, uid: int, month: int, decision: int) -> int:
        """Return the second word of a block, below 2^32."""
        return self.block(uid, month, decision, 0)[1]

    def halves(self, uid: int, month: int, decision: int) -> int:
        """Return the sum of the four halves of the last two words of a block."""
        _, _, c, d = self.block(uid, month, decision, 0)
        return (c >> 16) + (c & 0xFFFF) + (d >> 16) + (d & 0xFFFF)

    def uniform(self, uid: int, month: int, decision: int, sub: int) -> float:
        """Return a number in [0, 1) of 53 bits."""
        a, b, _, _ = self.block(uid, month, decision, sub)
        return ((a >> 5) * 67108864.0 + (b >> 6)) / 9007199254740992.0

    def normal(self, uid: int, month: int, decision: int, sub: int) -> float:
        """Return a standard normal."""
        a, b, c, d = self.block(uid, month, decision, sub)
        u = ((a >> 5) * 67108864.0 + (b >> 6) + 1.0) / 9007199254740993.0
        v = ((c >> 5) * 67108864.0 + (d >> 6)) / 9007199254740992.0
        return math.sqrt(-2.0 * math.log(u)) * math.cos(6.283185307179586 * v)

    def happens(self, uid: int, month: int, decision: int, sub: int, probability: float) -> bool:
        """Return True with a probability."""
        return self.word(uid, month, decision, sub) < probability * RANGE

    def below(self, uid: int, month: int, decision: int, sub: int, n: int) -> int:
        """Return an integer in 0..n-1."""
        return self.word(uid, month, decision, sub) * n >> 32


class Recorder:
    """Draws made when they are asked for, and kept in that order, so that the same run can be made with ready draws."""

    def __init__(self, seed: int):
        self.source, self.kept = Philox(seed), []

    def _keep(self, drawn):
        self.kept.append(drawn)
        return drawn

    def block(self, uid, month, decision, sub):
        """See Philox."""
        return self._keep(self.source.block(uid, month, decision, sub))

    def word(self, uid, month, decision, sub):
        """See Philox."""
        return self._keep(self.source.word(uid, month, decision, sub))

    def second(self, uid, month, decision):
        """See Philox."""
        return self._keep(self.source.second(uid, month, decision))

    def halves(self, uid, month, decision):
        """See Philox."""
        return self._keep(self.source.halves(uid, month, decision))

    def uniform(self, uid, month, decision, sub):
        """See Philox."""
        return self._keep(self.source.uniform(uid, month, decision, sub))

    def normal(self, uid, month, decision, sub):
        """See Philox."""
        return self._keep(self.source.normal(uid, month, decision, sub))

    def happens(self, uid, month, decision, sub, probability):
        """See Philox."""
        return self.word(uid, month, decision, sub) < probability * RANGE

    def below(self, uid, month, decision, sub, n):
        """See Philox."""
        return self.word(uid, month, decision, sub) * n >> 32


class Ready:
    """Draws made before: the next one of a list, which a Recorder made in the same run. No cheaper chance exists."""

    def __init__(self, drawn: Iterable):
        self.next = iter(drawn).__next__

    def block(self, uid, month, decision, sub):
        """See Philox."""
        return self.next()

    word = uniform = normal = block

    def second(self, uid, month, decision):
        """See Philox."""
        return self.next()

    halves = second

    def happens(self, uid, month, decision, sub, probability):
        """See Philox."""
        return self.next() < probability * RANGE

    def below(self, uid, month, decision, sub, n):
        """See Philox."""
        return self.next() * n >> 32
