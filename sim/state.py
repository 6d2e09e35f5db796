"""The state of a run: one table per kind of thing, one array per column of columns.csv, nothing else."""

import csv
import itertools
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.errors import CapacityError
from sim.kernels import credit
from sim.kernels.seats import WIDTH

PAGE, LINE = 4096, 64  # bytes
CHECKED = ("settled", "hired")  # columns of organisations that strict mode alone reads: they have no rows elsewhere
LEAST = 128  # rows that a table grows by, at least: what is put together of its columns is then put together anew
SORTED = 40_000  # organisations from which on it matters where projects lie: fewer fit in the caches


class Column(NamedTuple):
    """One line of columns.csv."""

    table: str
    column: str
    dtype: str
    width: int
    unit: str
    account: str  # stock, flow, nothing, or the stocks that it adds to or takes from: +STOCK -STOCK
    owner: str
    description: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


@cache
def columns() -> dict[str, Column]:
    """Return every column of the state by its full name `table.column`."""
    text = Path(__file__).with_name("columns.csv").read_text(encoding="utf-8")
    rows = (Column(**{**row, "width": int(row["width"])}) for row in csv.DictReader(text.splitlines()))
    return {column.name: column for column in rows}


def staggered(sizes: list[int]) -> tuple[np.ndarray, list[int]]:
    """Return memory for columns of these sizes, in bytes, and where each begins: after a page, by its place in lines.

    Columns that all begin on a page would meet in the caches. A loop over rows that reads forty of them would then find
    the same row of all in the same set of a cache, which holds eight to twelve lines: each would push another one out.
    """
    pages = list(itertools.accumulate((-(-size // PAGE) + 1 for size in sizes), initial=0))
    memory = np.zeros((pages[-1] + 1) * PAGE, np.uint8)
    aligned = -memory.ctypes.data % PAGE
    memory = memory[aligned : aligned + pages[-1] * PAGE]
    return memory, [page * PAGE + at % (PAGE // LINE) * LINE for at, page in enumerate(pages[:-1])]


class Table:
    """Arrays of one length, one per column; a column cannot be rebound, only written into.

    `most` rows are reserved, of which the first `rows` are the table: what is reserved takes no memory until it is
    written, and is not looked at. A table that grows at both ends has `ahead` more in reserve, before its first row.
    Columns that it does `without` have no rows. `watchers` are told when its arrays become others.
    """

    def __init__(
        self, name: str, rows: int, most: int | None = None, ahead: int = 0, without: tuple[str, ...] = (),
        watchers: Iterable[Callable[["Table"], object]] = (),
    ):  # fmt: skip
        most = ahead + (rows if most is None else most)
        mine = [c for c in columns().values() if c.table == name]
        widths = [0 if c.column in without else np.dtype(c.dtype).itemsize * c.width for c in mine]  # bytes of a row
        memory, starts = staggered([most * width for width in widths])
        reserve = {}
        for column, start, width in zip(mine, starts, widths, strict=True):
            here = most if width else 0
            shape = (here,) if column.width == 1 else (here, column.width)
            reserve[column.column] = memory[start : start + most * width].view(column.dtype).reshape(shape)
        layout = np.array([starts, widths], np.int64).T.copy()
        self.__dict__.update(
            _name=name, _most=most, _ahead=ahead, _reserve=reserve, _memory=memory, _whole_layout=layout,
            _watchers=watchers,
        )  # fmt: skip
        self.show(rows)

    def show(self, rows: int, ahead: int = 0):
        """Make the table of the first `rows` rows of its reserve, after the last `ahead` of those before them.

        Rows that it had keep their place in memory.
        """
        first, layout = self._ahead - ahead, self._whole_layout.copy()
        layout[:, 0] += first * layout[:, 1]
        self.__dict__.update(_rows=ahead + rows, _layout=layout)
        self.__dict__.update({name: column[first : self._ahead + rows] for name, column in self._reserve.items()})
        for tell in self._watchers:
            tell(self)

    def layout(self, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the memory of the table and, for each of these columns, its first byte and the bytes of a row.

        For what is done alike to columns of several types (sim/kernels/rows.py).
        """
        places = list(self._reserve)
        return self._memory, self._layout[[places.index(name) for name in names]]

    def move(self, old: np.ndarray, new: np.ndarray, first: int):
        """Move rows `old` of every column to `new`; all other rows from `first` on become 0."""
        for name in self._reserve:
            column = self.__dict__[name]
            kept = column[old]
            column[first:] = 0
            column[new] = kept

    def __len__(self) -> int:
        return self._rows

    def __setattr__(self, name, value):
        full = f"{self._name}.{name}"
        if full not in columns():
            raise AttributeError(f"no column '{full}'; declare it in sim/columns.csv with its unit and owner")
        raise AttributeError(f"column '{full}' cannot be rebound; write into it: {full}[:] = ...")


class State:
    """The tables of a run. No row of organisations ever moves; projects may when their table grows.

    organisations  seven slices, one per model, each ordered by territory; `segments[model, territory]`
                   gives (start, stop), free rows for newborn organisations included
    loans          what organisations owe: few do, so that only they have a row, in the order of their own; its money
                   is that of its holder
    ties           as many rows as organisations, eight acquaintances each
    memories       promises of those that have worked with somebody: few, so they have a table of their own, that
                   grows; row 0 is that of all others, and stays empty
    cohorts        ten rows a territory
    projects       living and kept projects. They begin short and `grow`, up to the `projects` rows that they may have
    innovations    what only societal innovations have; row 0 is that of all other projects, and stays empty
    lives          sums over the life of the projects that somebody will ask about: the inception cohort, innovations;
                   row 0 is that of all others, and stays empty
    memberships    one seat a row. First teams, of four or eight seats, for projects that ever had a second member; then
                   a seat for each project of one (sim/kernels/seats.py)
    shares         what an alliance is worth to those who sit in teams: the same rows as memberships, which come first

    `watchers` are given each table, loans apart, whose arrays become others: those of loans do nearly each month.
    """

    TABLES = (
        "organisations", "loans", "ties", "memories", "cohorts", "territories", "projects", "innovations",
        "lives", "memberships", "shares",
    )  # fmt: skip

    def __init__(
        self, *, organisations: int, cohorts: int, territories: int, projects: int, segments: np.ndarray,
        strict: bool = False,
    ):  # fmt: skip
        self.watchers: list[Callable[[Table], object]] = []
        table = partial(Table, watchers=self.watchers)
        self.organisations = table("organisations", organisations, without=() if strict else CHECKED)
        self.loans = Table("loans", 0, organisations)
        self._reserved_loans = tuple(self.loans._reserve[name] for name in ("holder", "debt", "borrowed"))
        self.ties = table("ties", organisations)
        self.memories = table("memories", 1, organisations + 1)
        self.cohorts = table("cohorts", cohorts)
        self.territories = table("territories", territories)
        self.projects = table("projects", 0, projects)
        self._sorted = 0  # rows of projects when they were last laid in order
        self.innovations = table("innovations", 1, projects + 1)
        self.lives = table("lives", 1, projects + 1)
        self.memberships = table("memberships", 0, projects, ahead=WIDTH * projects)
        self.shares = table("shares", 0, ahead=WIDTH * projects)
        self.segments = segments
        self.rows_by_model = tuple((segments[:, :, 1] - segments[:, :, 0]).sum(axis=1).tolist())
        self.organisations.slots[:] = -1
        self.ties.neighbour[:] = -1

    def owe(self, rows: np.ndarray, cents: np.ndarray):
        """Add what organisations borrowed, in order of rows, to their loans; who owed nothing gets one."""
        loans = self.loans
        loans.show(credit.owe(*self._reserved_loans, len(loans), rows, cents, len(rows)))

    @property
    def loan_columns(self) -> tuple[np.ndarray, ...]:
        """Return who owes, how much, and what was borrowed this month: other arrays whenever somebody borrows."""
        return self.loans.holder, self.loans.debt, self.loans.borrowed

    def forget_loans(self):
        """Forget the loans that are over, and what moved in the month that has ended."""
        loans = self.loans
        if len(loans):
            loans.show(credit.forget(*self._reserved_loans, len(loans)))

    def grow(self, more: int):
        """Add free rows for `more` projects, or as many as may still come.

        Rows are added by sixteenths, so that a run that grows does it a few dozen times. Results do not depend on how
        many there are, nor on which of them a project takes.
        """
        before, first = len(self.projects), self.first_single
        rows = min(before + max(more, before // 16, LEAST), self.projects._most)
        self.projects.show(rows)
        self.memberships.show(rows, ahead=first)
        self.memberships.member[first + before :] = -1
        self.projects.seat[before:] = np.arange(first + before, first + rows)
        if len(self.organisations) >= SORTED and 4 * rows >= 5 * self._sorted:
            self.sort_projects()

    def sort_projects(self):
        """Lay projects in the order of their founders, with the free rows evenly between them.

        Nothing depends on it but time: months go through projects in turn, and what their founders hold is then near in
        memory. Those that open later take rows near those of their neighbours (kernels/projects.py, `list_near`).
        """
        p, first = self.projects, self.first_single
        old = np.flatnonzero((p.state != 0) | (p.contract != 0))  # a contract must be settled first
        old = old[np.argsort(p.founder[old], kind="stable")]
        new = np.arange(old.size) * len(p) // max(1, old.size)
        alone = np.ones(len(p), bool)  # in the seat of the row: projects of one, and free rows
        alone[new] = p.seat[old] >= first
        p.move(old, new, 0)
        self.memberships.move(first + old, first + new, first)
        empty = np.ones(len(p), bool)
        empty[new] = False
        self.memberships.member[first:][empty] = -1
        alone = np.flatnonzero(alone)
        p.seat[alone] = first + alone
        for table, row in ((self.innovations, p.innovation), (self.lives, p.life)):
            held = np.flatnonzero(row)
            new_row = 1 + np.arange(held.size) * (len(table) - 1) // max(1, held.size)
            table.move(row[held], new_row, 1)
            row[held] = new_row
        now = np.zeros(len(p), np.int32)
        now[old] = new
        for slot in self.organisations.slots.T:  # one at a time: of a nation they are many
            held = np.flatnonzero(slot >= 0)
            slot[held] = now[slot[held]]
        self._sorted = len(p)

    @property
    def first_single(self) -> int:
        """Return the seat of the first project, while it is a project of one: those of teams come before."""
        return len(self.memberships) - len(self.projects)

    def make_teams(self, missing: int):
        """Make large teams, at least those that are missing. They come before all others, whose seats count on."""
        first = self.first_single
        more = WIDTH * max(missing, first // WIDTH // 16, LEAST // WIDTH)
        more = min(more, self.memberships._ahead - first)  # as many as projects: there is always one
        self.memberships.show(len(self.projects), ahead=first + more)
        self.shares.show(0, ahead=first + more)
        self.memberships.member[:more] = -1
        self.projects.seat[:] += np.int32(more)

    def seats_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the seats [project, slot] of projects of one or many, and which of them somebody holds."""
        held = np.arange(WIDTH) < self.projects.members[rows][:, None]
        return self.projects.seat[rows][:, None] + np.where(held, np.arange(WIDTH), 0), held

    def team(self, row: int) -> slice:
        """Return the seats of the members of one project."""
        first = int(self.projects.seat[row])
        return slice(first, first + int(self.projects.members[row]))

    def __getitem__(self, name: str) -> np.ndarray:
        table, column = name.split(".")
        return getattr(self, table).__dict__[column]


def lengthen(table: Table, missing: int):
    """Add the rows that are missing to a table of what only some have, by eighths of it, up to as many as may be."""
    if missing > 0:
        rows = len(table)
        table.show(min(rows + max(missing, rows // 8, LEAST), table._most))


def must_be_enough(enough: bool, table: str, month: int):
    """Raise CapacityError where rows still lack after they were added: who counted them looks at columns of before."""
    if not enough:
        raise CapacityError(f"Rows of {table} are still missing in month {month} after they were added.")
