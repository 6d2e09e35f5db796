"""The public names of the simulator of territorial alliances, each loaded when it is first used.

`import sim` loads neither Mesa, pandas, SciPy nor numba: a sweep starts fast, and a notebook pays for what it uses.
"""

import importlib
import os

# A vector math library would give other bits than Python's own; set before anything imports numba.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

__version__ = "0.1.0"

_HOMES = {
    "Parameters": "sim.parameters",
    "Result": "sim.results",
    "RunConfig": "sim.config",
    "Scenario": "sim.scenarios",
    "Territory": "sim.territory",
    "TerritoryModel": "sim.model",
    "World": "sim.engine",
    "explain": "sim.glossary",
    "load_parameters": "sim.parameters",
    "load_scenario": "sim.scenarios",
    "load_territory": "sim.territory",
    "run": "sim.running",
    "verdict": "sim.lab.verdict:run_verdict",  # the module has the name already
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'; it has {', '.join(sorted(_HOMES))}")
    home, _, renamed = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(home), renamed or name)
    globals()[name] = value  # the next look-up finds it without asking
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
