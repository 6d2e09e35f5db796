"""Stratified draws: a Latin hypercube in which every parameter has its own key.

Hashes, not a generator: the same numbers with any version of NumPy, and no parameter moves another one's draws.
"""

import hashlib
from functools import lru_cache

BITS = 53  # of a double


def keyed(text: str) -> int:
    """Return an integer of 53 bits that depends on the text only."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> (64 - BITS)


@lru_cache(maxsize=1024)
def strata(name: str, of: int, seed: int) -> tuple[int, ...]:
    """Return the order in which one parameter visits its `of` strata."""
    return tuple(sorted(range(of), key=lambda stratum: (keyed(f"stratum/{seed}/{of}/{name}/{stratum}"), stratum)))


def position(name: str, index: int, of: int, seed: int) -> float:
    """Return where draw `index` falls in the law of a parameter, in [0, 1)."""
    within = keyed(f"within/{seed}/{of}/{name}/{index}") / 2**BITS
    return min((strata(name, of, seed)[index] + within) / of, 1 - 2**-BITS)
