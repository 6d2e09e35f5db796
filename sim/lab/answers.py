"""One verdict: what the effects of a study answer to a claim, with all that may not be left out.

Beside direction and size: the probability P0 that the ranges alone give, whether the answer is theirs rather than the
model's, the condition under which the claim holds, how much of the spread is chance, ignorance and form, and what
other estimators, horizons, wages, places and forms say, apart.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.lab import basins as bistable
from sim.lab import claims as registry
from sim.lab import controls, design, discovery, power, threshold, uncertainty, wording
from sim.lab.claims import Claim, load_claims, scaled, unscaled
from sim.lab.design import Study
from sim.lab.table import Runs, Table

MOVED = 0.1  # a claim whose probability moves less than this from P0 is carried by the ranges
BOUNDS = {"direction": (0.25, 0.75), "size": (0.05, 0.5)}  # of P0: outside, the ranges nearly answer by themselves
FEWEST = 4  # draws with an answer, to say anything
UNANSWERED = 0.05  # share of draws without an answer above which nothing is decided
UNITS = {"percent": "share", "times": "ratio", "euros": "EUR/EUR", "number": "number"}
STRATA = {"H5a": "trust.prior", "H5b": "trust.prior", "H13": "value.poolable"}  # parameter by thirds of its range
THIRDS = ("low", "middle", "high")
MEANS = (
    "joint_3_4",
    "joint_4_3",
    "clocks_are_inputs",
    "same_everywhere",
)  # shares of draws: their mean, not their median, is said


def claim_verdict(
    name: str, table: Table, chances: Mapping[str, np.ndarray], more: Mapping = MappingProxyType({})
) -> dict:
    """Return the verdict on one claim; `more` are figures of other runs said beside it."""
    study, claim, test = table.study, load_claims()[name], table.study.tests[name]
    if name == "H1c":
        return by_definition(name, claim, table)
    raw = table.effects(name, test.horizon, study.shadow_wage)
    known = np.isfinite(raw).all(axis=1)
    apart = besides(name, table, test.horizon) | dict(more)
    if known.sum() < FEWEST:
        return unanswered(name, claim, table)
    spread = uncertainty.spread(raw[known], table.seeds[known], table.forms[known])
    values = unscaled(name, spread.corrected)
    ends = tuple(float(unscaled(name, end)) for end in spread.interval(study.level))
    question = Question(name, claim, table, known, values, ends)
    direction, box = question.decide(test.bar)
    size, size_box = question.decide((test.size, test.size)) if test.size is not None else (None, None)
    estimate = float(np.median(values))
    before, after = chances.get(name), values
    p, p0 = question.chance(after, test.bar[1]), question.chance(before, test.bar[1])
    p_size = p0_size = None
    if test.size is not None:
        p_size, p0_size = question.chance(after, test.size), question.chance(before, test.size)
    driven = p0 is not None and abs(p - p0) < MOVED
    driven_size = None not in (p_size, p0_size) and abs(p_size - p0_size) < MOVED
    carriers = discovery.carriers(table.points[known], table.names, spread.corrected)
    ranges = {parameter: (table.runs.parameters[parameter].low, table.runs.parameters[parameter].high)
              for parameter in threshold.CARRIERS}  # fmt: skip
    limits = {}
    if name in threshold.CLAIMS:
        limits = threshold.of_draws(name, table.points[known], table.names, values, (test.bar[1], test.size), ranges)
    parts = strata(name, table, test.horizon)
    found = Answer(direction, box, size, size_box, carriers, estimate, p0, p0_size, apart, parts, limits)
    return {
        "claim": name,
        "statement": claim.statement,
        "statement_fr": claim.statement_fr,
        "claimed_by": claim.claimed_by["en"],
        "claimed_by_fr": claim.claimed_by["fr"],
        "estimand": test.estimand,
        "unit": UNITS[claim.form],
        "estimate": estimate,
        "interval": [*ends, study.level],
        "claimed": None if name == "H1b" else test.size,
        "reference_value": reference(name, study),
        "direction": direction,
        "size": size,
        "p": p,
        "p0": p0,
        "p_size": p_size,
        "p0_size": p0_size,
        "prior_driven": driven or driven_size,
        "prior_driven_direction": driven,
        "prior_driven_size": driven_size,
        "evidence_level": "A",
        **texts(question, found),
        **power_of(question),
        "seeds": len(table.repeats),
        "draws": len(table.draws),
        "forms": len({tuple(form) for form in table.forms}),
        "runs": table.runs.count,
        "assumptions": [name for name, _ in carriers],
        "carriers": [{"name": name, "rank_correlation": strength} for name, strength in carriers],
        "horizon": test.horizon,
        "territory": table.places[0] if test.family else None,  # None: all places of the study together
        "bar": list(test.bar),
        "size_bar": test.size,
        "contrast": registry.CONTRASTS.get(name, name.rstrip("abc")),
        "same": registry.SAME[name],
        "closure": "self-financed" if study.closure == 0 else "outside-financed",
        "shadow_wage": study.shadow_wage,
        "draws_without_answer": int((~known).sum()),
        "uncertainty": {
            "chance": spread.share_chance,
            "ignorance": (1 - spread.share_chance) * (1 - spread.form),
            "form": (1 - spread.share_chance) * spread.form,
            "chance_standard_error": spread.chance,
            "tau2": spread.tau2,
            "within": spread.within,
            "scale": registry.SCALES[name],
        },
        "comb": comb(name, table, known, spread, carriers),
        "beside": apart,
        "strata": parts,
        "thresholds": {carrier: limit._asdict() for carrier, limit in limits.items()},
        "basins": basins_of(name, table, test.horizon),
        "by_horizon": {str(h): median_of(name, table, h, study.shadow_wage) for h in table.horizons},
        "by_wage": {f"{w:g}": median_of(name, table, test.horizon, w) for w in study.shadow_wages},
        "by_place": {k: median_of(name, table, test.horizon, study.shadow_wage, (k,)) for k in table.places},
        "by_form": by_form(table, known, values),
        "registered": study.registered.isoformat(),
    }


class Question(NamedTuple):
    """One claim asked of one study."""

    name: str
    claim: Claim
    table: Table
    known: np.ndarray
    values: np.ndarray  # effects by draw, corrected for chance
    ends: tuple[float, float]  # of their interval

    def decide(self, bar: tuple[float, float]) -> tuple[str, discovery.Box | None]:
        """Answer one question, and say under which condition where it depends."""
        if 1 - self.known.mean() > UNANSWERED:
            return "undecided", None
        half = self.half[self.known]
        points, values, ends = self.table.points[self.known], self.values, self.ends
        if self.within is not None:  # equivalence: how far from nothing, whatever the side, must stay below the bar
            bar = (-self.within, -self.within)
            values, ends = -np.abs(values), nearest_and_farthest(ends)
        plain = uncertainty.decide(ends, bar)
        if plain != "undecided":
            return plain, None
        box = None
        if half.any() and not half.all():
            box = discovery.condition(points, self.table.names, values, bar[1], half)
        return uncertainty.decide(ends, bar, conditional=box is not None), box

    @property
    def half(self) -> np.ndarray:
        """Return on which draws a condition is looked for; it is confirmed on the others."""
        return np.array([design.first_half(draw) for draw in self.table.draws])

    @property
    def within(self) -> float | None:
        """Return how near to nothing the effect is said to be, for a claim of no effect."""
        return self.table.study.tests[self.name].within

    def chance(self, values: np.ndarray | None, bar: float) -> float | None:
        """Return the share of draws for which the claim holds; None where there is no paper formula."""
        if values is None:
            return None
        if self.within is not None:
            return float(np.mean(np.abs(values) < self.within))
        return uncertainty.share_above(values, bar)

    def count(self, bar: float) -> int:
        """Return in how many draws the claim holds."""
        return round(self.chance(self.values, bar) * self.values.size)


def nearest_and_farthest(ends: tuple[float, float]) -> tuple[float, float]:
    """Return the interval of minus the distance to nothing: its low end is the farthest point.

    >>> nearest_and_farthest((-0.02, 0.04)), nearest_and_farthest((0.1, 0.3))
    ((-0.04, 0.0), (-0.3, -0.1))
    """
    low, high = ends
    farthest = max(abs(low), abs(high))
    return -farthest, 0.0 if low <= 0 <= high else -min(abs(low), abs(high))


class Answer(NamedTuple):
    """What was found, before it is put in words."""

    direction: str
    box: discovery.Box | None
    size: str | None
    size_box: discovery.Box | None
    carriers: list[tuple[str, float]]
    estimate: float
    p0: float
    p0_size: float | None
    beside: dict[str, list[float | None]]
    strata: dict[str, object]
    thresholds: dict[str, threshold.Threshold]


def texts(question: Question, answer: Answer) -> dict[str, object]:
    """Return the words of a verdict in both languages, and its conditions."""
    study, form = question.table.study, question.claim.form
    test, parameters = study.tests[question.name], question.table.runs.parameters
    found: dict[str, object] = {
        "condition": None if answer.box is None else answer.box._asdict(),
        "size_condition": None if answer.size_box is None else answer.size_box._asdict(),
    }
    amounts = {"x": answer.estimate, "a": question.ends[0], "b": question.ends[1]}
    amounts |= {name: values[0] for name, values in answer.beside.items()}
    for third in answer.strata.get("thirds", ()):
        amounts |= {f"{key}_in_{third['third']}": values[0] for key, values in third["figures"].items()}
    forms = {f"{key}_in_{third}": known for key, known in wording.FORMS_BESIDE.items() for third in THIRDS}
    forms |= wording.FORMS_BESIDE
    for lang in wording.LANGUAGES:
        conditions = wording.carrier_words(answer.carriers, parameters, lang)
        if answer.box:
            conditions = wording.condition_words(answer.box, parameters, lang)
        shown = {name: wording.amount(value, forms.get(name, form), lang) for name, value in amounts.items()}
        shown |= {
            "claimed": wording.amount(test.size, form, lang),
            "reference": wording.exact_euros(reference(question.name, study), lang),
            "conditions": conditions,
            "size_conditions": ""
            if answer.size_box is None
            else wording.condition_words(answer.size_box, parameters, lang),
        }
        found[f"conditions_{lang}"] = conditions
        found[f"text_{lang}"] = " ".join(
            [
                *wording.answer_words(question.claim, answer.direction, answer.size, shown, lang),
                wording.count_of(question.count(test.bar[1]), int(question.values.size), lang),
                *(note[lang] for note in notes(question, answer)),
            ]
        )
    return found


def power_of(question: Question) -> dict[str, object]:
    """Return what so many draws could have settled, in numbers and in words."""
    found = power.of_answers(question.known, question.half, question.table.study.level)
    unanswered = 1 - float(question.known.mean())
    said = {f"power_{lang}": power.words(found, unanswered, UNANSWERED, lang) for lang in wording.LANGUAGES}
    return {"power": found._asdict(), **said}


def notes(question: Question, answer: Answer) -> list[dict[str, str]]:
    """Return the sentences that a verdict may not go without."""
    chances = {"direction": answer.p0, "size": answer.p0_size}
    outside = [
        name
        for name, chance in chances.items()
        if chance is not None and not BOUNDS[name][0] <= chance <= BOUNDS[name][1]
    ]
    found = [wording.ranges_answer(outside)] if outside else []
    typed, *_ = answer.beside.get("clocks_are_inputs", [None])
    if typed is not None and typed > 0.5:
        found.append(wording.CLOCKS)
    for what, basin in basins_of(
        question.name, question.table, question.table.study.tests[question.name].horizon
    ).items():
        if basin["two"]:
            found.append(wording.two_basins(what, basin["low"]))
    limit = threshold.words(answer.thresholds, question.table.study.tests[question.name].size)
    if limit is not None:
        found.append(limit)
    missing = int((~question.known).sum())
    if missing:
        found.append(wording.without_answer(missing))
    return found + ([question.claim.note] if question.claim.note else [])


def reference(name: str, study: Study) -> float | None:
    """Return what is ordinarily observed: euros of others for one euro of State grant; the euro itself in H4a."""
    if name == "H4a":
        return 1 + study.ordinary_leverage[0]
    return study.ordinary_leverage[0] if name == "H4b" else None


def median_of(name: str, table: Table, horizon: int, wage: float, places: tuple[str, ...] = ()) -> list[float | None]:
    """Return the median effect over draws and its interval; None where nothing is known."""
    raw = table.effects(name, horizon, wage, places)
    raw = raw[np.isfinite(raw).all(axis=1)]
    if len(raw) < FEWEST:
        return [None, None, None]
    seeds = np.arange(raw.size, dtype=np.uint64).reshape(raw.shape)  # checked once for the verdict itself
    spread = uncertainty.spread(raw, seeds)
    found = (float(np.median(spread.corrected)), *spread.interval(table.study.level))
    return [float(unscaled(name, value)) for value in found]


def strata(name: str, table: Table, horizon: int) -> dict[str, object]:
    """Return what is shown beside a verdict, by thirds of the range of the parameter that splits its draws."""
    if name not in STRATA:
        return {}
    parameter = table.runs.parameters[STRATA[name]]
    value = table.points[:, table.names.index(STRATA[name])]
    edges = np.linspace(parameter.low, parameter.high, len(THIRDS) + 1)
    which = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(THIRDS) - 1)
    return {
        "parameter": STRATA[name],
        "thirds": [
            {"third": third, "low": float(edges[k]), "high": float(edges[k + 1]), "draws": int((which == k).sum()),
             "figures": besides(name, table, horizon, which == k)}
            for k, third in enumerate(THIRDS)
        ],
    }  # fmt: skip


def basins_of(name: str, table: Table, horizon: int) -> dict[str, dict]:
    """Return, for what may be bistable, whether runs fall in two basins, and which share of them in each."""
    found = {}
    for what, reading in registry.bistable(name, table.study.shadow_wage).items():
        values = table.map(lambda sums, reading=reading: where_run(reading, sums), horizon, tuple(table.places))
        basins = bistable.of_values(values.ravel())
        if basins is not None:
            found[what] = basins._asdict()
    return found


def besides(name: str, table: Table, horizon: int, chosen: np.ndarray | None = None) -> dict[str, list[float | None]]:
    """Return the median over draws (all, or those chosen), and the interval, of what is shown beside the verdict."""
    found, places = {}, tuple(table.places)
    for key, reading in registry.beside(name, horizon, table.study.shadow_wage).items():
        raw = table.map(lambda sums, reading=reading: where_run(reading, sums), horizon, places)
        raw = raw if chosen is None else raw[chosen]
        answered = np.isfinite(raw)
        values = (
            np.where(answered, raw, 0).sum(axis=1)[answered.any(axis=1)] / answered.sum(axis=1)[answered.any(axis=1)]
        )
        found[key] = [None, None, None]
        if values.size:
            middle = float(values.mean() if key in MEANS else np.median(values))
            found[key] = [middle, *uncertainty.interval(values, table.study.level)]
    return found


def where_run(reading: Callable, sums: Mapping) -> float:
    """Return a reading of paired worlds, or NaN where a world it needs was not run with this seed."""
    try:
        return reading(sums)
    except KeyError:
        return math.nan


def by_form(table: Table, known: np.ndarray, values: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the median effect at each level of each structural form: never averaged away."""
    found: dict[str, dict[str, float]] = {}
    for k, name in enumerate(design.FORM_COLUMNS):
        levels = table.forms[known][:, k]
        found[name] = {str(level): float(np.median(values[levels == level])) for level in np.unique(levels)}
    return found


def comb(name: str, table: Table, known: np.ndarray, spread, carriers) -> list[dict]:
    """Return one bar per draw: its effect, its interval of chance, and the assumptions that weigh most."""
    from scipy.stats import t as student

    free = max(1, int(known.sum()) * (len(table.repeats) - 1))
    half = float(student.ppf(0.5 + table.study.level / 2, free)) * spread.chance
    same, bars = float(scaled(name, np.array(registry.SAME[name]))), []
    draws = np.array(table.draws)[known]
    shown = [table.names.index(carrier) for carrier, _ in carriers[:4]]
    for k, middle in enumerate(spread.draws):
        low, high = middle - half, middle + half
        bars.append(
            {
                "draw": int(draws[k]),
                "form": "".join(str(level) for level in table.forms[known][k]),
                "territory": None,
                "estimate": float(unscaled(name, middle)),
                "low": float(unscaled(name, low)),
                "high": float(unscaled(name, high)),
                "corrected": float(unscaled(name, spread.corrected[k])),
                "class": "gains" if low > same else "loses" if high < same else "undecided",
                "assumptions": {table.names[j]: float(table.points[known][k, j]) for j in shown},
            }
        )
    return sorted(bars, key=lambda bar: bar["estimate"])


def by_definition(name: str, claim: Claim, table: Table) -> dict:
    """Return the entry of a claim that the trend answers by construction: said, not tested."""
    study = table.study
    return base(
        name, claim.statement, claim.statement_fr, study.tests[name].estimand, "share", 0.0, [0.0, 0.0, study.level],
        "not_tested", claim.direction["not_tested"]["fr"], claim.direction["not_tested"]["en"], table.runs,
    ) | {"claimed_by": claim.claimed_by["en"], "claimed_by_fr": claim.claimed_by["fr"]}  # fmt: skip


def unanswered(name: str, claim: Claim, table: Table) -> dict:
    """Return the entry of a claim that speaks of something that nearly never happened in the runs."""
    fr = "Trop peu de projets comparables dans ces mondes simulés\u00a0: rien à en dire."
    en = "Too few comparable projects in these simulated worlds: nothing to say."
    study = table.study
    return base(
        name, claim.statement, claim.statement_fr, study.tests[name].estimand, UNITS[claim.form], None,
        [None, None, study.level], "undecided", fr, en, table.runs,
    ) | {
        "claimed_by": claim.claimed_by["en"], "claimed_by_fr": claim.claimed_by["fr"],
        "size": None if study.tests[name].size is None else "undecided", "claimed": study.tests[name].size,
    }  # fmt: skip


def missing(test, parameters) -> list[str]:
    """Return what this version of the model lacks for a claim: parameters, or columns of the monthly record."""
    from sim.record import MONTHLY

    return [name for name in test.needs if name not in parameters and name not in MONTHLY]


def not_tested(name: str, runs: Runs, lacking: list[str]) -> dict:
    """Return the entry of a claim that this version cannot test, and why."""
    claim, study = load_claims()[name], runs.study
    what = ", ".join(lacking)
    fr = f"Non testée : cette version du modèle n'a pas encore ce qu'il faut ({what})."
    en = f"Not tested: this version of the model does not have what it takes yet ({what})."
    return base(
        name, claim.statement, claim.statement_fr, study.tests[name].estimand, UNITS[claim.form], None,
        [None, None, study.level], "not_tested", fr, en, runs,
    ) | {"claimed_by": claim.claimed_by["en"], "claimed_by_fr": claim.claimed_by["fr"]}  # fmt: skip


def control_verdict(control: controls.Control, runs: Runs) -> dict:
    """Return the entry of one control; a control holds or fails, and nothing in between."""
    held = control.holds
    fr = "Contrôle réussi." if held else "Contrôle manqué\u00a0: aucun autre verdict n'est donné."
    en = "The control holds." if held else "The control fails: no other verdict is given."
    return base(
        control.id, control.statement_en, control.statement_fr, control.estimand, control.unit, control.estimate,
        [*control.interval, runs.study.level], "supported" if held else "refuted",
        f"{control.statement_fr} {fr}", f"{control.statement_en} {en}", runs,
    ) | {"claimed_by": "the authors of the simulator", "claimed_by_fr": "les auteurs du simulateur"}  # fmt: skip


def base(name, statement, statement_fr, estimand, unit, estimate, interval, direction, fr, en, runs: Runs) -> dict:
    """Return an entry that has a direction only."""
    return {
        "claim": name,
        "statement": statement,
        "statement_fr": statement_fr,
        "claimed_by": "",
        "claimed_by_fr": "",
        "estimand": estimand,
        "unit": unit,
        "estimate": estimate,
        "interval": interval,
        "claimed": None,
        "reference_value": None,
        "direction": direction,
        "size": None,
        "p0": None,
        "prior_driven": False,
        "evidence_level": "A",
        "conditions_fr": "",
        "conditions_en": "",
        "text_fr": fr,
        "text_en": en,
        "seeds": runs.size.seeds,
        "draws": runs.size.draws,
        "forms": len(design.FORMS),
        "runs": runs.count,
        "assumptions": [],
        "registered": runs.study.registered.isoformat(),
    }
