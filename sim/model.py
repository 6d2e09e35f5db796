"""TerritoryModel: the simulator as Mesa sees it. A facade on sim/engine.py, never needed by a run.

Agents are made when somebody looks: `model.agents` is a set of rows, and each row becomes a window on the columns.
To change what agents do, insert a phase in the schedule; to change the course of a run, write a scenario.
"""

import copy
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, MutableSet, Sequence
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.agents import (
    engagement_economy,
    financial_economy,
    knowledge_economy,
    persons,
    productive_economy,
    public_action,
    public_services,
)
from sim.agents.windows import Window, column
from sim.errors import InputError, RunError

try:
    from mesa.agentset import GroupBy  # Mesa 3.5
except ImportError:
    from mesa.agent import GroupBy

AGENT_REPORTERS_MOST = 200_000  # rows; France would make six million tuples a month


class MesaWindow(mesa.Agent):
    """What a window needs to be a Mesa agent; it is neither registered nor numbered by Mesa."""

    def __init__(self, model: "TerritoryModel", row: int):
        # Not super().__init__: it would register the agent, and Mesa 3.3 then keeps every model alive for ever.
        Window.__init__(self, model.world.state, row)
        vars(self).update(model=model, pos=None)

    def remove(self):
        """Refuse: organisations close in the phase `life.close`."""
        raise AttributeError("agents are born and close in the phases of sim/agents/life.py; not by hand")

    @classmethod
    def create_agents(cls, model, n, *args, **kwargs):
        """Refuse: the agents of a territory come from its population."""
        raise AttributeError("agents come from the population of their territory, and from births; not by hand")


def _mesa_class(kind: type[Window]) -> type[MesaWindow]:
    return type(kind.__name__, (MesaWindow, kind), {"__doc__": kind.__doc__, "__module__": __name__})


AGENTS = tuple(
    _mesa_class(kind)
    for kind in (
        public_action.PublicAction,
        persons.Persons,
        productive_economy.ProductiveEconomy,
        financial_economy.FinancialEconomy,
        knowledge_economy.KnowledgeEconomy,
        public_services.PublicServices,
        engagement_economy.EngagementEconomy,
    )
)
PublicAction, Persons, ProductiveEconomy, FinancialEconomy, KnowledgeEconomy, PublicServices, EngagementEconomy = AGENTS


class RowSet(MutableSet, Sequence):
    """An AgentSet of rows: what it holds are numbers, and an agent lasts as long as somebody keeps it.

    A row of the organisations has its own number; those of the cohorts come after the last organisation.
    `rows` is an array, or a function that finds the rows of today.
    """

    def __init__(self, model: "TerritoryModel", rows: np.ndarray | Callable[[], np.ndarray]):
        self.model, self.random = model, model.random
        self._keep(rows)

    def _keep(self, rows) -> "RowSet":
        self._live = rows if callable(rows) else None
        if not callable(rows):
            self._kept = np.asarray(rows, np.int64)
            self._names = self.model.names(self._kept)
        return self

    @property
    def rows(self) -> np.ndarray:
        """Rows of the set; those of organisations that have closed since it was made have left it."""
        if self._live is not None:
            return self._live()
        return self._kept[self.model.alive(self._kept) & (self.model.names(self._kept) == self._names)]

    def __len__(self) -> int:
        return self.rows.size

    def __iter__(self) -> Iterator[MesaWindow]:
        return map(self.model.agent, self.rows)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, MesaWindow) and agent.model is self.model and self.model.row(agent) in self.rows

    def __getitem__(self, item: int | slice) -> MesaWindow | list[MesaWindow]:
        rows = self.rows[item]
        return [self.model.agent(row) for row in rows] if isinstance(item, slice) else self.model.agent(rows)

    # reading

    def column(self, name: str) -> np.ndarray | None:
        """Return one value per row in 64 bits, or None when `name` is not a column of every agent of the set."""
        rows, model = self.rows, self.model
        persons = rows >= model.first_cohort
        parts = []
        for table, kind, mine, first in (
            (model.world.state.organisations, PublicAction, ~persons, 0),
            (model.world.state.cohorts, Persons, persons, model.first_cohort),
        ):
            if mine.any():
                read = kind.uid if name == "unique_id" else getattr(kind, name, None)
                if not isinstance(read, column):
                    return None
                values = read.shown(table.__dict__[read.name][rows[mine] - first])
                parts.append((mine, values.astype(np.float64 if values.dtype.kind == "f" else np.int64)))
        if not parts:
            return None
        out = np.empty((rows.size, *parts[0][1].shape[1:]), parts[0][1].dtype)
        for mine, values in parts:
            out[mine] = values
        return out

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> list:
        """Return the attribute of each agent (a list of them if several are asked), read from columns where it can."""
        if not isinstance(attr_names, str):
            columns = (self.get(name, handle_missing, default_value) for name in attr_names)
            return [list(row) for row in zip(*columns, strict=True)]
        values = self.column(attr_names)
        if values is not None:
            return values.tolist()
        if handle_missing == "default":
            return [getattr(agent, attr_names, default_value) for agent in self]
        if handle_missing != "error":
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        return [getattr(agent, attr_names) for agent in self]

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """Apply one function, or several, to the attribute of all agents."""
        values = self.column(attribute)
        values = self.get(attribute) if values is None else values
        return func(values) if callable(func) else [one(values) for one in func]

    def do(self, method: str | Callable, *args, **kwargs) -> "RowSet":
        """Call a method, or a function of the agent, for each agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable, *args, **kwargs) -> "RowSet":
        """Do in a random order, which the run itself never depends on."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable, *args, **kwargs) -> list:
        """Return what a method, or a function of the agent, says for each agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def to_list(self) -> list[MesaWindow]:
        """Return all agents."""
        return list(self)

    # other sets

    def select(
        self,
        filter_func: Callable[[MesaWindow], bool] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> "RowSet":
        """Return the set of the agents that pass, at most so many of them (a float up to 1 is a share)."""
        rows = self.rows
        limit = int(len(rows) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        chosen = []
        for row in rows:
            if len(chosen) >= limit:
                break
            agent = self.model.agent(row)
            if (filter_func is None or filter_func(agent)) and (agent_type is None or isinstance(agent, agent_type)):
                chosen.append(row)
        return self._changed(chosen, inplace)

    def sort(self, key: str | Callable[[MesaWindow], Any], ascending: bool = False, inplace: bool = False) -> "RowSet":
        """Return the set in the order of an attribute or of a function."""
        values = self.get(key) if isinstance(key, str) else self.map(key)
        order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._changed(self.rows[order], inplace)

    def shuffle(self, inplace: bool = False) -> "RowSet":
        """Return the set in a random order."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._changed(rows, inplace)

    def groupby(self, by: str | Callable[[MesaWindow], Any], result_type: str = "agentset") -> GroupBy:
        """Return the agents in groups of one value of an attribute or of a function."""
        groups = defaultdict(list)
        for row, value in zip(self.rows, self.get(by) if isinstance(by, str) else self.map(by), strict=True):
            groups[value].append(row)
        sets = {value: self._changed(rows, inplace=False) for value, rows in groups.items()}
        return GroupBy(sets if result_type == "agentset" else {value: list(found) for value, found in sets.items()})

    def _changed(self, rows, inplace: bool) -> "RowSet":
        return (self if inplace else copy.copy(self))._keep(np.asarray(rows, np.int64))

    # what a set of windows refuses

    def set(self, attr_name: str, value: Any):
        """Refuse, with the reason that each agent gives."""
        for agent in self:
            setattr(agent, attr_name, value)
        return self

    def add(self, agent):
        """Refuse: agents live in the rows of the state."""
        raise AttributeError("agents live in the rows of the state; sets of them are made by select")

    def discard(self, agent):
        """Refuse: agents live in the rows of the state."""
        self.add(agent)

    remove = discard


AgentSet.register(RowSet)  # isinstance(model.agents, AgentSet) holds, and no private attribute is touched


class TerritoryModel(mesa.Model):
    """One territory, as a Mesa model: `step` is a month.

    All arguments are strings and numbers, because `mesa.batch_run` tries each item of anything else; several
    scenarios are separated by spaces.
    """

    def __init__(
        self,
        territory: str = "synthetic:3",
        scenario: str = "",
        seed: int | None = 1,
        scale: float = 1.0,
        start: str = "2026-01",
        around: int = 0,
    ):
        seed = 1 if seed is None else seed  # Mesa 3.5's batch_run gives None when it is given no seed
        if not isinstance(territory, str) or not isinstance(scenario, str):
            raise InputError(
                f"TerritoryModel takes strings and numbers, not a {type(territory).__name__} and a "
                f"{type(scenario).__name__}.\n  Save a graph to a file and give its path; separate scenarios by spaces."
            )
        from sim.running import configured, world_of

        self.config = configured(
            territory, scenario=tuple(scenario.split()), seed=seed, scale=scale, start=start, around=around
        )
        super().__init__(rng=self.config.seed)  # nothing of ours draws from it
        self.world = world_of(self.config)
        self.first_cohort = len(self.world.state.organisations)
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)
        self._collect()

    def step(self):
        """Run one month, then collect. It never stops by itself: batch_run's max_steps is the last month."""
        self.world.step()
        self._collect()

    @property
    def month(self) -> int:
        """Months run so far."""
        return self.world.month

    def _collect(self):
        if self.datacollector.agent_reporters and len(self.agents) > AGENT_REPORTERS_MOST:
            raise RunError(
                f"Agent reporters on {len(self.agents)} agents would fill the memory.\n"
                "  Use model reporters, a smaller scale, or sim.run, whose tables are columns."
            )
        self.datacollector.collect(self)

    # agents

    @property
    def agents(self) -> RowSet:
        """All living agents, organisations then residents."""
        return RowSet(self, lambda: np.concatenate((self._organisations(), self._cohorts())))

    @agents.setter
    def agents(self, agents):
        raise AttributeError("model.agents are the rows of the state; give another name to a set of yours")

    def remove_all_agents(self):
        """Refuse: a territory without residents is no territory."""
        raise AttributeError("agents are the rows of the state and cannot be removed by hand")

    @property
    def agents_by_type(self) -> dict[type[MesaWindow], RowSet]:
        """The living agents of each of the seven classes."""
        sets = {kind: RowSet(self, lambda number=number: self._of_model(number)) for number, kind in enumerate(AGENTS)}
        sets[Persons] = RowSet(self, self._cohorts)
        return sets

    @property
    def agent_types(self) -> list[type[MesaWindow]]:
        """The seven classes, in the order of the matrices."""
        return list(AGENTS)

    def _organisations(self) -> np.ndarray:
        return np.flatnonzero(self.world.state.organisations.alive)

    def _of_model(self, number: int) -> np.ndarray:
        table = self.world.state.organisations
        return np.flatnonzero((table.alive == 1) & (table.model == number))

    def _cohorts(self) -> np.ndarray:
        return np.arange(self.first_cohort, self.first_cohort + len(self.world.state.cohorts))

    def agent(self, row: int) -> MesaWindow:
        """Return the agent of a row of RowSet."""
        if row >= self.first_cohort:
            return Persons(self, int(row) - self.first_cohort)
        return AGENTS[self.world.state.organisations.model[row]](self, int(row))

    def row(self, agent: MesaWindow) -> int:
        """Return the row of RowSet of an agent."""
        return agent.row + (self.first_cohort if isinstance(agent, Persons) else 0)

    def names(self, rows: np.ndarray) -> np.ndarray:
        """Return the uid of each row."""
        state, last = self.world.state, self.first_cohort - 1
        names = state.organisations.uid[np.minimum(rows, last)]
        persons = rows > last
        names[persons] = state.cohorts.uid[rows[persons] - self.first_cohort]
        return names

    def alive(self, rows: np.ndarray) -> np.ndarray:
        """Return whether each row holds a living agent; residents always do."""
        last = self.first_cohort - 1
        return (rows > last) | (self.world.state.organisations.alive[np.minimum(rows, last)] == 1)


# what the model tells DataCollector, SolaraViz and batch_run of itself


def organisations(model: TerritoryModel) -> int:
    """Return how many organisations live."""
    return int(model.world.state.organisations.alive.sum())


def alliances(model: TerritoryModel) -> int:
    """Return how many projects of several members live."""
    projects = model.world.state.projects
    return int(((projects.state == 1) & (projects.members > 1)).sum())


def mean_desire(model: TerritoryModel) -> float:
    """Return the mean desire to ally of living organisations."""
    table = model.world.state.organisations
    return float(table.desire[table.alive == 1].mean())


def mean_confidence(model: TerritoryModel) -> float:
    """Return the mean confidence of residents, between 0 and 1."""
    cohorts = model.world.state.cohorts
    persons = cohorts.persons.tolist()
    shares = (1.0 / (1.0 + math.exp(-logit)) for logit in cohorts.confidence.tolist())
    return sum(n * share for n, share in zip(persons, shares, strict=True)) / sum(persons)


REPORTERS = {
    "organisations": organisations,
    "alliances": alliances,
    "mean_desire": mean_desire,
    "mean_confidence": mean_confidence,
}
