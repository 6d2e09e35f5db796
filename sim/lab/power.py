"""What a study of this size could have settled: said with each verdict, so that silence is not taken for an answer."""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.lab import design, discovery
from sim.lab.wording import WIDE, number

RIGHT = 0.9  # a condition worth finding: right so often inside, wrong so often outside
NEEDED = len(design.FORMS)  # draws from which one half is left to confirm a condition


class Power(NamedTuple):
    """What a number of draws can settle."""

    draws: int  # with an answer
    confirming: int  # of them, those on which a condition would be confirmed
    apart: float  # how far from the bar the mean must lie for a direction, in standard deviations between draws
    condition: float  # chance at most that a condition right nine times in ten would be confirmed


def of_study(draws: int, confirming: int, level: float) -> Power:
    """Return what so many draws can settle, for effects spread evenly on both sides of their mean (normal)."""
    tail = NormalDist().inv_cdf(0.5 + level / 2)
    exploring = draws - confirming
    return Power(
        draws, confirming, tail * (1 + 1 / math.sqrt(draws)), confirmed(confirming) if exploring and confirming else 0.0
    )


def confirmed(draws: int) -> float:
    """Return the chance that a condition that half of the draws meet passes the registered thresholds.

    The condition is right nine times in ten on either side; binomial, exact.

    >>> round(confirmed(12), 2), confirmed(0)
    (0.79, 0.0)
    """
    inside = draws // 2
    outside = draws - inside
    found = 0.0
    for k in range(inside + 1):
        for missed in range(outside + 1):
            if k and passes(k / inside, k / (k + missed), missed / outside):
                found += binomial(k, inside, RIGHT) * binomial(missed, outside, 1 - RIGHT)
    return found


def passes(density: float, coverage: float, outside: float) -> bool:
    """Say whether a box is good enough to be a condition."""
    return density >= discovery.DENSITY and coverage >= discovery.COVERAGE and outside < discovery.OUTSIDE


def binomial(k: int, n: int, p: float) -> float:
    """Return the probability of k successes in n."""
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def of_answers(known: np.ndarray, half: np.ndarray, level: float) -> Power:
    """Return what the draws that gave an answer can settle; `half` says on which a condition is looked for."""
    return of_study(int(known.sum()), int((known & ~half).sum()), level)


def words(power: Power, unanswered: float, most: float, lang: str) -> str:
    """Say what could have been decided with so many draws."""
    far, chance = number(power.apart, lang), number(100 * power.condition, lang)
    if unanswered > most:
        share = number(100 * unanswered, lang)
        if lang == "fr":
            return (
                f"Rien ne pouvait être tranché{WIDE}: {share}{WIDE}% des jeux d'hypothèses n'ont rien à mesurer, "
                f"au-delà de {number(100 * most, lang)}{WIDE}% on ne conclut pas."
            )
        return (
            f"Nothing could be settled: {share}% of the sets of assumptions have nothing to measure, and above "
            f"{number(100 * most, lang)}% no conclusion is drawn."
        )
    if lang == "fr":
        first = (
            f"Avec {power.draws} jeux d'hypothèses, un sens ne pouvait être établi que si l'effet moyen s'écarte du "
            f"seuil de plus de {far} fois la dispersion entre jeux."
        )
        if not power.condition:
            return (
                f"{first} Une condition («{WIDE}cela dépend{WIDE}») ne pouvait pas l'être{WIDE}: il faut au moins "
                f"{NEEDED} jeux, une moitié pour la chercher, l'autre pour la confirmer."
            )
        return (
            f"{first} Une condition juste neuf fois sur dix avait au plus {chance}{WIDE}% de chances d'être confirmée."
        )
    first = (
        f"With {power.draws} sets of assumptions, a direction could be settled only if the mean effect lies more than "
        f"{far} times the spread between sets from the bar."
    )
    if not power.condition:
        return (
            f"{first} A condition (“it depends”) could not be: at least {NEEDED} sets are needed, one half to look "
            "for it and the other to confirm it."
        )
    return f"{first} A condition right nine times in ten had a chance of {chance}% at most of being confirmed."
