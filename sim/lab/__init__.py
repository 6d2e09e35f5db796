"""Studies: designs, paired worlds, estimators, controls, and verdicts on registered claims."""

import importlib


def __getattr__(name: str):
    """Load the verdict machinery only when somebody asks for a verdict."""
    if name not in ("verdict", "run_verdict"):
        raise AttributeError(f"module 'sim.lab' has no attribute '{name}'")
    return importlib.import_module("sim.lab.verdict").run_verdict
