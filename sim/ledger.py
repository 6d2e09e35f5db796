"""Double entry in int64 cents: what leaves one account enters another, or the named outside. Never repairs.

Accounts of one territory: the cash of every organisation and cohort; `market` (receipts on their way to a
model, owned by that model); `fund` 0, 1, 2 (owned by public action, finance, firms); the `purse` of each
policy and the reserves of its projects (owned by public action). The outside has no stock, only flows.
What organisations owe (`debt`) is a stock of its own: principal lent less repaid less written off. Its creditors
are the financial organisations of the territory together.

Production  once a month, for each (territory, model): stock = opening + received - paid, exactly; persons,
            staff and volunteer hours too.
Strict      the same after every phase, and row by row: cash = opening + the flow columns of the row; no
            column changes that the phase did not declare.
"""

import zlib

import numpy as np

from sim.doors import given
from sim.errors import AccountError
from sim.kernels import accounts as kernel
from sim.kernels import rows
from sim.state import State, columns
from sim.threads import Crew

MODELS = 7
OUTSIDE = 7
PERSONS = 1
FUND_OWNER = (0, 3, 2)  # public action, finance, firms
ACCOUNTS = {  # what balances: unit, and its columns of `found` and `expected`
    "cash": ("cents", slice(0, MODELS)),
    "persons": ("persons", kernel.PEOPLE),
    "fte": ("thousandths of FTE", kernel.STAFF),
    "hours": ("volunteer hours", kernel.HOURS),
    "debt": ("cents", kernel.DEBT),
}
AT_ANY_TIME = ("cash", "persons", "fte")  # the others balance once the month is over
# What `circuit.earn` writes for every row, also 0, before anybody reads it: only strict mode, which adds up flows of
# each row after earlier phases too, needs it set to 0 when a month opens.
WRITTEN_ANEW = ("organisations.income",)
LIMIT = 2**50  # a stock beyond this would make sums wrap silently


class Ledger:
    """Opens, posts and checks the accounts of one world."""

    def __init__(self, state: State, crew: Crew, *, strict: bool = False):
        self.state, self.crew, self.strict = state, crew, strict
        self.max_residual, self.checks, self.phase_checks = 0, 0, 0
        places = len(state.territories)
        self.held = np.zeros((places, MODELS, 4), np.int64)  # by organisations: what take_stock counts
        # by territory and account, when last counted; what there should be; at the start of the month
        self.found, self.expected, self.opening = np.zeros((3, places, kernel.ACCOUNTS), np.int64)
        self._counted = False
        flows = [c for c in columns().values() if c.account[:1] in ("+", "-")]
        self._flow_columns, self._flows = flows, []  # of a table: its memory, where flows lie in it, and its rows
        for name in ("organisations", "cohorts", "territories"):
            table = getattr(state, name)
            of_table = [c for c in columns().values() if c.table == name and (c in flows or c.account == "flow")]
            memory, layout = table.layout([c.column for c in of_table if strict or c.name not in WRITTEN_ANEW])
            self._flows.append((memory.view(np.uint64), layout, len(table)))
        # what a phase posts: flows of this month, in cents, between seven models and the outside
        self.flow = state.territories.flow.reshape(-1, MODELS + 1, MODELS + 1)  # [territory, payer, receiver]
        self._stocks = [c for c in columns().values() if c.account == "stock"]

    # what a phase calls

    def matrix(self, core: np.ndarray) -> np.ndarray:
        """Return the 8 x 8 matrix of this month summed over the territories of `core` (bool mask)."""
        return self.flow[core].sum(axis=0)

    # the month

    def open(self, month: int, carry: bool = False):
        """Start a month: remember the stocks, forget the flows.

        With `carry`, a month opens with what the last one closed with: money, staff or debt that changed in between is
        an error of this month, unless `recount` was called. Else, and in strict mode, stocks are counted anew.
        """
        self.month = month
        self._fingerprints = None  # strict mode: what the last phase left, column by column
        self.crew.share(_clear_organisations, len(self.state.organisations))
        self.crew.call(_clear_others)
        self.state.forget_loans()
        if self.strict or not carry or not self._counted:
            self.recount()
        self.opening[:] = self.found
        if self.strict:
            self._row_opening = {c.name: self._by_holder(c).copy() for c in self._stocks}

    def close(self, phase: str = "the end of the month"):
        """Check every account; raise AccountError at the first that does not balance."""
        gap, most, checks = self.recount()
        self.checks += checks
        if gap or most >= LIMIT:
            self._check(ACCOUNTS, phase)

    def recount(self) -> tuple[int, int, int]:
        """Count what everybody has; return the largest gap of an account, the largest stock, how many were compared.

        To be called by who changes a stock by hand between two months.
        """
        self._counted = True
        return self._count(self.found)

    def money(self) -> np.ndarray:
        """Return what each model of each territory holds now, int64 cents [territory, 7]."""
        found = np.zeros_like(self.found)  # who only looks explains no change
        self._count(found)
        return found[:, :MODELS]

    def _count(self, found) -> tuple[int, int, int]:
        self.crew.segments(_take_stock)
        return self.crew.call(_audit, self.state.loan_columns, found)

    def _check(self, accounts, phase):
        for name in accounts:
            unit, at = ACCOUNTS[name]
            axes = ("territory", "model") if name == "cash" else ("territory",)
            self._compare(name, unit, self.expected[:, at], self.found[:, at], phase, axes)

    def _compare(self, account, unit, expected, found, phase, axes):
        self.checks += found.size
        gap = np.abs(found - expected)
        worst = int(gap.max(initial=0))
        self.max_residual = max(self.max_residual, worst)
        if worst:
            place = np.unravel_index(int(gap.argmax()), gap.shape)
            where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, place, strict=True))
            raise AccountError(
                account, unit, phase=phase, month=self.month, where=where,
                expected=int(expected[place]), found=int(found[place]),
            )  # fmt: skip
        if found.size and int(np.abs(found).max()) >= LIMIT:
            raise AccountError(
                account, unit, phase=phase, month=self.month, where="an account beyond 2^50",
                expected=LIMIT, found=int(np.abs(found).max()),
            )  # fmt: skip

    # strict mode

    def before(self, phase):
        """Strict mode: fingerprint the columns that `phase` did not declare."""
        self._frozen = self._fingerprints or {n: _fingerprint(self.state[n]) for n in columns()}

    def after(self, phase):
        """Strict mode: check all accounts, each row, and that no undeclared column changed."""
        self._fingerprints = {n: _fingerprint(self.state[n]) for n in columns()}
        for name, before in self._frozen.items():
            if name not in phase.writes and self._fingerprints[name] != before:
                raise AccountError(
                    name, columns()[name].unit, phase=phase.title, month=self.month,
                    where="a column that the phase does not declare in `writes`", expected=0, found=1,
                )  # fmt: skip
        self.recount()
        self._check(AT_ANY_TIME, phase.title)
        self._check_rows(phase.title)
        self.phase_checks += 1

    def _check_rows(self, phase):
        for column in self._stocks:
            effects = [
                (part[0], c)
                for c in self._flow_columns
                for part in c.account.split()
                if holder(c) == holder(column) and part[1:] == column.column
            ]
            if not effects:
                continue
            expected = self._row_opening[column.name].copy()
            for sign, effect in effects:
                expected += (1 if sign == "+" else -1) * self._by_holder(effect)
            self._compare(column.name, column.unit, expected, self._by_holder(column), phase, ("row",))

    def _by_holder(self, column) -> np.ndarray:
        """Return a column in the rows of who holds it: loans in those of organisations, others as they are."""
        values = self.state[column.name]
        if column.table == holder(column):
            return values
        out = np.zeros(len(self.state.organisations), values.dtype)
        out[self.state.loans.holder] = values
        return out


@given(rows.clear)
def _clear_organisations(world):
    return world.ledger._flows[0][:2]


@given(rows.clear_whole)
def _clear_others(world):
    return (tuple(world.ledger._flows[1:]),)


@given(kernel.take_stock)
def _take_stock(world):
    o = world.state.organisations
    return world.state.segments, o.cash, o.fte, o.hours, o.hours_engaged, world.ledger.held


@given(kernel.audit)
def _audit(world):
    s, ledger = world.state, world.ledger
    o, c, p, place = s.organisations, s.cohorts, s.projects, s.territories
    return (
        ledger.held, (place.free_fte, place.market, place.fund, place.purse),
        (c.territory, c.persons, c.arrived, c.departed, c.cash, c.hours_given, c.hours_served),
        (p.reserve, p.territory), o.territory, FUND_OWNER, place.flow, ledger.opening, ledger.expected,
    )  # fmt: skip


def holder(column) -> str:
    """Return the table of those whose money a column is about."""
    return "organisations" if column.table == "loans" else column.table


def _fingerprint(array: np.ndarray) -> int:
    return zlib.crc32(array.data)
