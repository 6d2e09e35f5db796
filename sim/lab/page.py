"""What the charts of the verdict page draw (docs/page-data.md): every number ready, nothing left to compute."""

import numpy as np

import sim
from sim.lab import design, durability, premium, uncertainty, worlds
from sim.lab.families import MONTHS_SHOWN
from sim.lab.runner import territory_of
from sim.lab.table import Table

MODELS = "APEFSUGX"
BARS, THREADS = 60, 12
EURO_YEAR = 2019  # of the national table of flows (sim/parameters/budget.yaml)
EVERY = 6  # months between two points of a survival curve
UNITS = {"performance": "percent", "innovation": "per_100k", "confidence": "points"}


def page(runs, verdicts: list[dict]) -> dict:
    """Return the content of page.json; without claims (a control failed), the study and its places only."""
    found = {"study": study_part(runs), "territories": territories(runs)}
    claims = {v["claim"]: v for v in verdicts if "comb" in v}
    if not claims:
        return found
    table = Table(runs)
    found["claims"] = {name: comb(v) for name, v in claims.items()}
    found["three_times"] = three_times(runs)
    found["survival"] = survival(table)
    found["premium"] = stairs(table, claims.get("H1a"))
    found["who"] = who(table)
    found["parameters"] = parameters(runs.parameters)
    return {name: part for name, part in found.items() if part}


def study_part(runs) -> dict:
    """Return what every chart says of the study."""
    study = runs.study
    return {
        "id": study.digest[:8],
        "name": study.study,
        "quick": runs.quick,
        "version": sim.__version__,
        "code_id": runs.code,
        "start": study.start,
        "months": study.months,
        "draws": runs.size.draws,
        "seeds": runs.size.seeds,
        "forms": len(design.FORMS),
        "runs": runs.count,
        "level": study.level,
        "euro_year": EURO_YEAR,
        "closure": "self" if study.closure == 0 else "outside",
        "ranges_hash": study.ranges_hash,
        "registered": study.registered.isoformat(),
        "command": "sim verdict" + (" --quick" if runs.quick else "") + " --out DIR",
        "data_date": "2025-01-01",
        "dose": study.dose,
    }


def territories(runs) -> list[dict]:
    """Return the places of the study as sizes; a name is only where a size comes from."""
    found, seen = [], {o["place"]: o for o in reversed(runs.outcomes)}
    own = {family.place.key: family.place for name, family in runs.study.families.items() if name in runs.families}
    for key, place in ({place.key: place for place in runs.study.places} | own).items():
        if key not in seen and key not in own:
            continue  # not run, because no claim that was asked for needs it
        territory = territory_of(place.territory)
        found.append(
            {
                "key": place.key,
                "kind": place.kind,
                "population": int(territory.population[territory.core].sum()),
                "communes": int(territory.n_communes[territory.core].sum()),
                "name": territory.name,
                "twins": len(territory.twins()),
                "organisations": int(seen[key]["organisations"]) if key in seen else None,
                "scale": place.scale,
            }
        )
    return found


def comb(verdict: dict) -> dict:
    """Return the bars of one claim: at most sixty, taken evenly by rank; the counts are of all."""
    bars = verdict["comb"]
    names = ("gains", "undecided", "loses")
    kept = bars
    if len(bars) > BARS:
        kept = [bars[round(k * (len(bars) - 1) / (BARS - 1))] for k in range(BARS)]
    return {
        "contrast": verdict["contrast"],
        "territory": verdict["territory"],
        **{name: verdict[name] for name in ("draws", "seeds", "runs")},
        "horizon": verdict["horizon"],
        "scale": "log" if verdict["uncertainty"]["scale"] == "log" else "linear",
        "same": verdict["same"],
        "claimed": verdict["claimed"],
        "reference": verdict["reference_value"],
        "bars": kept,
        "counts": {name: sum(bar["class"] == name for bar in bars) for name in names},
    }


def three_times(runs) -> list[dict]:
    """Return the paired difference of the three indicators through time, one thread per set of assumptions."""
    if not runs.long:
        return []
    draws = sorted({o["draw"] for o in runs.long})[:THREADS]
    months = [m for m in MONTHS_SHOWN if m <= runs.study.long.months]
    found = []
    for indicator, unit in UNITS.items():
        threads = [thread(indicator, [o for o in runs.long if o["draw"] == d], runs.study.level) for d in draws]
        last = np.array([t["middle"][-1] for t in threads], float)
        known = np.flatnonzero(np.isfinite(last))
        if not known.size:
            continue
        central = int(known[np.argsort(last[known], kind="stable")[(known.size - 1) // 2]])
        low, high = uncertainty.interval(last[known], runs.study.level)
        found.append(
            {
                "indicator": indicator,
                "unit": unit,
                "contrast": "W2-W3",
                "territory": runs.study.long.place,
                "same": 0.0,
                "claim": None,
                "draws": len(draws),
                "seeds": len({o["repeat"] for o in runs.long}),
                "runs": sum(len(o["series"]) for o in runs.long if o["draw"] in draws),
                "months": months,
                "central": central,
                "finding": "up" if low > 0 else "down" if high < 0 else "depends" if settled(threads) else "unclear",
                "threads": threads,
            }
        )
    return found


def settled(threads: list[dict]) -> bool:
    """Return True when some sets of assumptions clearly raise the indicator at the end and others clearly lower it."""
    return any(t["low"][-1] > 0 for t in threads) and any(t["high"][-1] < 0 for t in threads)


def thread(indicator: str, outcomes: list[dict], level: float) -> dict:
    """Return the mean over seeds of the paired difference, with its chance band (Student)."""
    from scipy.stats import t as student

    with np.errstate(invalid="ignore", divide="ignore"):
        pairs = [[np.asarray(o["series"][w][indicator], float) for w in ("W2", "W3")] for o in outcomes]
        gaps = np.array([gap(indicator, *pair) for pair in pairs])
    middle = gaps.mean(axis=0)
    half = float(student.ppf(0.5 + level / 2, len(gaps) - 1)) * gaps.std(axis=0, ddof=1) / np.sqrt(len(gaps))
    form = "".join(map(str, design.FORMS[int(outcomes[0]["form"])]))
    return {
        "draw": int(outcomes[0]["draw"]), "form": form, "middle": middle.tolist(),
        "low": (middle - half).tolist(), "high": (middle + half).tolist(),
    }  # fmt: skip


def gap(indicator: str, with_it: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Return the difference in the unit of the chart: percent, per 100,000 residents, or points of a share."""
    if indicator == "performance":
        return 100 * (with_it / without - 1)
    return (with_it - without) * (100 if indicator == "confidence" else 1)


def survival(table) -> dict:
    """Return the share of projects still alive by age, in the two worlds, and the paired difference."""
    horizon, level = max(table.study.horizons), table.study.level
    places = tuple(table.places)
    ages = list(range(0, horizon - 24 + 1, EVERY))
    by_world = {}
    for world in ("W2", "W3"):
        tables = [
            sum(durability.ends_of(table.worlds(d, r, horizon, places)[world]) for r in table.repeats)
            for d in table.draws
        ]
        lives = [durability.incidence(ends) for ends in tables]
        by_world[world] = (
            np.array([[1.0, *life[0]] for life in lives])[:, ages],
            np.sum([life[2] for life in lives], axis=0),
        )
    curves = [
        {
            "who": world,
            "months": ages,
            **band(alive, level),
            "median": durability.median_age(np.median(alive, axis=0), EVERY),
            "still_followed": [[a, float(risk[a])] for a in ages if a % 12 == 0],
        }
        for world, (alive, risk) in by_world.items()
    ]
    gap = by_world["W2"][0] - by_world["W3"][0]
    low, high = uncertainty.interval(gap[:, -1], level)
    other = curves[1]["median"]
    difference = band(gap, level)
    return {
        "claim": "H3",
        "territory": None,
        "worlds": len(table.draws) * len(table.repeats) * len(places),
        "band": "assumptions",
        "contrast": "W2-W3",
        "curves": curves,
        "claimed_median": None if other is None else table.study.tests["H3"].size * other,
        "difference": {"months": ages, "middle": difference["alive"], **{k: difference[k] for k in ("low", "high")}},
        "finding": "up" if low > 0 else "down" if high < 0 else "unclear",
    }


def band(rows: np.ndarray, level: float) -> dict[str, list[float]]:
    """Return the median over draws and the interval that holds `level` of them, by age."""
    tail = (1 - level) / 2
    low, middle, high = np.quantile(rows, [tail, 0.5, 1 - tail], axis=0)
    return {"alive": middle.tolist(), "low": low.tolist(), "high": high.tolist()}


def stairs(table, verdict: dict | None) -> dict | None:
    """Return the steps from members alone to the premium, in the draw whose premium is the median one."""
    if verdict is None:
        return None
    horizon, places = verdict["horizon"], tuple(table.places)
    bars = verdict["comb"]
    draw = bars[len(bars) // 2]["draw"]
    sums = worlds.add([table.worlds(draw, r, horizon, places)["W1"] for r in table.repeats])
    at = premium.stairs(sums, table.study.shadow_wage)
    seen = min(1.0, premium.perceived_share(sums)) if at["premium"] > 100 else 0.0
    middle = 100 + seen * (at["premium"] - 100)
    low, high, _ = verdict["interval"]
    steps = [
        {"key": "alone", "start": 0, "end": 100},
        {"key": "together", "start": 100, "end": at["together"]},
        {"key": "coordination", "start": at["together"], "end": at["coordination"]},
        {"key": "engineering", "start": at["coordination"], "end": at["premium"]},
        {"key": "premium", "start": 100, "end": at["premium"], "low": 100 * (1 + low), "high": 100 * (1 + high)},
    ]
    found = {
        "claim": "H1",
        "territory": None,
        "worlds": len(table.draws) * len(table.repeats) * len(places),
        "contrast": "W1-alone",
        "horizon": horizon,
        "steps": [step | {"amount": step["end"] - step["start"]} for step in steps],
        "finding": {"supported": "up", "refuted": "down", "depends_on": "depends"}.get(verdict["direction"], "unclear"),
    }
    if at["premium"] > 100:
        found["parts"] = [
            {"key": "perceived", "start": 100, "end": middle},
            {"key": "paid", "start": middle, "end": middle},
            {"key": "unseen", "start": middle, "end": at["premium"]},
        ]
    return found


def who(table) -> dict:
    """Return what each model gains or loses in money between the two worlds, per inhabitant and year."""
    months, level = table.study.months, table.study.level
    people = sum(table.cell(table.draws[0], table.repeats[0], place)["population"] for place in table.places)
    gaps = np.array(
        [np.mean([net_of(table, d, r) for r in table.repeats], axis=0) / people * 12 / months for d in table.draws]
    )
    rows = []
    for k, model in enumerate(MODELS):
        low, high = uncertainty.interval(gaps[:, k], level)
        rows.append(
            {
                "model": model,
                "pays": table.study.dose if model == "P" and table.study.closure == 0 else 0.0,
                "difference": float(np.median(gaps[:, k])),
                "low": low,
                "high": high,
                "change": "up" if low > 0 else "down" if high < 0 else "same",
            }
        )
    return {
        "contrast": "W2-W3",
        "horizon": months,
        "unit": "eur_inhabitant_year",
        "territory": None,
        "rows": rows,
    }


def net_of(table, draw: int, repeat: int) -> np.ndarray:
    """Return the paired difference in net receipts of each model, all places together (euros over the run)."""
    cells = [table.cell(draw, repeat, place) for place in table.places]
    return sum(np.asarray(c["who"]["W2"], float) - np.asarray(c["who"]["W3"], float) for c in cells)


def parameters(collection) -> dict[str, dict]:
    """Return every parameter with its words, range and source, from which a reader can go and look."""
    return {
        name: {
            "label_fr": p.label_fr,
            "label_en": p.label_en,
            "meaning_fr": p.meaning_fr,
            "meaning_en": p.meaning,
            "unit": p.unit,
            "value": p.value,
            "low": p.low,
            "high": p.high,
            "kind": p.kind,
            "source": p.source.title,
            "date": str(p.date),
        }
        for name in collection
        for p in [collection[name]]
    }
