"""p*: what a function must cost outside, or how poorly generalists must do, for a claim on frugality to hold.

Prices outside and efficiency out of one's trade carry H1, H2 and H8, and nothing held informs them: the useful answer
is the value from which the claim holds. It is read on a straight line through the draws, in logarithms of both; the
slope is the elasticity of F (how many per cent F gains for one per cent more).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.lab.wording import WIDE, number

CARRIERS = ("value.price_out", "value.general_efficiency")
CLAIMS = {"H1a": 1.0, "H2": 0.0, "H8": 0.0}  # what makes an effect a ratio F: a rate is F - 1
SEEN = 2.0  # standard errors: below, the draws show no slope


class Threshold(NamedTuple):
    """How F goes with one parameter, and where the line crosses the bars."""

    elasticity: float
    error: float  # its standard error
    direction: float | None  # value at which the smallest effect that matters is reached; None: not within the range
    size: float | None  # the same for the claimed size; None also where no size is claimed


def through(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients of a linear fit, the constant first, and their standard errors."""
    design = np.column_stack([np.ones(len(x)), x])
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    free = max(1, len(y) - design.shape[1])
    cover = np.linalg.pinv(design.T @ design) * float(((y - design @ found) ** 2).sum()) / free
    return found, np.sqrt(np.maximum(np.diag(cover), 0))


def of_draws(
    name: str,
    points: np.ndarray,
    names: Sequence[str],
    values: np.ndarray,
    bars: tuple[float, float | None],
    ranges: Mapping[str, tuple[float, float]],
) -> dict[str, Threshold]:
    """Return the thresholds of a claim, the other parameter being at its middle among draws (in logarithms)."""
    ratio = np.asarray(values, float) + CLAIMS[name]
    kept = np.isfinite(ratio) & (ratio > 0)
    carriers = [carrier for carrier in CARRIERS if carrier in names]
    if kept.sum() < len(carriers) + 3:
        return {}
    x = np.log(points[kept][:, [list(names).index(carrier) for carrier in carriers]])
    slopes, errors = through(x, np.log(ratio[kept]))
    middle, found = np.median(x, axis=0), {}
    for k, carrier in enumerate(carriers):
        slope, error = float(slopes[k + 1]), float(errors[k + 1])
        rest = float(slopes[0] + slopes[1:] @ middle - slope * middle[k])
        crossings = [
            None if bar is None else crossing(slope, error, rest, math.log(bar + CLAIMS[name]), ranges[carrier])
            for bar in bars
        ]
        found[carrier] = Threshold(slope, error, *crossings)
    return found


def crossing(slope: float, error: float, rest: float, bar: float, within: tuple[float, float]) -> float | None:
    """Return where the line reaches a bar; None outside the range, or when the draws show no slope."""
    if abs(slope) < SEEN * error or slope == 0:
        return None
    at = math.exp(min(50.0, max(-50.0, (bar - rest) / slope)))
    return at if within[0] <= at <= within[1] else None


def words(found: Mapping[str, Threshold], size: float | None) -> dict[str, str] | None:
    """Say from which price outside the claim holds, and how F follows it."""
    price = found.get(CARRIERS[0])
    if price is None:
        return None
    if abs(price.elasticity) < SEEN * price.error:
        return {
            "fr": "Le prix d'une fonction achetée au-dehors ne se voit pas dans cet effet.",
            "en": "The price of a function bought outside does not show in this effect.",
        }
    said = {}
    for lang in ("fr", "en"):
        one, two = (None if at is None else number(at, lang) for at in (price.direction, price.size))
        moved = number(price.elasticity, lang)
        if lang == "fr":
            text = f"Un prix au-dehors plus haut de 1{WIDE}% va avec un effet de {moved}{WIDE}%{WIDE}; "
            text += (
                f"le plus petit effet qui compte demande un prix de {one}"
                if one
                else "aucun prix de la plage ne fait passer le seuil du sens"
            )
            if size is not None:
                text += (
                    f", l'ampleur affirmée un prix de {two}"
                    if two
                    else "; aucun ne donne à lui seul l'ampleur affirmée"
                )
            said[lang] = text + " (droite à travers les jeux d'hypothèses)."
        else:
            text = f"A price outside higher by 1% goes with an effect of {moved}%; "
            text += (
                f"the smallest effect that matters takes a price of {one}"
                if one
                else "no price in the range crosses the bar of direction"
            )
            if size is not None:
                text += f", the claimed size a price of {two}" if two else "; none alone gives the claimed size"
            said[lang] = text + " (straight line through the sets of assumptions)."
    return said
