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
from functools import partial

import numpy as np

from sim.errors import AccountError
from sim.kernels import accounts as kernel
from sim.state import State, columns
from sim.threads import Crew

MODELS = 7
OUTSIDE = 7
PERSONS = 1
FUND_OWNER = (0, 3, 2)  # public action, finance, firms
CASH, STAFF, LENT, HOURS, BOUND, DEBT, BORROWED = range(7)  # what is counted of organisations: last axis of `held`
LIMIT = 2**50  # a stock beyond this would make sums wrap silently


class Ledger:
    """Opens, posts and checks the accounts of one world."""

    def __init__(self, state: State, crew: Crew, *, strict: bool = False):
        self.state, self.crew, self.strict = state, crew, strict
        self.max_residual, self.checks, self.phase_checks = 0, 0, 0
        self.held: np.ndarray | None = None  # by organisations, when last counted: [territory, model, CASH ...]
        self._flow_columns = [c for c in columns().values() if c.account[:1] in ("+", "-")]
        self._stocks = [c for c in columns().values() if c.account == "stock"]

    # what a phase calls

    @property
    def flow(self) -> np.ndarray:
        """Flows of this month, in cents: [territory, payer, receiver], seven models and the outside."""
        return self.state.territories.flow.reshape(-1, MODELS + 1, MODELS + 1)

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
        self.crew.together(*(partial(kernel.clear, self.state[c.name]) for c in self._flow_columns))
        self.state.territories.flow.fill(0)
        if self.strict or not carry or self.held is None:
            self.recount()
        self.opening, self.opening_people = self.closing, self._people
        self.opening_staff, self.opening_held = self._staff, self.held
        if self.strict:
            self._row_opening = {c.name: self.state[c.name].copy() for c in self._stocks}

    def close(self, phase: str = "the end of the month"):
        """Check every account; raise AccountError at the first that does not balance."""
        self.recount()
        self._check_money(phase)
        self._check_people(phase)
        self._check_staff(phase)
        self._check_hours(phase)
        self._check_debt(phase)

    def recount(self):
        """Count what everybody has. To be called by who changes a stock by hand between two months."""
        s = self.state
        self.held = self._held()
        self.closing = self._all_money(self.held)
        self._people = np.zeros(len(s.territories), np.int64)
        kernel.add_by_territory(s.cohorts.persons, s.cohorts.territory, self._people)
        self._staff = s.territories.free_fte + self.held[:, :, STAFF].sum(axis=1)

    def _held(self) -> np.ndarray:
        s = self.state
        o, held = s.organisations, np.empty((len(s.territories), MODELS, 7), np.int64)
        self.crew.segments(
            kernel.take_stock,
            s.segments,
            o.cash,
            o.fte,
            o.hours_lent,
            o.hours,
            o.hours_bound,
            o.debt,
            o.lent,
            o.repaid,
            o.forgiven,
            held,
        )
        return held

    def _all_money(self, held) -> np.ndarray:
        s, money = self.state, held[:, :, CASH].copy()
        kernel.add_by_territory(s.cohorts.cash, s.cohorts.territory, money[:, PERSONS])
        money += s.territories.market[:, :MODELS]
        for fund, owner in enumerate(FUND_OWNER):
            money[:, owner] += s.territories.fund[:, fund]
        money[:, 0] += s.territories.purse.sum(axis=1)
        kernel.add_by_territory(s.projects.reserve, s.projects.territory, money[:, 0])
        return money

    def money(self) -> np.ndarray:
        """Return what each model of each territory holds now, int64 cents [territory, 7]."""
        return self._all_money(self._held())

    def _check_money(self, phase):
        flow = self.flow
        expected = self.opening + (flow.sum(axis=1) - flow.sum(axis=2))[:, :MODELS]
        self._compare("cash", "cents", expected, self.closing, phase, ("territory", "model"))

    def _check_people(self, phase):
        c = self.state.cohorts
        change = np.zeros(len(self.state.territories), np.int64)
        kernel.add_by_territory(c.arrived - c.departed, c.territory, change)
        self._compare("persons", "persons", self.opening_people + change, self._people, phase, ("territory",))

    def _check_staff(self, phase):
        self._compare("fte", "thousandths of FTE", self.opening_staff, self._staff, phase, ("territory",))

    def _check_hours(self, phase):
        c, held = self.state.cohorts, self.held
        given, received = held[:, :, LENT].sum(axis=1), held[:, :, (HOURS, BOUND)].sum(axis=(1, 2))
        kernel.add_by_territory(c.hours_given, c.territory, given)
        kernel.add_by_territory(c.hours_served, c.territory, given)
        self._compare("hours", "volunteer hours", given, received, phase, ("territory",))

    def _check_debt(self, phase):
        opening, held = self.opening_held[:, :, DEBT].sum(), self.held
        expected, found = opening + held[:, :, BORROWED].sum(), held[:, :, DEBT].sum()
        self._compare("debt", "cents", np.array([expected]), np.array([found]), phase, ("world",))

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
        if self.strict:
            self._frozen = self._fingerprints or {n: _fingerprint(self.state[n]) for n in columns()}

    def after(self, phase):
        """Strict mode: check all accounts, each row, and that no undeclared column changed."""
        if not self.strict:
            return
        self._fingerprints = {n: _fingerprint(self.state[n]) for n in columns()}
        for name, before in self._frozen.items():
            if name not in phase.writes and self._fingerprints[name] != before:
                raise AccountError(
                    name, columns()[name].unit, phase=phase.title, month=self.month,
                    where="a column that the phase does not declare in `writes`", expected=0, found=1,
                )  # fmt: skip
        self.recount()
        self._check_money(phase.title)
        self._check_people(phase.title)
        self._check_staff(phase.title)
        self._check_rows(phase.title)
        self.phase_checks += 1

    def _check_rows(self, phase):
        for column in self._stocks:
            effects = [
                (part[0], c)
                for c in self._flow_columns
                for part in c.account.split()
                if c.table == column.table and part[1:] == column.column
            ]
            if not effects:
                continue
            expected = self._row_opening[column.name].copy()
            for sign, effect in effects:
                expected += (1 if sign == "+" else -1) * self.state[effect.name]
            self._compare(column.name, column.unit, expected, self.state[column.name], phase, ("row",))


def _fingerprint(array: np.ndarray) -> int:
    return zlib.crc32(array.data)
