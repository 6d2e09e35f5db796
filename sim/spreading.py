"""How a national line is spread over places so that places and lines both add up.

RAS       cells of places and lines are scaled by rows, then by columns, until each place has the total that it must
          have and each line is what it is over the nation. It keeps the ratios of ratios of what it starts from, and
          of all tables with these totals it is the one that says least beyond them.
Cents     each line is rounded to the cent by largest remainder; the few cents that a place then lacks come from the
          largest line, which gives and takes the same in all.
Beyond    laws of population, density and centre do not say where people live that work elsewhere. Towns nearby say more
          (`commuters`); what they leave unsaid is drawn for each place, once for all runs, as wide as in the census.

Numbers   parameters commuters, residential
"""

from typing import NamedTuple

import numpy as np

from sim.errors import ParameterError
from sim.kernels import accounts as kernel
from sim.kernels import initial
from sim.territory import france

MOST, CLOSE = 500, 1e-11  # rounds, and the largest gap of a place as a share of its total


class Choices(NamedTuple):
    """What says how places differ beyond the laws."""

    strength: float
    law: tuple[float, ...]
    reach: float
    own: float
    own_homes: float


class Balanced(NamedTuple):
    """Cents [place, line] that add up both ways, and how they came to."""

    name: str
    cells: np.ndarray
    factors: np.ndarray  # what each line was scaled by
    rounds: int
    gap: float  # before cents: the largest of a place, as a share of its total


def choices(values: dict) -> Choices:
    """Return the choices of a run."""
    return Choices(
        float(values["commuters.strength"]), tuple(values["commuters.law"].tolist()),
        float(values["commuters.reach"]), float(values["commuters.own"]), float(values["residential.own"]),
    )  # fmt: skip


def beyond_the_laws(chosen: Choices, jobs, workers, population, density, centre) -> tuple[np.ndarray, np.ndarray]:
    """Return what the 1,255 places have beyond the laws, as factors: of jobs, and of second homes."""
    rows = [row for _, row in sorted(france.epci().items())]
    main, lon, lat = (
        np.array([getattr(row, name) for row in rows], float) for name in ("main_population", "lon", "lat")
    )
    nearby, ratio, own = np.empty(len(rows)), np.empty(len(rows)), np.empty((2, len(rows)))
    kernel.draw_own(np.array([row.siren for row in rows], np.int64), population, own)
    factors = np.ones((2, len(rows)))
    if chosen.strength:
        kernel.pull(main, lon, lat, chosen.reach, nearby)
        initial.per_resident(np.array(chosen.law[:4]), population, density, centre, ratio)
        kernel.add_commuters(
            chosen.strength, chosen.law[4], chosen.own, nearby, own[0], jobs, workers, ratio, factors[0]
        )
    kernel.scale_by_own(chosen.own_homes, own[1], factors[1])
    return factors[0], factors[1]


def balanced(name: str, cells: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> Balanced:
    """Return whole cents that add up to `rows` in each place and to `columns` in each line, to the cent.

    Never more than a few cents a place are moved after rounding. Raise where the totals cannot be met.
    """
    if int(rows.sum()) != int(columns.sum()):
        raise ParameterError(f"The table of {name} cannot balance: places and lines do not have the same total.")
    exact, factors, said = cells.astype(float), np.empty(columns.size), np.zeros(2)
    kernel.balance(rows.astype(float), columns.astype(float), MOST, CLOSE, exact, factors, said)
    rounds, gap = int(said[0]), float(said[1])
    if gap > CLOSE:
        raise ParameterError(
            f"The table of {name} does not balance: after {rounds} rounds a place is {gap:.1e} of its total away.\n"
            f"  Lines of sim/parameters/budget.yaml at zero may leave nobody to pay what a place must pay."
        )
    out = np.stack([whole_cents(int(columns[j]), exact[:, j]) for j in range(columns.size)], axis=1)
    out[:, int(np.argmax(columns))] += rows - out.sum(axis=1)
    if out.min() < 0:
        raise ParameterError(f"The table of {name} is too small: a place would pay less than nothing.")
    return Balanced(name, out, factors, rounds, gap)


def whole_cents(total: int, cells: np.ndarray) -> np.ndarray:
    """Return `cells` in whole cents that add up to `total`: a cent more to the largest remainders."""
    out = np.floor(cells).astype(np.int64)
    left = total - int(out.sum())
    extra, rest = divmod(left, cells.size)
    out += extra
    out[np.argsort(out - cells, kind="stable")[:rest]] += 1
    return out


def balance_like(found: Balanced, cells: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return cells of other places, scaled as the lines of the nation were, adding up to `rows` to the cent."""
    scaled = cells * found.factors
    total = scaled.sum(axis=1, keepdims=True)
    exact = scaled * np.divide(rows[:, None], total, out=np.zeros_like(total), where=total > 0)
    return np.array([whole_cents(int(row), part) for row, part in zip(rows, exact, strict=True)])
