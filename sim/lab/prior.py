"""P0: what the ranges alone already say of a claim, before any month is simulated.

One team is formed for each of many draws of the same ranges, and its worth is computed on paper (form B, make or
buy): a founder with one main function meets k candidates, keeps the best, two to four members in all; budgets follow
the law of ordinary local projects; trust is the prior, distances are drawn evenly. No time passes: no set-up, failure,
learning, funder or neighbour. What the paper cannot know is drawn evenly: the share s of engineering in the
means (0 to its cap), the share of losses that broken promises cause (0 to 1). So

    H1a   sum of v(S) - v({i}) over sum of v({i})
    H1b   1 - share of links seen, on average over a project's length
    H2    value with G spent on coordination and search over value with G as untied money, at equal means
    H3    1 / (1 - share of losses by broken promises x promises kept thanks to engineering)
    H4b   projects that find a gainful partner only with engineering's candidates, times others' euros, (1 - s) / s

P0 is printed beside each verdict: where the simulation moves it by less than 0.1, the verdict is the ranges' own.
"""

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from sim.lab.cohort import ratio

TEAMS = 64  # teams of one draw: their totals make the ratio
FUNCTIONS = 5
SIZES = (2, 3, 4)
SOLD_OUT = 15  # candidates that a search can look at


def effects(values: Mapping[str, float], chance: np.random.Generator, sees_all: bool) -> dict[str, float]:
    """Return the effect of each claim for one draw of the parameters, by its test's own scale."""
    length = values["projects.length_months"]
    team = Teams(values, chance)
    share = chance.uniform(0.02, values["engineering.cap"])
    total = team.budget.sum(axis=1)
    money = total * share / (1 - share)
    strength = 1 - 2.0 ** (-money / np.maximum(1, team.links) / values["engineering.half_cost"])
    more = values["engineering.search"] * money / values["engineering.fte_cost"]

    alone = team.alone().sum(axis=1)
    plain = team.worth(team.met(0 * money), 0 * money)
    placebo = team.worth(team.met(0 * money), 0 * money, extra=money)
    engineered = team.worth(team.met(more), values["engineering.coordination"] * strength)
    seen = np.mean(1 - (1 - values["alliances.visibility"]) ** np.arange(1, int(length) + 1))
    kept = values["engineering.promises"] * strength.mean()
    gainful = float(np.mean(engineered > alone))
    others = ratio(gainful - float(np.mean(plain > alone)), gainful) * (1 - share) / share if gainful else 0.0
    return {
        "H1a": float(plain.sum() / alone.sum() - 1),
        "H1b": 0.0 if sees_all else float(1 - seen),
        "H2": float(engineered.sum() / placebo.sum()),
        "H3": 1 / (1 - chance.uniform() * kept),
        "H4a": 1 + others,
        "H4b": others,
    }


class Teams:
    """Founders with a need of five functions, and the candidates that they may meet."""

    def __init__(self, values: Mapping[str, float], chance: np.random.Generator):
        self.v, n = values, TEAMS
        self.size = chance.choice(SIZES, n)
        self.links = self.size * (self.size - 1) / 2
        spread = math.sqrt(math.log(1 + (FUNCTIONS - 1) / (values["value.weight_concentration"] + 1)))
        weight = np.exp(spread * chance.standard_normal((n, FUNCTIONS)))
        self.weight = weight / weight.sum(axis=1, keepdims=True)
        logs = values["projects.plan_log_mean"] + values["projects.plan_log_sd"] * chance.standard_normal((n, 4))
        self.budget = np.exp(logs) / values["projects.length_months"] * (np.arange(4) < self.size[:, None])
        self.founder = chance.integers(0, FUNCTIONS, n)
        self.offered = chance.integers(0, FUNCTIONS, (n, 3, SOLD_OUT))
        names = ("silo", "size", "place", "legal")
        parts = np.array([values[f"alliances.distance_{name}"] for name in names])
        self.distance = chance.uniform(size=(n, 4)) @ (parts / parts.sum())

    def unit_costs(self, functions: np.ndarray, budget: np.ndarray) -> np.ndarray:
        """Return c(q) of teams that hold the given main functions (n, members); -1 for nobody.

        A member makes its function at cost 1 up to its budget; the rest is made less well, or bought.
        """
        other = min(1 / self.v["value.general_efficiency"], self.v["value.price_out"])
        able = np.zeros((len(functions), FUNCTIONS))
        for column, mine in zip(functions.T, budget.T, strict=True):
            held = column >= 0
            able[held, column[held]] += mine[held]
        made = np.minimum(1.0, able / (self.weight * budget.sum(axis=1)[:, None]))
        q = made + (1 - made) * other
        sigma = self.v["value.substitution"]
        if abs(sigma - 1) < 1e-9:
            return np.exp((self.weight * np.log(q)).sum(axis=1))
        return (self.weight * q ** (1 - sigma)).sum(axis=1) ** (1 / (1 - sigma))

    def met(self, more: np.ndarray) -> np.ndarray:
        """Return the main functions of each team when the founder keeps the best of the candidates it meets."""
        team = np.full((TEAMS, 4), -1)
        team[:, 0] = self.founder
        count = np.clip(np.floor(self.v["alliances.candidates"] + more + 0.5), 1, SOLD_OUT)
        for place in range(1, 4):
            offered = np.where(np.arange(SOLD_OUT) < count[:, None], self.offered[:, place - 1], -1)
            best, cost = np.full(TEAMS, -1), np.full(TEAMS, np.inf)
            for function in range(FUNCTIONS):
                team[:, place] = function
                found = self.unit_costs(team, self.budget * (np.arange(4) <= place))
                better = (found < cost) & (offered == function).any(axis=1) & (place < self.size)
                best, cost = np.where(better, function, best), np.where(better, found, cost)
            team[:, place] = best
        return team

    def worth(self, team: np.ndarray, saved: np.ndarray, extra: np.ndarray | float = 0.0) -> np.ndarray:
        """Return v(S): coordination is paid out of the budget, then every euro costs c(q) and its overheads."""
        v = self.v
        per_link = v["alliances.link_hours"] * v["alliances.hour_cost"] * self.distance * (1 - v["trust.prior"])
        cost = v["alliances.fixed_cost"] * (self.size - 1) + self.links * per_link * (1 - saved)
        money = np.maximum(0.0, self.budget.sum(axis=1) + extra - cost)
        overhead = v["value.overhead"] * (1 - v["value.poolable"] * (1 - 1 / self.size))
        return money / (self.unit_costs(team, self.budget) * (1 + overhead))

    def alone(self) -> np.ndarray:
        """Return v({i}) of each member; every specialist is as good at its own function as the founder at its own."""
        unit = self.unit_costs(self.founder[:, None], self.budget[:, :1])
        return self.budget / (unit * (1 + self.v["value.overhead"]))[:, None]


@cache
def prior(parameters, names: tuple[str, ...], draws: int = 300) -> dict[str, np.ndarray]:
    """Return the effects of each claim under the ranges alone, one value per draw."""
    chance = np.random.Generator(np.random.Philox(0))  # its own luck: none of the study's
    known = {name: value for name, value in parameters.values().items() if np.ndim(value) == 0}
    found: dict[str, list[float]] = {}
    for draw in range(draws):
        values = known | parameters.draw(draw, of=draws, seed=0, names=names)
        for claim, effect in effects(values, chance, sees_all=draw % 2 == 1).items():
            found.setdefault(claim, []).append(effect)
    return {claim: np.array(values) for claim, values in found.items()}
