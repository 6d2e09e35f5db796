"""The design of a study: which places, which draws of the parameters, which forms, which seeds.

A draw is one row of a Latin hypercube over every parameter that has a law, met with one of twenty-four combinations of
the model's seven structural forms. Its seeds belong to it alone: reusing seeds 1..R for every draw would correlate the
draws, and a pooled test would then reject most true nothings.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import InputError
from sim.parameters.loader import explain_mistake, read_yaml

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
ALL_CLAIMS = EXPERIMENTS / "all_claims.yaml"

# What a study sets itself, world by world: never drawn, whatever law it has.
POLICY = (
    "alliances.possible", "engineering.", "accounts.", "policies.", "levers.", "commons.", "measures.", "premium.",
    "fund.",
)  # fmt: skip
KEPT_FROM_POLICY = (
    "engineering.coordination",
    "engineering.half_cost",
    "engineering.hub_cost",
    "engineering.search",
    "engineering.promises",
    "engineering.bids",
    "engineering.fte_cost",
    "levers.half_cost",
    "levers.gain_",
)  # what engineering and levers can do is ignorance; how much of them is paid is policy

# Worlds of the first seed of a draw, and of its other seeds: W0 and W4 serve a control and figures shown beside.
ALL = ("W0", "W1", "W2", "W3", "W4")
EVERY = ("W1", "W2", "W3")

# The seven forms of the model: value, network, perception, contagion, closure and returns have two levels,
# dissolution three. No array of sixteen runs holds a factor of three levels without collapsing one of them, so this
# one has twenty-four, OA(24, 2^6 x 3), made of t = OA(12, 2^4 x 3): twice t, with u = 0 then 1, and two columns more,
# u and t1 + u modulo 2. Every two columns meet in all combinations equally often. Rows are sorted by t2 + u modulo 2,
# orthogonal to every column: each half is balanced in every form.
FORM_COLUMNS = (
    "form.value", "form.network", "form.perception", "form.contagion", "form.dissolution", "form.closure",
    "form.returns",
)  # fmt: skip
TWELVE = (
    (0, 0, 0, 0, 0), (0, 0, 1, 1, 0), (1, 1, 0, 0, 0), (1, 1, 1, 1, 0),
    (0, 0, 0, 1, 1), (0, 1, 1, 0, 1), (1, 0, 1, 0, 1), (1, 1, 0, 1, 1),
    (0, 1, 0, 0, 2), (0, 1, 1, 1, 2), (1, 0, 0, 1, 2), (1, 0, 1, 0, 2),
)  # fmt: skip
TWICE = tuple((*row, u, row[0] ^ u) for u in (0, 1) for row in TWELVE)
FORMS = tuple(sorted(TWICE, key=lambda row: row[1] ^ row[5]))
HALF = len(FORMS) // 2


class Frozen(BaseModel):
    """What a study file says cannot be changed once read, and says nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Frozen):
    """One territory of the study, shown by its type and size."""

    key: str
    territory: str
    kind: str
    scale: float = Field(1.0, gt=0, le=1)


class Size(Frozen):
    """How many draws, and how many seeds in each: at least two seeds, or chance cannot be told from ignorance."""

    draws: int = Field(ge=12)
    seeds: int = Field(ge=2)


class Long(Frozen):
    """The few runs that go on to the last horizon, for the chart of the three times."""

    place: str
    months: int
    draws: int = Field(ge=1)
    seeds: int = Field(ge=2)


class Sample(Frozen):
    """How much of a family is run: the first draws of the study, seeds of their own, and the doses."""

    draws: int = Field(ge=4)
    seeds: int = Field(ge=2)
    grid: tuple[float, ...] = ()


class Family(Frozen):
    """Worlds of one claim beside the five of engineering (sim/lab/families.py), on one place."""

    place: Place
    months: int
    start: str | None = None  # that of the study, unless the claim is about other years
    dose: float = 0.0
    quick: Sample
    full: Sample


class Test(Frozen):
    """How one claim is put to the test, decided before any run."""

    estimand: str
    horizon: int
    bar: tuple[float, float]  # direction: refuted below the first, supported above the second
    size: float | None = None  # the claimed value, as this estimand reads it
    size_at_least: bool = True  # False where the claim is that the number is small
    family: str | None = None  # of worlds; none: the five worlds of engineering
    within: float | None = None  # equivalence: the claim is that the effect is nearer to nothing than this
    needs: tuple[str, ...] = ()  # parameters and monthly columns without which the claim cannot be tested


class Study(Frozen):
    """A registered study: nothing here may change after the first verdict without a new name."""

    study: str
    question: str
    question_fr: str
    registered: date
    ranges_hash: str
    start: str
    months: int
    cohort_months: int
    horizons: tuple[int, ...]
    dose: float = Field(gt=0)
    closure: int
    shadow_wage: float
    shadow_wages: tuple[float, ...]
    ordinary_leverage: tuple[float, float]
    places: tuple[Place, ...]
    quick: Size
    full: Size
    long: Long
    level: float
    tests: dict[str, Test]
    families: dict[str, Family] = {}

    @property
    def digest(self) -> str:
        """Hash of everything the study fixes beforehand."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


class Unit(NamedTuple):
    """One place, one draw, one seed: the worlds that it runs share everything but the policy."""

    place: Place
    draw: int
    repeat: int
    seed: int
    form: int
    values: dict[str, float]
    worlds: tuple[str, ...]
    months: int
    family: str = ""
    grid: tuple[float, ...] = ()


def load_study(file: Path | None = None) -> Study:
    """Read a study, or say what is wrong with it."""
    path = ALL_CLAIMS if file is None else Path(file)
    content = read_yaml(path, InputError)
    try:
        return Study.model_validate(content)
    except ValidationError as problem:
        raise InputError(explain_mistake(path.name, problem, "See experiments/all_claims.yaml.")) from None


def seed_of(study: str, draw: int, repeat: int) -> int:
    """Return a seed that belongs to one draw of one study."""
    return int.from_bytes(hashlib.sha256(f"{study}/{draw}/{repeat}".encode()).digest()[:8], "big") >> 1


def form_of(study: str, draw: int) -> int:
    """Return which form a draw meets: each block of 24 draws meets the forms once, in a keyed order, half by half."""
    block, place = divmod(draw, len(FORMS))
    halves = [range(HALF), range(HALF, len(FORMS))]
    order = [f for half in halves for f in sorted(half, key=lambda f: sha(f"{study}/form/{block}/{f}"))]
    return order[place]


def sha(text: str) -> bytes:
    """Return the hash of a text."""
    return hashlib.sha256(text.encode()).digest()


def first_half(draw: int) -> bool:
    """Say in which half a draw is: conditions are found on one and confirmed on the other."""
    return draw // HALF % 2 == 0


def drawn_names(parameters) -> list[str]:
    """Return the parameters that carry ignorance: those with a law, less forms, policy and accounting choices."""
    return [
        name
        for name in parameters.drawn
        if not name.startswith("form.") and (name.startswith(KEPT_FROM_POLICY) or not name.startswith(POLICY))
    ]


def values_of(study: Study, draw: int, draws: int, parameters) -> dict[str, float]:
    """Return the parameter values of one draw, its form included."""
    seed = int.from_bytes(hashlib.sha256(study.study.encode()).digest()[:4], "big")
    values = dict(parameters.draw(draw, of=draws, seed=seed, names=drawn_names(parameters)))
    forms = dict(zip(FORM_COLUMNS, map(float, FORMS[form_of(study.study, draw)]), strict=True))
    values |= {name: level for name, level in forms.items() if name in parameters}
    values["policies.outside"] = float(study.closure)
    values["accounts.shadow_wage"] = study.shadow_wage
    return values


def unit_of(study: Study, place: Place, draw: int, repeat: int, draws: int, worlds, months: int, parameters) -> Unit:
    """Return one unit of a study."""
    values, seed = values_of(study, draw, draws, parameters), seed_of(study.study, draw, repeat)
    return Unit(place, draw, repeat, seed, form_of(study.study, draw), values, worlds, months)


def units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return the paired runs of the study, largest places first so that the last worker does not wait."""
    return [
        unit_of(study, place, draw, repeat, size.draws, EVERY if repeat else ALL, study.months, parameters)
        for place in reversed(study.places)
        for draw in range(size.draws)
        for repeat in range(size.seeds)
    ]


def for_controls(study: Study, unit: Unit) -> bool:
    """Say whether a unit belongs to the small part of the study that controls need by themselves."""
    return unit.place in study.places[:2] and unit.draw < HALF


def long_units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return the few runs that go on to the last horizon: engineering against the same euros untied."""
    place = next(place for place in study.places if place.key == study.long.place)
    return [
        unit_of(study, place, draw, repeat, size.draws, ("W2", "W3"), study.long.months, parameters)
        for draw in range(min(study.long.draws, size.draws))
        for repeat in range(study.long.seeds)
    ]


def family_units(study: Study, name: str, size: Size, quick: bool, parameters) -> list[Unit]:
    """Return the runs of one family: worlds are written by sim/lab/families.py."""
    from sim.lab import families

    family = study.families[name]
    sample = family.quick if quick else family.full
    found = []
    for draw in range(min(sample.draws, size.draws)):
        values = values_of(study, draw, size.draws, parameters)
        known = parameters.values() | values
        worlds = tuple(families.worlds_of(name, sample.grid, family.dose, known))
        for repeat in range(sample.seeds):
            seed = seed_of(f"{study.study}/{name}", draw, repeat)
            form = form_of(study.study, draw)
            found.append(Unit(family.place, draw, repeat, seed, form, values, worlds, family.months, name, sample.grid))
    return found


def control_units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return one unit per place for the controls that need runs of their own, each with another draw and form."""
    return [
        unit_of(study, place, draw, 0, size.draws, (), study.months, parameters)
        for draw, place in enumerate(study.places)
    ]
