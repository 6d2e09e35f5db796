"""The same hot loop in what a user would pick instead: plain Mesa, AgentPy, NumPy, pandas; and in numba, as here.

A decision with ten acquaintances, as in sim/kernels/learning.py: each agent counts which of its ten acquaintances are
seen in an alliance; when their share is above its own threshold, its wish to ally moves up; those who wish enough are
seen next step. Every version is written as its own manual would, without tricks, and gives the same wishes to the bit.

AgentPy is not among the dependencies of the simulator: pip install 'territorial-alliances[bench]'.
"""

from collections.abc import Callable

import numpy as np
from numba import njit

from benchmarks.measuring import ROUNDS, Found, in_turn, tell

AGENTS, STEPS, NEIGHBOURS = 10_000, 5, 10
RATE, PULL, SEEN_ABOVE = 0.1, 0.6, 0.25


class Place:
    """Who knows whom, and what everybody starts with: the same for all."""

    def __init__(self, agents: int, neighbours: int = NEIGHBOURS):
        from sim.kernels import chance

        near = np.arange(1, neighbours // 2 + 1)
        ring = np.concatenate([-near, near])
        self.neighbour = (np.arange(agents)[:, None] + ring) % agents
        uniform = np.array([chance.uniform(1, i, 0, 0, 0) for i in range(2 * agents)])
        far = (uniform[:agents] * agents).astype(np.int64)
        self.neighbour[:, 0] = np.where(far == np.arange(agents), (far + 1) % agents, far)  # one of them anywhere
        self.disposition = uniform[:agents] - 0.5
        self.threshold = uniform[agents:] * 0.5


# vectorised NumPy


def numpy_wishes(place: Place, steps: int) -> Callable[[], np.ndarray]:
    """Return the loop in NumPy."""

    def run() -> np.ndarray:
        wish = place.disposition.copy()
        seen = wish > SEEN_ABOVE
        for _ in range(steps):
            share = seen[place.neighbour].sum(axis=1) / NEIGHBOURS
            wanted = place.disposition + np.where(share > place.threshold, PULL, 0.0)
            wish += RATE * (wanted - wish)
            seen = wish > SEEN_ABOVE
        return wish

    return run


# pandas


def pandas_wishes(place: Place, steps: int) -> Callable[[], np.ndarray]:
    """Return the loop in pandas: a table of agents and a table of ties, joined each step."""
    import pandas as pd

    n = len(place.disposition)
    ties = pd.DataFrame({"agent": np.repeat(np.arange(n), NEIGHBOURS), "neighbour": place.neighbour.reshape(-1)})

    def run() -> np.ndarray:
        agents = pd.DataFrame({"disposition": place.disposition, "threshold": place.threshold})
        agents["wish"] = agents["disposition"]
        agents["seen"] = (agents["wish"] > SEEN_ABOVE).astype(int)
        for _ in range(steps):
            seen = ties["neighbour"].map(agents["seen"])
            share = seen.groupby(ties["agent"]).sum() / NEIGHBOURS
            wanted = agents["disposition"] + PULL * (share > agents["threshold"])
            agents["wish"] += RATE * (wanted - agents["wish"])
            agents["seen"] = (agents["wish"] > SEEN_ABOVE).astype(int)
        return agents["wish"].to_numpy()

    return run


# plain Mesa 3


def mesa_wishes(place: Place, steps: int) -> Callable[[], np.ndarray]:
    """Return the loop in plain Mesa: agents with their lists of acquaintances, two stages a step."""
    import mesa

    class Organisation(mesa.Agent):
        def __init__(self, model, disposition, threshold):
            super().__init__(model)
            self.disposition, self.threshold, self.wish = disposition, threshold, disposition
            self.seen = disposition > SEEN_ABOVE
            self.neighbours = []

        def look(self):
            share = sum(other.seen for other in self.neighbours) / NEIGHBOURS
            wanted = self.disposition + (PULL if share > self.threshold else 0.0)
            self.wish += RATE * (wanted - self.wish)

        def show(self):
            self.seen = self.wish > SEEN_ABOVE

    class Alliances(mesa.Model):
        def __init__(self):
            super().__init__(seed=1)
            rows = [
                Organisation(self, d, t)
                for d, t in zip(place.disposition.tolist(), place.threshold.tolist(), strict=True)
            ]
            for row, others in zip(rows, place.neighbour.tolist(), strict=True):
                row.neighbours = [rows[j] for j in others]
            self.rows = rows

        def step(self):
            self.agents.do("look")
            self.agents.do("show")

    model = Alliances()

    def run() -> np.ndarray:
        for row in model.rows:
            row.wish, row.seen = row.disposition, row.disposition > SEEN_ABOVE
        for _ in range(steps):
            model.step()
        return np.array([row.wish for row in model.rows])

    return run


# AgentPy


def agentpy_wishes(place: Place, steps: int) -> Callable[[], np.ndarray]:
    """Return the loop in AgentPy."""
    import agentpy

    class Organisation(agentpy.Agent):
        def setup(self):
            self.disposition = self.threshold = self.wish = 0.0
            self.seen, self.neighbours = False, []

        def look(self):
            share = sum(other.seen for other in self.neighbours) / NEIGHBOURS
            wanted = self.disposition + (PULL if share > self.threshold else 0.0)
            self.wish += RATE * (wanted - self.wish)

        def show(self):
            self.seen = self.wish > SEEN_ABOVE

    class Alliances(agentpy.Model):
        def setup(self):
            self.agents = agentpy.AgentList(self, len(place.disposition), Organisation)
            rows = list(self.agents)
            for row, d, t, others in zip(
                rows, place.disposition.tolist(), place.threshold.tolist(), place.neighbour.tolist(), strict=True
            ):
                row.disposition, row.threshold, row.wish, row.seen = d, t, d, d > SEEN_ABOVE
                row.neighbours = [rows[j] for j in others]

        def step(self):
            self.agents.look()
            self.agents.show()

    model = Alliances()
    model.sim_setup(steps=steps)

    def run() -> np.ndarray:
        for row in model.agents:
            row.wish, row.seen = row.disposition, row.disposition > SEEN_ABOVE
        for _ in range(steps):
            model.step()
        return np.array([row.wish for row in model.agents])

    return run


# numba, as the kernels of the simulator


@njit(nogil=True, error_model="numpy")
def look(neighbour, seen, disposition, threshold, wish):
    """Move the wish of every agent by what it sees."""
    for i in range(wish.size):
        allied = 0
        for s in range(neighbour.shape[1]):
            allied += seen[neighbour[i, s]]
        wanted = disposition[i] + (PULL if allied / NEIGHBOURS > threshold[i] else 0.0)
        wish[i] += RATE * (wanted - wish[i])


@njit(nogil=True, error_model="numpy")
def show(wish, seen):
    """Write who is seen next step."""
    for i in range(wish.size):
        seen[i] = wish[i] > SEEN_ABOVE


def numba_wishes(place: Place, steps: int) -> Callable[[], np.ndarray]:
    """Return the loop as the simulator writes it: columns of narrow types and two kernels."""
    neighbour, seen = place.neighbour.astype(np.int32), np.zeros(len(place.disposition), np.uint8)

    def run() -> np.ndarray:
        wish = place.disposition.copy()
        show(wish, seen)
        for _ in range(steps):
            look(neighbour, seen, place.disposition, place.threshold, wish)
            show(wish, seen)
        return wish

    return run


PEERS: dict[str, tuple[Callable[[Place, int], Callable[[], np.ndarray]], str]] = {
    "numba, as this simulator": (numba_wishes, "numba"),
    "NumPy": (numpy_wishes, "numpy"),
    "pandas": (pandas_wishes, "pandas"),
    "Mesa": (mesa_wishes, "mesa"),
    "AgentPy": (agentpy_wishes, "agentpy"),
}


def versions(place: Place, steps: int) -> tuple[dict[str, Callable[[], np.ndarray]], dict[str, str]]:
    """Return the loop of every peer that is installed, and why the others are not here."""
    there, missing = {}, {}
    for name, (make, package) in PEERS.items():
        try:
            there[name] = make(place, steps)
        except ImportError as problem:
            missing[name] = f"not installed ({problem}): pip install 'territorial-alliances[bench]'; needs {package}"
    return there, missing


def measure(
    found: Found, names: set[str], *, full: bool = False, agents: int = AGENTS, steps: int = STEPS, rounds: int = ROUNDS
) -> None:
    """Time every version on one core, in turn, and check that all give the same wishes."""
    place = Place(agents)
    there, missing = versions(place, steps)
    tell(f"{agents:,} agents with ten acquaintances: {', '.join(there)}")
    expected = numba_wishes(place, steps)()
    same = {name: bool(np.array_equal(run(), expected)) for name, run in there.items()}
    times = in_turn(there, rounds)
    ours = sorted(times["numba, as this simulator"])[rounds // 2]
    found.beside["peers"] = {
        name: {
            "ns": 1e9 * sorted(taken)[rounds // 2] / (agents * steps),
            "times_ours": sorted(taken)[rounds // 2] / ours,
            "same_results": same[name],
            "version": version_of(PEERS[name][1]),
        }
        for name, taken in times.items()
    } | {name: {"ns": None, "why": why} for name, why in missing.items()}
    found.rows["peers"] = None
    found.notes["peers"] = f"{agents:,} agents, {steps} steps, median of {rounds} in turn, processor time of one thread"


def version_of(package: str) -> str:
    """Return the version of a package."""
    from importlib.metadata import version

    return version(package)
