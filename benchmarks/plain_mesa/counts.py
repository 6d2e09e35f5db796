"""How many of n, and how many in a month: counts that are the quantile of their law at one uniform draw."""

import math

from sim.kernels.draws import CENTRE, SIDE, TAIL

LARGE = 30.0  # events expected, beyond which the law is taken as nearly normal


def ratio(x, polynomials):
    """Return top(x) / bottom(x), coefficients from the highest power down."""
    top = bottom = 0.0
    for a, b in zip(*polynomials, strict=True):
        top = top * x + a
        bottom = bottom * x + b
    return top / bottom


def normal_quantile(u):
    """Return z such that a standard normal is below z with probability u."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * ratio(0.180625 - q * q, CENTRE)
    r = math.sqrt(-math.log(u if q <= 0.0 else 1.0 - u))
    z = ratio(r - 1.6, SIDE) if r <= 5.0 else ratio(r - 5.0, TAIL)
    return -z if q < 0.0 else z


def near_normal(u, mean, sd, skewness):
    """Return the quantile of a law of counts close to normal."""
    z = normal_quantile(min(max(u, 1e-300), 0.9999999999999999))
    return math.floor(mean + sd * (z + skewness / 6.0 * (z * z - 1.0)) + 0.5)


def binomial(u, n, p):
    """Return how many of n happen, each with probability p."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - _binomial_low(1.0 - u, n, 1.0 - p)
    return _binomial_low(u, n, p)


def _binomial_low(u, n, p):
    mean, variance = n * p, n * p * (1.0 - p)
    if mean > LARGE:
        return min(n, max(0, near_normal(u, mean, math.sqrt(variance), (1.0 - 2.0 * p) / math.sqrt(variance))))
    k, chance = 0, math.exp(n * math.log1p(-p))
    below = chance
    while below <= u and k < n:
        chance *= (n - k) / (k + 1.0) * (p / (1.0 - p))
        k += 1
        if chance < 1e-18:
            break
        below += chance
    return k


def poisson(u, mean):
    """Return how many events happen when `mean` are expected."""
    if mean <= 0.0:
        return 0
    if mean > LARGE:
        return max(0, near_normal(u, mean, math.sqrt(mean), 1.0 / math.sqrt(mean)))
    k, chance = 0, math.exp(-mean)
    below = chance
    while below <= u:
        k += 1
        chance *= mean / k
        if chance < 1e-18 and k > mean:
            break
        below += chance
    return k
