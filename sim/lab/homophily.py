"""H11: do links join organisations of the same size more than of the same kind?

Coleman's index of a group structure: (share of links within a group - share that chance gives) / (1 - that share).
Chance is what the very same ends give when they are paired at random (configuration model), so that a group with many
members, or many links, is not taken for a preference.
"""

import numpy as np

REWIRINGS = 1000
WITHIN = 0.02  # gap between places below which size is followed alike everywhere


def index(within: float, by_chance: float) -> float:
    """Return Coleman's index: 0 by chance alone, 1 when every link is within a group, negative when they avoid it."""
    return (within - by_chance) / (1 - by_chance) if by_chance < 1 else float("nan")


def by_chance(ends: np.ndarray, chance: np.random.Generator, rewirings: int = REWIRINGS) -> float:
    """Return the share of links within a group when the ends of all links are paired at random."""
    stubs, found = ends.ravel().copy(), []
    for _ in range(rewirings):
        chance.shuffle(stubs)
        pairs = stubs.reshape(-1, 2)
        found.append(float(np.mean(pairs[:, 0] == pairs[:, 1])))
    return float(np.mean(found))


def coleman(ends: np.ndarray, chance: np.random.Generator, rewirings: int = REWIRINGS) -> float:
    """Return Coleman's index of links given as the groups of their two ends [link, 2]."""
    ends = np.asarray(ends)
    if len(ends) == 0:
        return float("nan")
    return index(float(np.mean(ends[:, 0] == ends[:, 1])), by_chance(ends, chance, rewirings))


def of_counts(counts: np.ndarray) -> float:
    """Return Coleman's index of a table of links by the groups of their ends [group, group].

    Chance has a closed form there: two ends drawn without replacement from all of them.
    """
    both = np.asarray(counts, float)
    ends = both.sum(axis=0) + both.sum(axis=1)
    total = ends.sum()
    if total < 2 * 2:
        return float("nan")
    chance = float((ends * (ends - 1)).sum() / (total * (total - 1)))
    return index(float(np.trace(both) / both.sum()), chance)


def of_links(sums, by: str | None = None) -> float:
    """Return the index by size less that by kind (or one of the two) from what a run counted of links.

    A run counts links between allied organisations, those whose two ends share a size (a kind), and those that chance
    would give with the same ends.
    """
    found = {}
    for name in ("size", "model") if by is None else (by,):
        every = sums["links_all"]
        if every <= 0:
            return float("nan")
        found[name] = index(sums[f"links_{name}"] / every, sums[f"links_{name}_chance"] / every)
    return found["size"] - found["model"] if by is None else found[by]


def by_place(large, small) -> float:
    """Return how much more links follow size in a large place than in a small one (size of actor x of place)."""
    return of_links(large, "size") - of_links(small, "size")


def same_everywhere(large, small) -> float:
    """Return 1 when the two are within 0.02 of each other: as good as no interaction."""
    gap = by_place(large, small)
    return float(abs(gap) <= WITHIN) if np.isfinite(gap) else float("nan")


def size_less_model(sizes: np.ndarray, models: np.ndarray) -> float:
    """Return the index by size less the index by kind, from two tables of the same links."""
    return of_counts(sizes) - of_counts(models)
