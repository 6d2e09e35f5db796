"""An agent is a window on one row of the state: what people read, made when somebody looks.

The numbers live in the columns, so `agent.cash` in a notebook and `organisations.cash` in a kernel cannot diverge.
Nothing here needs Mesa; sim/model.py makes Mesa agents of these classes.
"""

from typing import Any, ClassVar

from sim.agents.base import SIZES_EN
from sim.kernels import units
from sim.state import State


class column:
    """Attribute of an agent, read from the state column of the same name, in `unit` where it is kept in parts."""

    def __init__(self, unit: float | None = None):
        self.unit = unit

    def __set_name__(self, owner, name: str):
        self.name = name

    def __get__(self, agent, owner=None):
        if agent is None:
            return self
        agent.check()
        return self.shown(agent.table.__dict__[self.name][agent.row]).tolist()

    def shown(self, values):
        """Return what people read of values of the column."""
        return values if self.unit is None else self.unit * values

    def __set__(self, agent, value):
        raise AttributeError(
            f"'{self.name}' is written by the phases of the month; to change the course of a run, write a scenario"
        )


class Window:
    """One row of one table of the state, under the name of the agent that it holds now."""

    of: ClassVar[str]  # table of columns.csv
    number: ClassVar[int]  # of its socio-economic model, 0..6, in the order of columns and matrices

    uid = column()
    territory = column()
    cash = column()  # cents
    base = column()  # cents a month

    def __init__(self, state: State, row: int):
        table = getattr(state, self.of)
        vars(self).update(state=state, table=table, row=int(row), unique_id=int(table.uid[row]))

    def check(self) -> None:
        """Raise LookupError when the row has been given to a newborn."""
        if int(self.table.uid[self.row]) != self.unique_id:
            now = self.table.uid[self.row]
            raise LookupError(f"agent {self.unique_id} has closed; its row now belongs to agent {now}")

    def __setattr__(self, name: str, value: Any):
        if isinstance(getattr(type(self), name, None), column):
            return object.__setattr__(self, name, value)  # the column says why not
        raise AttributeError(
            f"an agent holds no number of its own, so '{name}' cannot be added; declare a column in sim/columns.csv"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Window) and (self.state, self.unique_id) == (other.state, other.unique_id)

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


class Organisation(Window):
    """One organisation: its people, its money, its alliances, and what it can do."""

    of = "organisations"

    alive = column()
    size = column()  # class 0..3
    domain = column()
    domain_second = column()
    main_function = column()
    efficiency = column(units.BYTE)  # in each of the five functions
    # people
    fte = column()  # thousandths of an FTE
    hours = column()  # volunteer hours of the month
    # money, cents of the month; cash is above
    income = column()
    outlay = column()
    # alliances
    desire = column()
    threshold = column(units.BYTE)
    visible = column()
    slots = column()  # rows of its projects, -1 for none
    born = column()

    @property
    def size_name(self) -> str:
        """What an organisation of its size is in its model."""
        return SIZES_EN[self.number][self.size]

    @property
    def acquaintances(self) -> list[int]:
        """Rows of the organisations that it knows."""
        self.check()
        return [row for row in self.state.ties.neighbour[self.row].tolist() if row >= 0]

    @property
    def links_seen(self) -> int:
        """How many links to partners it has seen at work, fewer than exist."""
        self.check()
        member, shares = self.state.memberships.member, self.state.shares
        seen = 0
        for project in self.slots:
            if project >= 0 and self.state.projects.members[project] > 1:
                team = self.state.team(project)
                seen += int(shares.seen[team][member[team] == self.row].item()).bit_count()
        return seen


class Cohort(Window):
    """The residents of one age class of one territory."""

    of = "cohorts"

    age = column()  # class 0..9
    persons = column()
    confidence = column()  # logit
    hours_given = column()  # volunteer hours of the month
    income = column()
    outlay = column()
