"""How many of n, and how many in a month: counts that are the quantile of their law at one uniform draw."""

import math

LARGE = 30.0  # events expected, beyond which the law is taken as nearly normal

# Wichura, algorithm AS 241 (1988)
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
