"""All parameters of a run, immutable: values, dated changes of scenarios, draws, digests."""

import hashlib
import math
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from sim.errors import ParameterError
from sim.parameters.design import position
from sim.parameters.parameter import Parameter, Source, canonical, plain


class Change(NamedTuple):
    """A value set, multiplied or increased from a month on, for ever or until another month."""

    parameter: str
    since: date | int  # int: months after the start of the run
    until: date | int | None  # first month without the change
    how: Literal["value", "factor", "add"]
    amount: float | tuple[float, ...]

    def months(self, start: date) -> tuple[int, float]:
        """Return the first month of a run with the change and the first one without it."""
        return month_number(self.since, start), math.inf if self.until is None else month_number(self.until, start)

    def applied(self, value: float | list[float]) -> float | list[float]:
        """Return the value after the change."""
        if self.how == "value":
            return plain(self.amount)
        if isinstance(value, list):
            return [self._one(v) for v in value]
        return self._one(value)

    def _one(self, value: float) -> float:
        return value * self.amount if self.how == "factor" else value + self.amount


def month_number(when: date | int, start: date) -> int:
    """Return the month of a run that a date is, negative before the start; a number of months is one already."""
    return months_between(start, when) if isinstance(when, date) else when


def months_between(start: date, end: date) -> int:
    """Return the number of months from the month of `start` to that of `end`."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_of(text: str | date) -> date:
    """Return the first day of a month written YYYY-MM."""
    if isinstance(text, date):
        return text.replace(day=1)
    try:
        year, month = text.split("-")
        return date(int(year), int(month), 1)
    except (ValueError, AttributeError):
        raise ParameterError(f"'{text}' is not a month.\n  Write it YYYY-MM, for instance 2026-01.") from None


def months_later(start: date, months: int) -> date:
    """Return the first day of the month `months` after `start`."""
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1)


class Parameters:
    """The numbers of one run. Nothing in it can be changed: every method returns a new collection."""

    def __init__(self, parameters: Iterable[Parameter], changes: Iterable[Change] = ()):
        self._all = {parameter.name: parameter for parameter in parameters}
        self.changes = tuple(changes)
        self._in_force: dict[tuple, dict[str, float | np.ndarray]] = {}  # by month and start

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._all:
            near = get_close_matches(name, self._all, n=3, cutoff=0.6)
            advice = f"Did you mean {' or '.join(near)}?" if near else "'sim list parameters' shows them all."
            raise ParameterError(f"No parameter is called '{name}'.\n  {advice}")
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, name: object) -> bool:
        return name in self._all

    # Values

    def value(self, name: str) -> float | list[float]:
        """Return the latest value of one parameter, scenarios left aside."""
        return self[name].value

    def values(self) -> dict[str, float | np.ndarray]:
        """Return the latest value of every parameter, scenarios left aside."""
        return {name: as_array(parameter.value) for name, parameter in self._all.items()}

    def at(self, month: int, start: str | date) -> dict[str, float | np.ndarray]:
        """Return the values in force in a month of a run that starts on a date, scenarios included."""
        if (month, start) not in self._in_force:
            self._in_force[month, start] = self._at(month, start)
        return dict(self._in_force[month, start])

    def _at(self, month: int, start: str | date) -> dict[str, float | np.ndarray]:
        begin = month_of(start)
        when = months_later(begin, month)
        found = {name: parameter.at(when) for name, parameter in self._all.items()}
        due = [c for c in self.changes if c.months(begin)[0] <= month < c.months(begin)[1]]
        for change in sorted(due, key=lambda c: c.months(begin)[0]):  # stable: same month, order given
            found[change.parameter] = change.applied(found[change.parameter])
        for name in {change.parameter for change in due}:
            self._refuse(name, found[name])
        return {name: as_array(value) for name, value in found.items()}

    def change_months(self, start: str | date) -> list[int]:
        """Return the months after month 0 at which a value changes, in order."""
        begin = month_of(start)
        found = {months_between(begin, when) for when in self._dates}
        found.update(month for change in self.changes for month in change.months(begin))
        return sorted(int(month) for month in found if 0 < month < math.inf)

    @cached_property
    def _dates(self) -> set[date]:
        """Return the days on which a value changes, scenarios left aside: many runs ask."""
        return {when for p in self._all.values() if len(p.values) > 1 for when in sorted(p.values)[1:]}

    # Other collections

    def with_values(self, values: dict[str, float], source: str = "given for this run") -> "Parameters":
        """Return the parameters with other values, each within its range; scenario changes stay on top."""
        if not values:
            return self
        found = dict(self._all)
        for name, value in values.items():
            value = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
            self._refuse(name, value)
            fixed = tuple(value) if isinstance(value, list) else value
            when = self[name].date
            found[name] = self[name].model_copy(
                update={"values": {when: fixed}, "sources": {when: Source(title=source)}}
            )
            vars(found[name]).pop("canonical", None)  # a copy would keep that of the values it had
        return Parameters(found.values(), self.changes)

    def with_changes(self, changes: Iterable[Change]) -> "Parameters":
        """Return the parameters with dated changes added after those they have."""
        return Parameters(self._all.values(), (*self.changes, *changes))

    def _refuse(self, name: str, value: float | list[float]):
        reason = self[name].objection(value)
        if reason:
            raise ParameterError(
                f"Parameter '{name}' cannot take this value: {reason}.\n  'sim explain {name}' says why."
            )

    # Draws

    @cached_property
    def drawn(self) -> tuple[str, ...]:
        """Names of the parameters that have a law."""
        return tuple(sorted(name for name, parameter in self._all.items() if parameter.drawn))

    def draw(self, index: int, *, of: int, seed: int, names: Iterable[str] | None = None) -> dict[str, float]:
        """Return row `index` of a Latin hypercube of `of` rows: each law is cut in `of` equal parts, each met once.

        A pure function of its arguments, parameter by parameter: another parameter added to the model, or left out of
        `names`, changes nothing for those that stay.
        """
        if not 0 <= index < of:
            raise ParameterError(f"There is no draw {index} among {of}.\n  Draws are numbered from 0 to {of - 1}.")
        return {name: self[name].quantile(position(name, index, of, seed)) for name in names or self.drawn}

    # Identity

    @cached_property
    def ranges_hash(self) -> str:
        """Hash of what is drawn and from what: it must be committed before a verdict is looked at."""
        return sha256([[n, p.low, p.high, p.law, p.choices] for n in self.drawn for p in [self[n]]])

    @cached_property
    def digest(self) -> str:
        """Hash of every number of the run: dated values and changes."""
        values = ",".join(self._all[name].canonical for name in sorted(self._all))
        changes = canonical([[c.parameter, str(c.since), str(c.until), c.how, c.amount] for c in self.changes])
        return hashlib.sha256(f"[[{values}],{changes}]".encode()).hexdigest()


def as_array(value: float | list[float]) -> float | np.ndarray:
    """Return a list as an array that cannot be written."""
    if not isinstance(value, list):
        return value
    array = np.array(value, np.float64)
    array.flags.writeable = False
    return array


def sha256(content: object) -> str:
    """Return the hash of the canonical JSON of something; whole numbers and decimals of equal value are the same."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
