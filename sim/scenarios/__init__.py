"""What can be changed: policies and shocks, as dated changes of parameters with reasons; a library of named ones."""

from sim.scenarios.library import list_scenarios, load_scenario
from sim.scenarios.scenario import Scenario, combine

__all__ = ["Scenario", "combine", "list_scenarios", "load_scenario"]
