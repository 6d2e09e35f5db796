"""Societal innovation, in its first form: three phases, each with a gate that may refuse.

An innovation at work reaches the gate of its phase after some months and passes with a given probability;
refused, it works half a phase more before it tries again. Three gates passed: it is deployed.
Supports, risk zones and local reinvention are not modelled yet.

Numbers   parameters innovation
"""

from sim.kernels import projects as kernel
from sim.phases import phase


@phase(reads=("projects.kind", "projects.step"), writes=("projects.phase", "projects.phase_left"))
def pass_gates(world):
    """Let innovations at work try the gate of their phase."""
    p = world.state.projects
    kernel.pass_gates(
        p.state, p.kind, p.step, p.uid, p.territory, p.phase, p.phase_left, world.seed, world.month, world.terms,
        world.work.deployed,
    )  # fmt: skip
