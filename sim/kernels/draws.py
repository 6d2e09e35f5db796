"""Kernels of counts drawn by keyed chance: how many of n, and how many in a month.

Each count is the quantile of its law at one keyed uniform. So one draw costs one block, and when two worlds
give a person's event a slightly other probability, the same luck gives them nearly the same count.

Small means are exact (walk along the law). Above LARGE the quantile of the normal law is used, corrected for
skewness (Cornish-Fisher) and rounded: for every mean above LARGE its distribution function stays within 0.0005
of the exact one (tests/test_chance.py).
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance

LARGE = 30.0  # events expected


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def ratio_of_polynomials(x, top, bottom):
    """Return top(x) / bottom(x), coefficients from the highest power down."""
    num, den = 0.0, 0.0
    for a in top:
        num = num * x + a
    for b in bottom:
        den = den * x + b
    return num / den


# Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988)
CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
SIDE = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)  # fmt: skip
TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def normal_quantile(u):
    """Return z such that a standard normal is below z with probability u, 0 < u < 1."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * ratio_of_polynomials(0.180625 - q * q, CENTRE[0], CENTRE[1])
    r = math.sqrt(-math.log(u if q <= 0.0 else 1.0 - u))
    near = r <= 5.0
    z = ratio_of_polynomials(r - 1.6, SIDE[0], SIDE[1]) if near else ratio_of_polynomials(r - 5.0, TAIL[0], TAIL[1])
    return -z if q < 0.0 else z


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def near_normal(u, mean, sd, skewness):
    """Return the quantile at u of a law of counts close to normal, to the nearest integer."""
    z = normal_quantile(min(max(u, 1e-300), 0.9999999999999999))
    return np.int64(math.floor(mean + sd * (z + skewness / 6.0 * (z * z - 1.0)) + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def binomial_quantile(u, n, p):
    """Return the least k such that at most k of n happen with probability above u, each with probability p."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:  # count those that do not happen, so that the walk is short
        return n - binomial_low(1.0 - u, n, 1.0 - p)
    return binomial_low(u, n, p)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def binomial_low(u, n, p):
    """Return the quantile at u of a binomial law with p at most one half."""
    mean, variance = n * p, n * p * (1.0 - p)
    if mean > LARGE:
        k = near_normal(u, mean, math.sqrt(variance), (1.0 - 2.0 * p) / math.sqrt(variance))
        return min(n, max(0, k))
    k, chance_of_k = 0, math.exp(n * math.log1p(-p))
    below = chance_of_k
    while below <= u and k < n:
        chance_of_k *= (n - k) / (k + 1.0) * (p / (1.0 - p))
        k += 1
        if chance_of_k < 1e-18:  # the rest of the law is smaller than the resolution of u
            break
        below += chance_of_k
    return k


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def poisson_quantile(u, mean):
    """Return the least k such that a Poisson count of this mean is at most k with probability above u."""
    if mean <= 0.0:
        return 0
    if mean > LARGE:
        return max(0, near_normal(u, mean, math.sqrt(mean), 1.0 / math.sqrt(mean)))
    k, chance_of_k = 0, math.exp(-mean)
    below = chance_of_k
    while below <= u:
        k += 1
        chance_of_k *= mean / k
        if chance_of_k < 1e-18 and k > mean:
            break
        below += chance_of_k
    return k


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def binomial(seed, uid, month, decision, sub, n, p):
    """Return how many of n happen, each with probability p, independently."""
    return binomial_quantile(chance.uniform(seed, uid, month, decision, sub), n, p)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def poisson(seed, uid, month, decision, sub, mean):
    """Return how many events happen in a month in which `mean` are expected."""
    return poisson_quantile(chance.uniform(seed, uid, month, decision, sub), mean)
