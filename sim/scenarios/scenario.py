"""A scenario is data: dated changes of parameters, each with its reason, and what it costs to whom.

It never touches the state of a run: the same phases act on other numbers. Before its first change two worlds are
equal to the bit.
"""

import math
from datetime import date
from itertools import combinations, product
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, model_validator

from sim.errors import ParameterError, ScenarioError
from sim.parameters import Change, Parameter, Parameters
from sim.parameters.collection import month_of
from sim.parameters.parameter import Number, Text, Value

HOW = ("value", "factor", "add")


def moment(given: Any) -> date | int:
    """Read 'start', a month written YYYY-MM, or a number of months after the start."""
    if given == "start":
        return 0
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    if isinstance(given, str) and len(given) == len("2026-01"):
        try:
            return month_of(given)
        except ParameterError:
            pass
    raise ValueError(f"{given!r} is no moment | Write 'start', a month such as 2027-01, or months after the start.")


Moment = Annotated[date | int, BeforeValidator(moment)]


class Entry(BaseModel):
    """One change, as a scenario file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameter: Text
    since: Moment
    until: Moment | None = None  # first month without the change
    value: Value | None = None
    factor: Number | None = None
    add: Number | None = None
    unit: Text | None = None
    because: Text

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        given = [how for how in HOW if getattr(self, how) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none"
            raise ValueError(f"its change of {self.parameter} gives {said} of value, factor, add | Give exactly one.")
        if self.factor is None and self.unit is None:
            raise ValueError(f"its change of {self.parameter} has no unit | Repeat the unit of the parameter.")
        if self.factor is not None and self.unit is not None:
            raise ValueError(f"its change of {self.parameter} gives a unit to a factor | Remove the unit.")
        if type(self.since) is type(self.until) and self.since >= self.until:
            raise ValueError(f"its change of {self.parameter} ends before it starts | Give a later 'until'.")
        return self

    @property
    def how(self) -> str:
        """Which of value, factor and add is given."""
        return next(how for how in HOW if getattr(self, how) is not None)

    @property
    def change(self) -> Change:
        """The change as parameters keep it."""
        return Change(self.parameter, self.since, self.until, self.how, getattr(self, self.how))


class Cost(BaseModel):
    """What a scenario costs, who pays, who loses: no measure is shown without it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what_fr: Text
    what_en: Text
    payer_fr: Text
    payer_en: Text
    loser_fr: Text
    loser_en: Text


class Scenario(BaseModel):
    """Named, dated, reasoned changes of parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    title_fr: Text
    title_en: Text
    question_fr: Text
    question_en: Text
    changes: tuple[Entry, ...] = ()
    cost: Cost | None = None
    moves: tuple[Text, ...] = ()  # what it is meant to move: columns of the monthly table (a test holds that one does)
    accounts_only: StrictBool = False  # it changes how things are counted, and no flow
    excludes: tuple[Text, ...] = ()  # scenarios that make no sense beside it
    trend: StrictBool = False  # the continuation of today, the only scenario that may change nothing

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.changes and not self.trend:
            raise ValueError("it changes nothing | List its changes, or remove it: 'trend' is the one without changes.")
        if self.changes and self.trend:
            raise ValueError("it is the trend, yet it has changes | Remove 'trend: true', or the changes.")
        return self

    def apply(self, parameters: Parameters) -> Parameters:
        """Return the parameters with the changes of this scenario on top, each checked against what it changes."""
        for entry in self.changes:
            parameter = self._known(parameters, entry)
            self._check_unit(parameter, entry)
            self._check_result(parameters, parameter, entry)
        return parameters.with_changes(entry.change for entry in self.changes)

    def _known(self, parameters: Parameters, entry: Entry) -> Parameter:
        try:
            return parameters[entry.parameter]
        except ParameterError as problem:
            raise ScenarioError(f"Scenario '{self.name}': {problem}") from None

    def _check_unit(self, parameter: Parameter, entry: Entry):
        if entry.unit is not None and entry.unit != parameter.unit:
            raise ScenarioError(
                f"Scenario '{self.name}': the change of {parameter.name} is in '{entry.unit}', the parameter is in "
                f"'{parameter.unit}'.\n  Convert the number and write unit: {parameter.unit}."
            )

    def _check_result(self, parameters: Parameters, parameter: Parameter, entry: Entry):
        """Refuse what leaves the range, and what changes nothing: a measure that cannot bite is a mistake."""
        before = [*map(parameter.at, parameter.values)]
        after = [entry.change.applied(value) for value in before]
        reason = next(filter(None, map(parameter.objection, after)), None)
        if reason:
            raise ScenarioError(
                f"Scenario '{self.name}': {parameter.name} cannot be changed this way: {reason}.\n"
                f"  'sim explain {parameter.name}' gives its range and its unit."
            )
        earlier = any(change.parameter == parameter.name for change in parameters.changes)
        earlier = earlier or sum(other.parameter == parameter.name for other in self.changes) > 1
        if before == after and not earlier:
            raise ScenarioError(
                f"Scenario '{self.name}': the change of {parameter.name} changes nothing, it is {before[-1]} already.\n"
                "  Give another amount, or remove the change."
            )


def combine(scenarios: list[Scenario], start: str | date = "2026-01") -> Scenario:
    """Return the scenarios as one, changes in the order given; refuse those that contradict each other.

    They do when one excludes the other, or when both set a parameter to different values in the same months of a run
    that begins at `start`. Factors and additions act on what is in force: they combine, but for two of the same month.
    """
    if len(scenarios) == 1:
        return scenarios[0]
    active = [scenario for scenario in scenarios if not scenario.trend]
    for first, second in combinations(active, 2):
        _refuse_excluded(first, second)
        _refuse_overlap(first, second, month_of(start))
    kept: dict[tuple, tuple[Scenario, Entry]] = {}
    for scenario in active:
        for entry in scenario.changes:
            key = (entry.parameter, entry.since)
            other, same = kept.setdefault(key, (scenario, entry))
            if other is not scenario and (entry.change != same.change or entry.how != "value"):
                raise ScenarioError(_contradiction(other, same, scenario, entry))
    changes = dict.fromkeys(entry for scenario in active for entry in scenario.changes)
    unique = {entry.change: entry for entry in reversed(changes)}  # the first reason given stays
    return Scenario(
        name="+".join(s.name for s in scenarios) or "trend",
        title_fr=" + ".join(s.title_fr for s in active) or "Tendance",
        title_en=" + ".join(s.title_en for s in active) or "Trend",
        question_fr=" ".join(s.question_fr for s in active) or "Et si tout continuait ainsi ?",
        question_en=" ".join(s.question_en for s in active) or "What if everything went on like this?",
        changes=tuple(entry for entry in changes if unique[entry.change] is entry),
        cost=_sum([s.cost for s in active if s.cost]),
        moves=tuple(dict.fromkeys(name for s in active for name in s.moves)),
        accounts_only=bool(active) and all(s.accounts_only for s in active),
        excludes=tuple(dict.fromkeys(name for s in active for name in s.excludes)),
        trend=not active,
    )


def _sum(costs: list[Cost]) -> Cost | None:
    """Return the costs as one text per field, the same sentence once."""
    fields = {name: " ".join(dict.fromkeys(getattr(cost, name) for cost in costs)) for name in Cost.model_fields}
    return Cost(**fields) if costs else None


def _refuse_excluded(first: Scenario, second: Scenario):
    for one, other in ((first, second), (second, first)):
        if other.name in one.excludes:
            raise ScenarioError(
                f"Scenario '{one.name}' excludes '{other.name}': they are two readings or two states of one thing.\n"
                "  Choose one of the two."
            )


def _refuse_overlap(first: Scenario, second: Scenario, start: date):
    """Two values for one parameter in one month: whichever won, the other would be shown and not be there."""
    for one, two in product(first.changes, second.changes):
        if one.parameter != two.parameter or (one.how, two.how) != ("value", "value") or one.change == two.change:
            continue
        (from_one, to_one), (from_two, to_two) = one.change.months(start), two.change.months(start)
        since, until = max(from_one, from_two), min(to_one, to_two)
        if one.value != two.value and since < until and from_one != from_two:
            end = "for ever" if until == math.inf else f"until month {until}"
            raise ScenarioError(
                f"Scenarios '{first.name}' ({one.value}) and '{second.name}' ({two.value}) both set {one.parameter}, "
                f"from month {since} {end}.\n  Give months that do not overlap, or choose one of the two."
            )


def _contradiction(first: Scenario, one: Entry, second: Scenario, two: Entry) -> str:
    amounts = [f"'{s.name}' ({e.how} {getattr(e, e.how)})" for s, e in ((first, one), (second, two))]
    since = one.since if isinstance(one.since, int) else f"{one.since:%Y-%m}"
    return (
        f"Scenarios {' and '.join(amounts)} both change {one.parameter} at {since or 'start'}.\n"
        "  Give different dates, or choose one of the two."
    )
