"""An invented study for the tests of the page: every number here is made up, none is a result of the model."""

import json
import math
import random
from pathlib import Path

MONTHS = [0, 1, 2, 3, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60, 72, 84]
LONG = [*MONTHS, 120, 156, 192, 228, 264, 300, 336]
PARAMETERS = {
    "value.price_out": ("Prix d'une fonction achetée au-dehors", "Price of a function bought outside", "assumption"),
    "value.general_efficiency": ("Efficacité hors de son métier", "Efficiency outside one's trade", "assumption"),
    "alliances.link_hours": ("Heures pour tenir un lien", "Hours to keep a link", "assumption"),
    "projects.grant_rate": ("Part des projets financés", "Share of projects granted", "statistic"),
}


def verdict(claim: str, **fields) -> dict:
    """Return one invented verdict with every key of the contract."""
    return {
        "claim": claim,
        "statement": f"Invented claim {claim}.",
        "statement_fr": f"Affirmation inventée {claim}.",
        "claimed_by": "Auteur inventé, 2023 (sans marge d'erreur ni groupe de comparaison publiés)",
        "estimand": "F = [means / value](W3) / [means / value](W2)",
        "unit": "ratio",
        "estimate": 1.31,
        "interval": [1.08, 1.72, 0.9],
        "claimed": None,
        "reference_value": None,
        "direction": "supported",
        "size": None,
        "p0": 0.42,
        "prior_driven": True,
        "evidence_level": "A",
        "conditions_fr": "",
        "conditions_en": "",
        "text_fr": "Phrase inventée : 1,3 fois (fourchette : 1,1 à 1,7).",
        "text_en": "Invented sentence: 1.3 times (interval: 1.1 to 1.7).",
        "seeds": 2,
        "draws": 48,
        "forms": 12,
        "runs": 1440,
        "assumptions": list(PARAMETERS),
        "p": 0.81,
        "p_size": 0.02,
        "p0_size": 0.06,
        "uncertainty": {"chance": 0.08, "ignorance": 0.71, "form": 0.21},
        "by_place": {"rural": [1.2, 1.0, 1.5], "town": [1.3, 1.1, 1.7], "metropolis": [1.4, 1.1, 1.9]},
    } | fields


def verdicts() -> list[dict]:
    """Return controls that hold and five claims, each with another answer."""
    return [
        verdict(
            "H0a",
            statement="Identical worlds: no difference.",
            statement_fr="Mondes identiques : aucun écart.",
            claimed_by=None,
            text_fr="Écart nul, au bit près.",
            text_en="No difference, to the bit.",
            claimed=None,
        ),
        verdict(
            "H0b",
            statement="Engineering without effect must lose.",
            statement_fr="Une ingénierie sans effet doit perdre.",
            claimed_by=None,
        ),
        verdict(
            "H1",
            statement="Links create a value that nobody sees or pays for.",
            statement_fr="Le lien crée une valeur que personne ne voit ni ne paie.",
            unit="share",
            estimate=0.11,
            interval=[-0.03, 0.28, 0.9],
            direction="depends",
            conditions_fr="une fonction qui manque coûte au moins 2,1 fois plus cher au-dehors",
            conditions_en="a missing function costs at least 2.1 times more outside",
        ),
        verdict(
            "H2",
            statement="Alliance engineering makes projects two times more frugal.",
            statement_fr="L'ingénierie d'alliance rend les projets deux fois plus frugaux.",
            claimed=2,
            size="refuted",
        ),
        verdict(
            "H3",
            statement="Alliance engineering makes projects three times more durable.",
            statement_fr="L'ingénierie d'alliance rend les projets trois fois plus pérennes.",
            claimed=3,
            estimate=1.05,
            interval=[0.8, 1.4, 0.9],
            direction="undecided",
            size="refuted",
        ),
        verdict(
            "H4",
            statement="1 euro of alliance engineering mobilises 7 euros.",
            statement_fr="1 € d'ingénierie d'alliance en mobilise 7.",
            unit="EUR/EUR",
            claimed=7,
            reference_value=3.25,
            estimate=1.9,
            interval=[0.4, 3.1, 0.9],
            direction="refuted",
            size="refuted",
        ),
    ]


def comb(centre: float, spread: float, same: float | None, scale: str, n: int = 48, **fields) -> dict:
    """Return invented bars around a centre."""
    dice = random.Random(7)
    bars = []
    for draw in range(n):
        if scale == "log":
            middle, half = centre * math.exp(dice.gauss(0, spread)), dice.uniform(0.02, 0.1)
            low, high = middle * math.exp(-half), middle * math.exp(half)
        else:
            middle, half = centre + dice.gauss(0, spread), dice.uniform(0.1, 0.5) * spread
            low, high = middle - half, middle + half
        bar = 3.25 if same is None else same
        mark = "gains" if low > bar else "loses" if high < bar else "undecided"
        bars.append(
            {
                "draw": draw,
                "form": "01100",
                "territory": None,
                "estimate": middle,
                "low": low,
                "high": high,
                "class": mark,
            }
        )
    counts = {name: sum(bar["class"] == name for bar in bars) for name in ("gains", "undecided", "loses")}
    return {
        "contrast": "W2-W3",
        "horizon": 84,
        "scale": scale,
        "same": same,
        "claimed": None,
        "reference": None,
        "bars": bars,
        "counts": counts,
    } | fields


def threads(months: list[int], rise: float, seed: int) -> list[dict]:
    """Return twelve invented trajectories that leave zero at different paces."""
    dice, found = random.Random(seed), []
    for draw in range(12):
        top, pace, noise = dice.gauss(rise, abs(rise)), dice.uniform(20, 120), abs(rise) * 0.35
        middle = [top * (1 - math.exp(-month / pace)) for month in months]
        width = [noise * math.sqrt(month / months[-1]) for month in months]
        pairs = list(zip(middle, width, strict=True))
        found.append(
            {
                "draw": draw,
                "form": "01100",
                "middle": middle,
                "low": [m - w for m, w in pairs],
                "high": [m + w for m, w in pairs],
            }
        )
    return found


def curve(who: str, pace: float) -> dict:
    """Return one invented survival curve."""
    months = list(range(0, 85, 3))
    alive = [math.exp(-month / pace) for month in months]
    median = pace * math.log(2)
    return {
        "who": who,
        "months": months,
        "alive": alive,
        "low": [a * 0.95 for a in alive],
        "high": [min(1, a * 1.05) for a in alive],
        "median": median if median <= 84 else None,
        "still_followed": [[month, round(1200 * math.exp(-month / pace))] for month in range(0, 85, 12)],
    }


def page() -> dict:
    """Return an invented page.json with every part that the page can show."""
    first, second = curve("W2", 75), curve("W3", 68)
    gap = [a - b for a, b in zip(first["alive"], second["alive"], strict=True)]
    return {
        "study": {
            "id": "invente0",
            "quick": True,
            "version": "0.1.0",
            "code_id": "0" * 16,
            "start": "2026-01",
            "months": 84,
            "draws": 48,
            "seeds": 2,
            "forms": 12,
            "runs": 1440,
            "level": 0.9,
            "euro_year": 2026,
            "closure": "self",
            "ranges_hash": "abc123def456",
            "registered": "2026-11-21",
            "command": "sim verdict --quick --out out/verdict",
            "data_date": "2025-01-01",
        },
        "territories": [
            {
                "key": "rural",
                "kind": "rural",
                "population": 11873,
                "communes": 21,
                "name": "CC Exemple",
                "twins": 57,
                "organisations": 1100,
            },
            {
                "key": "town",
                "kind": "town",
                "population": 197408,
                "communes": 40,
                "name": "CU Exemple",
                "twins": 3,
                "organisations": 17800,
            },
            {
                "key": "metropolis",
                "kind": "metropolis",
                "population": 1421000,
                "communes": 59,
                "name": "Métropole Exemple",
                "twins": None,
                "organisations": 126000,
            },
        ],
        "claims": {
            "H1": comb(0.11, 0.09, 0.0, "linear", contrast="W1-alone"),
            "H2": comb(1.31, 0.16, 1.0, "log", claimed=2.0),
            "H3": comb(1.05, 0.17, 1.0, "log", claimed=3.0),
            "H4": comb(1.9, 0.9, None, "linear", claimed=7.0, reference=3.25),
        },
        "three_times": [
            {
                "indicator": "confidence",
                "unit": "points",
                "contrast": "W2-W3",
                "territory": "town",
                "same": 0.0,
                "finding": "up",
                "months": LONG,
                "central": 4,
                "threads": threads(LONG, 1.5, 3),
            },
            {
                "indicator": "performance",
                "unit": "percent",
                "contrast": "W2-W3",
                "territory": "town",
                "same": 0.0,
                "finding": "unclear",
                "months": MONTHS,
                "central": 2,
                "threads": threads(MONTHS, 0.6, 5),
            },
        ],
        "survival": {
            "claim": "H3",
            "territory": None,
            "worlds": 288,
            "band": "chance",
            "contrast": "W2-W3",
            "curves": [first, second],
            "claimed_median": None,
            "difference": {
                "months": first["months"],
                "middle": gap,
                "low": [g - 0.02 for g in gap],
                "high": [g + 0.02 for g in gap],
            },
            "finding": "up",
        },
        "premium": {
            "claim": "H1",
            "territory": None,
            "worlds": 288,
            "contrast": "W1-alone",
            "horizon": 84,
            "steps": [
                {"key": "alone", "start": 0, "end": 100},
                {"key": "together", "start": 100, "end": 131, "amount": 31},
                {"key": "coordination", "start": 131, "end": 118, "amount": -13},
                {"key": "engineering", "start": 118, "end": 111, "amount": -7},
                {"key": "premium", "start": 100, "end": 111, "amount": 11, "low": 97, "high": 128},
            ],
            "parts": [
                {"key": "perceived", "start": 100, "end": 104},
                {"key": "paid", "start": 104, "end": 104},
                {"key": "unseen", "start": 104, "end": 111},
            ],
            "finding": "up",
        },
        "who": {
            "contrast": "W2-W3",
            "horizon": 84,
            "unit": "eur_inhabitant_year",
            "territory": "town",
            "rows": [
                {
                    "model": model,
                    "pays": 2.0 if model == "A" else 0.0,
                    "difference": value,
                    "low": value - 0.6,
                    "high": value + 0.6,
                    "change": "up" if value > 0.6 else "down" if value < -0.6 else "same",
                }
                for model, value in zip("APESUGF", (-0.2, -1.1, 0.1, 0.3, 0.2, 1.9, 0.0), strict=True)
            ],
        },
        "parameters": {
            name: {
                "label_fr": fr,
                "label_en": en,
                "meaning_fr": f"{fr}.",
                "meaning_en": f"{en}.",
                "unit": "ratio",
                "value": 1.6,
                "low": 1.05,
                "high": 6,
                "kind": kind,
                "source": "invented for a test",
                "date": "2026-11-21",
            }
            for name, (fr, en, kind) in PARAMETERS.items()
        },
    }


def write(folder: Path, verdict_list: list[dict] | None = None, data: dict | None = None) -> Path:
    """Write the two files that the page is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdict.json").write_text(
        json.dumps(verdicts() if verdict_list is None else verdict_list), encoding="utf-8"
    )
    (folder / "page.json").write_text(json.dumps(page() if data is None else data), encoding="utf-8")
    return folder
