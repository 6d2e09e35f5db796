"""The effects of a study: sums of paired worlds, added as each question needs, then read by each claim."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.errors import RunError
from sim.lab import design, families, frugality, worlds
from sim.lab.claims import effect, scaled
from sim.lab.design import Size, Study


class Runs(NamedTuple):
    """Everything that was run: the study, its outcomes by (draw, repeat, place), and the long runs."""

    study: Study
    size: Size
    parameters: object
    outcomes: list[dict]
    long: list[dict]
    own: list[dict]  # of the controls
    code: str
    quick: bool
    families: Mapping[str, list[dict]] = MappingProxyType({})  # outcomes of the worlds that one claim needs, by family

    @property
    def count(self) -> int:
        """How many worlds were simulated for the claims."""
        return sum(len(outcome["worlds"]) for outcome in self.outcomes)


class Table:
    """Sums of a study by draw, repeat and place, added as each question needs."""

    def __init__(self, runs: Runs):
        self.runs, self.study = runs, runs.study
        self.cells = {(o["draw"], o["repeat"], o["place"]): o for o in runs.outcomes}
        self.draws = sorted({draw for draw, _, _ in self.cells})
        self.repeats = sorted({repeat for _, repeat, _ in self.cells})
        self.places = sorted({place for _, _, place in self.cells})
        self.seeds = np.array([[int(self.cell(d, r)["seed"]) for r in self.repeats] for d in self.draws], np.uint64)
        self.forms = np.array([design.FORMS[self.cell(d, self.repeats[0])["form"]] for d in self.draws])
        self.names, self.points = self._points()
        self._known: dict = {}

    @classmethod
    def of_family(cls, runs: Runs, family: str) -> "Table":
        """Return the table of the worlds of one family."""
        outcomes, other = runs.families[family], families.JOINED.get(family)
        if other in runs.families:
            more = {(o["draw"], o["repeat"]): o["worlds"] for o in runs.families[other]}
            outcomes = [o | {"worlds": o["worlds"] | more.get((o["draw"], o["repeat"]), {})} for o in outcomes]
        return cls(runs._replace(outcomes=outcomes))

    @property
    def horizons(self) -> list[int]:
        """Return the months at which sums were kept."""
        first = self.runs.outcomes[0]["worlds"]
        return sorted(int(h) for h in next(iter(first.values())))

    def cell(self, draw: int, repeat: int, place: str | None = None) -> dict:
        """Return the outcome of one unit; a hole in the study is an error."""
        key = (draw, repeat, self.places[0] if place is None else place)
        if key not in self.cells:
            raise RunError(f"The study lacks draw {key[0]}, repeat {key[1]} on {key[2]}.\n  Run it again: it goes on.")
        return self.cells[key]

    def worlds(self, draw: int, repeat: int, horizon: int, places: tuple[str, ...]) -> dict:
        """Return the sums of every world, and of every pair, over some places: ratios come after sums."""
        key = (draw, repeat, horizon, places)
        if key not in self._known:
            cells = [self.cell(draw, repeat, place) for place in places]
            self._known[key] = {
                name: worlds.add([cell[kind][name][str(horizon)] for cell in cells])
                for kind in ("worlds", "pairs")
                for name in cells[0][kind]
            }
        return self._known[key]

    def effects(self, claim: str, horizon: int, wage: float, places: tuple[str, ...] = ()) -> np.ndarray:
        """Return the effects of a claim [draw, repeat], on the scale in which they are averaged."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return scaled(
                claim,
                self.map(lambda sums: effect(claim, sums, wage), horizon, places or tuple(self.places)),
            )

    def map(self, function: Callable, horizon: int, places: tuple[str, ...]) -> np.ndarray:
        """Return a function of the sums of each draw and repeat."""
        return np.array(
            [[function(self.worlds(d, r, horizon, places)) for r in self.repeats] for d in self.draws], float
        )

    def log_frugality(self, world: str) -> np.ndarray:
        """Return log F_T of a world against the placebo [draw, repeat]."""
        last, wage = max(self.study.horizons), self.study.shadow_wage
        read = frugality.of_places
        values = self.map(lambda s: read(s["W3"], s[world], wage) if world in s else np.nan, last, tuple(self.places))
        return np.log(values)

    def gaps_of_luck(self, world: str) -> np.ndarray:
        """Return log means per value of a world with its first seed, less that with its second [draw, place]."""
        last, wage = max(self.study.horizons), self.study.shadow_wage

        def logs(place: str) -> np.ndarray:
            return np.log(self.map(lambda s: frugality.means_per_value(s[world], wage), last, (place,)))

        return np.column_stack([values[:, 0] - values[:, 1] for values in map(logs, self.places)])

    def _points(self) -> tuple[list[str], np.ndarray]:
        study, parameters = self.study, self.runs.parameters
        rows = [design.values_of(study, d, self.runs.size.draws, parameters) for d in self.draws]
        names = [*design.drawn_names(parameters), *(name for name in design.FORM_COLUMNS if name in rows[0])]
        return names, np.array([[row[name] for name in names] for row in rows], float)
