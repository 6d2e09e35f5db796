"""H10: did the wish to ally grow between 2015 and 2022? Three surveys, three wordings.

    logit(share answered) = alpha_q + beta * desire        alpha_q ~ N(0, 0.3): what another wording may do

Two years that differ by wording differ by chance of wording: 81 and 74 % within a year or two are the same desire. The
verdict on a simulated history is its Bayes factor against "nothing changed"; that of a straight trend is shown beside.
"""

import math
from collections.abc import Sequence

import numpy as np

# Middle of the field years, share, fact: French people who hold that alliances serve (2013-17), who wish that duty
# becomes desire (May 2020), who judge playing collectively useful or indispensable (2022).
SURVEYS = ((2015.5, 0.69, "F004-019"), (2020.4, 0.81, "F000-058"), (2022.5, 0.74, "F003-059"))
WORDING = 0.3  # sd of alpha_q, in logits
LEVEL = 2.0  # sd of the unknown common level, in logits: nearly anything
SLOPE = 0.1  # sd of a trend, in logits a year: 20 points in eight years is within two of them


def logit(share: float) -> float:
    """Return the logarithm of the odds."""
    return math.log(share / (1 - share))


def answered(desire: Sequence[float], offsets: Sequence[float], beta: float = 1.0) -> np.ndarray:
    """Return the shares that surveys find when the desire is such (in logits), each with its wording."""
    return 1 / (1 + np.exp(-(np.asarray(offsets, float) + beta * np.asarray(desire, float))))


def log_evidence(y: np.ndarray, columns: list[np.ndarray], sds: list[float], noise: float = WORDING) -> float:
    """Return how likely the answers are when unknown coefficients have these spreads (Gaussian, in closed form)."""
    design = np.column_stack(columns)
    cover = noise**2 * np.eye(y.size) + (design * np.square(sds)) @ design.T
    _, size = np.linalg.slogdet(cover)
    return -0.5 * float(y @ np.linalg.solve(cover, y) + size + y.size * math.log(2 * math.pi))


def observed(surveys=SURVEYS) -> tuple[np.ndarray, np.ndarray]:
    """Return the dates and the logits of the surveys."""
    return np.array([s[0] for s in surveys]), np.array([logit(s[1]) for s in surveys])


def factor_of_trend(surveys=SURVEYS) -> float:
    """Return the Bayes factor of a straight trend against a constant."""
    when, y = observed(surveys)
    one = np.ones(y.size)
    constant = log_evidence(y, [one], [LEVEL])
    return math.exp(log_evidence(y, [one, when - when.mean()], [LEVEL, SLOPE]) - constant)


def factor_of_history(desire: Sequence[float], surveys=SURVEYS) -> float:
    """Return the Bayes factor of a simulated history of desire (shares at the dates of the surveys) v a constant."""
    shares = np.asarray(desire, float)
    if not np.isfinite(shares).all() or (shares <= 0).any() or (shares >= 1).any():
        return math.nan
    _, y = observed(surveys)
    one, moved = np.ones(y.size), np.log(shares / (1 - shares))
    constant = log_evidence(y, [one], [LEVEL])
    return math.exp(log_evidence(y - (moved - moved.mean()), [one], [LEVEL]) - constant)
