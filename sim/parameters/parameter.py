"""One parameter: a sourced, dated number with a unit, a kind and a range.

The fields are those of the YAML files, documented in docs/parameters.md. What a field may hold is checked here;
the words in which a mistake is told to its author are those of loader.py.
"""

import json
import math
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sim.parameters.evidence import UNITS, check_sources, claims_equal_to
from sim.parameters.readers import readers

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Value = Number | tuple[Number, ...]

# A source that nobody can follow is an opinion: these openings say so in the author's own words.
ADMISSIONS = ("assumption", "order of magnitude")


class Source(BaseModel):
    """Where a value comes from, precisely enough to be followed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    title_fr: Text | None = None  # for those who read sources in French: every parameter that studies draw has one
    facts: tuple[str, ...] = ()  # ids of facts.csv
    recipe: Text | None = None  # how the number was computed from what the title names
    url: Text | None = None
    file: Text | None = None  # record of a calibration

    @property
    def followable(self) -> bool:
        """True when somebody else can go and look."""
        return bool(self.facts or self.recipe or self.url or self.file)


class Parameter(BaseModel):
    """A number of the model, as its YAML file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    label_fr: Text
    label_en: Text
    meaning: Text
    meaning_fr: Text
    unit: str
    kind: Literal["law", "statistic", "calibrated", "assumption"]
    values: dict[date, Value] = Field(min_length=1)
    sources: dict[date, Source] = Field(alias="source")
    low: Number | None = None
    high: Number | None = None
    law: Literal["uniform", "log", "weight", "choice", "fixed"] = "fixed"
    choices: tuple[Number, ...] | None = None
    not_a_claim: Text | None = None  # why the value equals a claimed number without coming from the claim

    # What the value is

    @property
    def date(self) -> date:
        """Date of the latest value."""
        return max(self.values)

    @property
    def value(self) -> float | list[float]:
        """The latest value."""
        return plain(self.values[self.date])

    @property
    def source(self) -> Source:
        """Source of the latest value."""
        return self.sources[self.date]

    @cached_property
    def canonical(self) -> str:
        """Its name and dated values as JSON, for the hash of a run: made once for those that no run changes."""
        return canonical([self.name, sorted((str(when), value) for when, value in self.values.items())])

    @property
    def drawn(self) -> bool:
        """True when studies draw it in its range; the others are fixed, or levers of a policy."""
        return self.law != "fixed"

    @property
    def used_by(self) -> tuple[str, ...]:
        """Files of the package that read it."""
        return readers(self.name)

    def at(self, when: date) -> float | list[float]:
        """Return the value in force on a date; before the first date, the first value holds."""
        known = [since for since in self.values if since <= when]
        return plain(self.values[max(known) if known else min(self.values)])

    @cached_property
    def quantile_bounds(self) -> tuple[float, float]:
        """Ends of the scale on which the law is uniform."""
        if self.law == "log":
            return math.log(self.low), math.log(self.high)
        if self.law == "weight":
            return -math.expm1(-self.low), -math.expm1(-self.high)
        return self.low, self.high

    def quantile(self, u: float) -> float:
        """Return the value below which a share `u` of the law lies, 0 <= u < 1.

        `weight` is a standard exponential cut to its range: weights divided by their sum then follow
        (but for the cut) the flat Dirichlet law, which favours no share.
        """
        if self.law == "choice":
            return self.choices[int(u * len(self.choices))]
        if self.law == "fixed":
            return self.value
        start, end = self.quantile_bounds
        point = start + u * (end - start)
        if self.law == "log":
            point = math.exp(point)
        elif self.law == "weight":
            point = -math.log1p(-point)
        return min(max(point, self.low), self.high)  # rounding must not leave the range

    def objection(self, value: float | list[float]) -> str | None:
        """Return why a value cannot be given to this parameter, or None."""
        amounts = value if isinstance(value, (list, tuple)) else [value]
        if len(amounts) != width(self.values[self.date]) or isinstance(value, (list, tuple)) != self.is_list:
            expected = f"a list of {width(self.values[self.date])} numbers" if self.is_list else "one number"
            return f"{value!r} is not {expected}"
        for amount in amounts:
            if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not math.isfinite(amount):
                return f"{amount!r} is not a finite number"
            if self.choices is not None and amount not in self.choices:
                return f"{amount:g} is not one of {', '.join(f'{c:g}' for c in self.choices)}"
            if self.low is not None and amount < self.low:
                return f"{amount:g} {self.unit} is below the lowest value allowed, {self.low:g}"
            if self.high is not None and amount > self.high:
                return f"{amount:g} {self.unit} is above the highest value allowed, {self.high:g}"
        return None

    @property
    def is_list(self) -> bool:
        """True when the value is a list (shares of kinds, weights of domains ...)."""
        return isinstance(self.values[self.date], tuple)

    # What is refused

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for check in (_unit_is_known, _range_is_whole, _values_are_in_range, _every_value_has_its_source):
            check(self)
        for source in self.sources.values():
            check_sources(f"{source.title} {source.title_fr} {source.recipe}", source.facts)
            _source_fits_kind(self.kind, source)
        _no_claim_in_disguise(self)
        return self


def canonical(content: object) -> str:
    """Return the JSON of something with every number a float: 1 and 1.0 give one hash."""
    return json.dumps(_as_floats(content), separators=(",", ":"))


def _as_floats(content: object) -> object:
    if isinstance(content, (list, tuple)):
        return [_as_floats(item) for item in content]
    return float(content) if isinstance(content, (int, float)) and math.isfinite(content) else content


def plain(value: float | tuple[float, ...]) -> float | list[float]:
    """Return the value as users meet it: a number, or a list."""
    return list(value) if isinstance(value, tuple) else value


def width(value: float | tuple[float, ...]) -> int:
    """Return how many numbers a value holds."""
    return len(value) if isinstance(value, tuple) else 1


def _unit_is_known(parameter: Parameter):
    if parameter.unit not in UNITS:
        raise ValueError(
            f"unit '{parameter.unit}' is not in the list of units | "
            f"Use one of sim/parameters/units.csv ({', '.join(UNITS)}), or add a line there."
        )


def _range_is_whole(parameter: Parameter):
    """A law needs what it is drawn from, and nothing else."""
    low, high, law = parameter.low, parameter.high, parameter.law
    if (low is None) != (high is None):
        raise ValueError("it has one end of its range only | Give both low and high.")
    if low is not None and not low < high:
        raise ValueError(f"its range is empty: low {low:g}, high {high:g} | low must be below high.")
    if law in ("uniform", "log", "weight") and low is None:
        raise ValueError(f"law '{law}' has no range | Give low and high, or law: fixed.")
    if law in ("log", "weight") and low <= 0:
        raise ValueError(f"law '{law}' needs a range above 0, low is {low:g} | Give a positive low, or law: uniform.")
    if law == "choice" and not parameter.choices:
        raise ValueError("law 'choice' has no choices | Give choices: [..].")
    if parameter.choices is not None and (law not in ("choice", "fixed") or low is not None):
        raise ValueError("it has choices beside a range | Keep the choices (law: choice or fixed), or the range.")
    if parameter.is_list and law != "fixed":
        raise ValueError(f"a list cannot be drawn by law '{law}' | Use law: fixed, or one parameter per element.")


def _values_are_in_range(parameter: Parameter):
    for when, value in parameter.values.items():
        reason = parameter.objection(plain(value))
        if reason:
            raise ValueError(f"its value of {when} is refused: {reason} | Correct the value or its range.")


def _every_value_has_its_source(parameter: Parameter):
    for when in parameter.values:
        if when not in parameter.sources:
            raise ValueError(
                f"it has a value on {when} with no source | "
                "Give a title under source at the same date, or kind: assumption and who chose it."
            )
    for when in parameter.sources:
        if when not in parameter.values:
            raise ValueError(f"it has a source on {when} for no value | Give the value of that date, or remove it.")


def _source_fits_kind(kind: str, source: Source):
    """An assumption says that it is one; a statistic can be looked up; a calibration left a record."""
    admitted = source.title.lower().startswith(ADMISSIONS)
    if kind == "assumption" and not admitted:
        raise ValueError(
            f"it is an assumption, yet its source reads as a reference: '{source.title}' | "
            "Start the title with 'assumption, chosen by ...: reason' or 'order of magnitude, ...', or change the kind."
        )
    if kind != "assumption" and admitted:
        raise ValueError(f"its source says '{source.title}' but its kind is {kind} | Use kind: assumption.")
    if kind in ("law", "statistic") and not source.followable:
        raise ValueError(
            f"nobody can follow its source '{source.title}' | Give facts, url or recipe (how it was computed)."
        )
    if kind == "calibrated" and source.file is None:
        raise ValueError("it is calibrated without a record | Give file: the record of the calibration.")


def _no_claim_in_disguise(parameter: Parameter):
    """A value equal to a claimed number is suspect until its author says why it is not the claim.

    Codes are exempt: 2 then names the third of several forms, and its size enters no equation.
    """
    if parameter.unit == "code" or parameter.not_a_claim:
        return
    for when, value in parameter.values.items():
        for amount in value if isinstance(value, tuple) else (value,):
            claims = claims_equal_to(amount)
            if claims and not _measured(parameter.sources[when]):
                raise ValueError(
                    f"its value {amount:g} of {when} is also a claimed number ({claims}) | Choose another value, give "
                    "a source independent of the claims (url or recipe), or not_a_claim: why it is a coincidence."
                )


def _measured(source: Source) -> bool:
    """True for a source that owes nothing to the documents that make the claims."""
    return bool(source.url or source.recipe)
