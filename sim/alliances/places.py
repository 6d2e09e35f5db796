"""What a territory is, for alliances: its mix of communes and its maturity, which may hasten or slow set-ups.

Modes      residents live in communes of four sizes, to which the documents lend four ways of working (interpersonal,
           agile, entrepreneurial, by processes). No data ranks them: four coefficients of one law, symmetric around 0,
           act on the time of set-up by the excess of each class over the national mix.
Maturity   four levels, by alliances completed since the start per 1,000 residents. What it changes is not known: one
           coefficient, symmetric around 0, on the same time.

    ease = 1 - maturity_effect * (level - 1) / 3 - sum over classes of mode_k * (mix_k - national mix_k)
    set-up months = ease * months drawn

At coefficients 0 (the default) ease is 1, and levels are only recorded.

Numbers   parameters places
"""

import numpy as np

from sim.doors import given
from sim.kernels import places as kernel
from sim.phases import phase

MODES = ("interpersonal", "agile", "entrepreneurial", "processes")  # by size class of commune
# residents of France by size class of their commune, from the shipped table
NATIONAL_MIX = np.array((0.22, 0.38, 0.16, 0.24))
LEAST, MOST = 0.25, 4.0  # ease is never beyond


def begin(state):
    """Every territory starts at the first level, at ease 1."""
    state.territories.maturity[:] = 1
    state.territories.ease[:] = 1.0


@phase(
    reads=(
        "projects.end", "projects.ended", "projects.members_first", "projects.state", "projects.territory",
    ),
    writes=("territories.completed", "territories.maturity", "territories.ease"),
)  # fmt: skip
def ripen(world):
    """Count the alliances completed this month, and write level and ease for the projects of next month."""
    world.crew.beside(_month, world.month)  # who closes, who is born and who remembers do not look at places


@given(kernel.month)
def _month(world):
    p, place = world.state.projects, world.state.territories
    return (
        p.state, p.end, p.ended, p.members_first, p.territory, place.completed, world.work.residents,
        *world.from_values(laws), world.territory.commune_mix, NATIONAL_MIX, LEAST, MOST, place.maturity, place.ease,
    )  # fmt: skip


def laws(v: dict) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the levels of maturity, what they change, and what each mode changes."""
    modes = np.array([float(v[f"places.mode_{name}"]) for name in MODES])
    return np.asarray(v["places.maturity_levels"], float), float(v["places.maturity_effect"]), modes
