"""What determines a run: RunConfig, frozen and checked on the way in.

Months, seeds and dates come from a command line, a notebook or a file; whatever the door, one wrong value gives one
message that says what, where, the value and what to do.
"""

import re
from collections.abc import Callable
from numbers import Integral, Real
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from sim.errors import InputError

SEED_LAST = 2**63 - 1  # a seed is two 32-bit words of the key of chance, and fits a signed column
MONTHS_MOST = 1_200
AROUND_MOST = 20


def whole(name: str, low: int, high: int, example: str) -> Callable[[Any], int]:
    """Return the check of a whole number between `low` and `high`, given as a number or as its digits."""

    def check(value: Any) -> int:
        number = _whole(value)
        if number is None or not low <= number <= high:
            raise InputError(
                f"{name}: {value!r} is not a whole number from {low} to {high}.\n  Give one, for example {example}."
            )
        return number

    return check


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,30}", value.strip()):
        return int(value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return None


def fraction(value: Any) -> float:
    """Check `scale`: above 0, at most 1."""
    try:
        number = float(value) if isinstance(value, (str, Real)) and not isinstance(value, bool) else -1.0
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:  # NaN fails too
        raise InputError(
            f"scale: {value!r} is not a number above 0 and at most 1.\n"
            "  Give 1 for the whole territory, or less for a smaller copy of it, for example 0.25."
        )
    return number


def year_month(value: Any) -> str:
    """Check `start`: a calendar month such as 2026-01."""
    if not isinstance(value, str) or not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", value):
        raise InputError(
            f"start: {value!r} is not a month written YYYY-MM (from 1900-01 to 2199-12).\n"
            "  Give the first month of the run, for example 2026-01."
        )
    return value


def names(value: Any) -> tuple[str, ...]:
    """Check `scenario`: one name or several, in the order in which they apply."""
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(name, str) and name for name in listed):
        raise InputError(
            f"scenario: {value!r} is not a name or a list of names.\n  See `sim list scenarios`, or give a YAML file."
        )
    return tuple(listed)


def text(value: Any) -> str:
    """Check `territory`: something written, to be understood by sim/territory."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(
            f"territory: {value!r} names no territory.\n"
            "  Give a name, epci:SIREN, dep:86, reg:75, france, sample:N, synthetic:N or a graph file."
        )
    return value


class RunConfig(BaseModel):
    """Everything that one run depends on, besides the code and the data of the territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    territory: Annotated[str, BeforeValidator(text)]
    around: Annotated[int, BeforeValidator(whole("around", 0, AROUND_MOST, "1"))] = 0
    scenario: Annotated[tuple[str, ...], BeforeValidator(names)] = ()
    seed: Annotated[int, BeforeValidator(whole("seed", 0, SEED_LAST, "1"))] = 1
    start: Annotated[str, BeforeValidator(year_month)] = "2026-01"
    months: Annotated[int, BeforeValidator(whole("months", 1, MONTHS_MOST, "336"))] = 84
    scale: Annotated[float, BeforeValidator(fraction)] = 1.0
    values: dict[str, float | list[float]] = {}  # parameters set by hand or drawn by a study; the scenario acts on them
    strict: bool = False  # checks after every phase; never changes a result
