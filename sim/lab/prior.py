"""P0: what the ranges alone already say of a claim, before any month is simulated.

Teams are formed for each of many draws of the same ranges, and their worth is computed by the very kernels of the
model (sim/kernels/value.py: both forms, makers limited by their means, coordination in a mesh or around a hub): a
founder with one main function meets k candidates, keeps the best, two to four members in all; budgets follow the law
of ordinary local projects; trust is the prior, distances are drawn evenly. No time passes: no set-up, failure,
learning, funder or neighbour. What the paper cannot know is drawn evenly: the share s of engineering in the
means (0 to its cap), the share of losses that broken promises cause (0 to 1). So

    H1a   sum of v(S) - v({i}) over sum of v({i})
    H1b   1 - share of links seen, on average over a project's length
    H2    value with G spent on coordination and search over value with G as untied money, at equal means
    H3    1 / (1 - share of losses by broken promises x promises kept thanks to engineering)
    H4b   projects that find a gainful partner only with engineering's candidates, times others' euros, (1 - s) / s
    H5    the same total means, of which a share is engineering: worth of the claimed share (sim/lab/curve.py)
    H6b   value with 10 % of overheads pooled over value without
    H7a   27 equally likely sets of leading levers: levers are exchangeable
    H8    value per means with engineering over that of members alone, at equal means
    H10   Bayes factor of a desire that may have gone either way, each way as likely
    H11   the two similarities have one law: each is as likely to be the stronger
    H13   all alike, pooling only: share of alliances that lose

H6a, H7b, H9 and H12 have no formula on paper: nothing is printed beside them. P0 is printed beside every other verdict:
where the simulation moves it by less than 0.1, the verdict is the ranges' own.
"""

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from sim.kernels import value as kernel
from sim.lab import curve, mix, opinion
from sim.lab.cohort import ratio

TEAMS = 20  # teams of one draw: their totals make the ratio
FUNCTIONS, MOST = 5, 4
SIZES = (2, 3, 4)
SOLD_OUT = 15  # candidates that a search can look at
SHARES = (0.0, 0.05, 0.15, 0.25, 1 / 3, 0.45, 0.6)


def effects(values: Mapping[str, float], chance: np.random.Generator, sees_all: bool) -> dict[str, float]:
    """Return the effect of each claim for one draw of the parameters, by its test's own scale."""
    teams = Teams(values, chance)
    share = chance.uniform(0.02, values["engineering.cap"])
    total = teams.budget.sum(axis=1)
    money = total * share / (1 - share)
    nothing = np.zeros(TEAMS)
    met, more = teams.meet(nothing), teams.meet(teams.candidates(money))
    alone = teams.alone(met)
    plain, engineered = teams.worth(met), teams.worth(more, money, extra=money)
    placebo = teams.worth(met, extra=money)
    seen = np.mean(1 - (1 - values["alliances.visibility"]) ** np.arange(1, int(values["projects.length_months"]) + 1))
    kept = values["engineering.promises"] * teams.strength(money).mean()
    gainful = float(np.mean(engineered > teams.alone(more)))
    others = ratio(gainful - float(np.mean(plain > alone)), gainful) * (1 - share) / share if gainful else 0.0
    supports = teams.supports(met)
    return {
        "H1a": float(plain.sum() / alone.sum() - 1),
        "H1b": 0.0 if sees_all else float(1 - seen),
        "H2": float(engineered.sum() / placebo.sum()),
        "H3": 1 / (1 - chance.uniform() * kept),
        "H4a": 1 + others,
        "H4b": others,
        "H5a": supports[0],
        "H5b": supports[1],
        "H6b": float(teams.worth(met, pooled=0.1).sum() / plain.sum()),
        "H7a": float(chance.choice(mix.advantage_by_chance())),
        "H8": float(engineered.sum() / (total + money).sum() / (alone.sum() / total.sum())),
        "H10": opinion.factor_of_history(drifting(values["desire.mean"], chance)),
        "H11": float(values["meeting.similarity_size"] - values["meeting.similarity_model"]),
        "H13": float(np.mean(teams.worth(met, alike=True) <= teams.alone(met, alike=True))),
    }


def drifting(mean: float, chance: np.random.Generator) -> list[float]:
    """Return shares of the willing at the dates of the surveys: a straight course in logits, up or down alike."""
    years = np.array([when for when, *_ in opinion.SURVEYS])
    slope = 2 * opinion.SLOPE * chance.standard_normal()
    return list(1 / (1 + np.exp(-(mean + slope * (years - years.mean())))))


class Teams:
    """Founders with a need of five functions, the candidates that they meet, and what the kernels say of them."""

    def __init__(self, values: Mapping[str, float], chance: np.random.Generator):
        from sim.alliances.terms import terms

        self.v, n = values, TEAMS
        self.t = terms(values)
        self.size = chance.choice(SIZES, n)
        spread = math.sqrt(math.log(1 + (FUNCTIONS - 1) / (values["value.weight_concentration"] + 1)))
        weight = np.exp(spread * chance.standard_normal((n, FUNCTIONS)))
        self.weight = weight / weight.sum(axis=1, keepdims=True)
        logs = values["projects.plan_log_mean"] + values["projects.plan_log_sd"] * chance.standard_normal((n, MOST))
        self.budget = np.exp(logs) / values["projects.length_months"] * (np.arange(MOST) < self.size[:, None])
        self.founder = chance.integers(0, FUNCTIONS, n)
        self.offered = chance.integers(0, FUNCTIONS, (n, MOST - 1, SOLD_OUT))
        names = ("silo", "size", "place", "legal")
        parts = np.array([values[f"alliances.distance_{name}"] for name in names])
        self.distance = chance.uniform(size=(n, MOST, MOST, 4)) @ (parts / parts.sum())
        self.scratch = np.empty((kernel.SCRATCH, FUNCTIONS))

    def links(self) -> np.ndarray:
        """Return the links of each team: all pairs in a mesh, one each around a hub."""
        return np.where(self.t.hub, self.size - 1, self.size * (self.size - 1) / 2).astype(float)

    def strength(self, money: np.ndarray) -> np.ndarray:
        """Return the effect of engineering, between 0 and 1."""
        pairs = zip(money, self.links(), strict=True)
        return np.array([kernel.engineering_effect(paid, links, self.t.half_cost) for paid, links in pairs])

    def candidates(self, money: np.ndarray) -> np.ndarray:
        """Return how many more candidates engineering shows."""
        return self.v["engineering.search"] * money / self.v["engineering.fte_cost"]

    def profiles(self, functions: np.ndarray, alike: bool = False) -> np.ndarray:
        """Return efficiencies by member and function: 1 in the main one, `general` elsewhere; nobody (-1) makes any."""
        other = 1.0 if alike else self.v["value.general_efficiency"]
        found = np.full((MOST, FUNCTIONS), other)
        for member, function in enumerate(functions):
            if function >= 0:
                found[member, function] = 1.0
        return found

    def value(self, n, mask, functions, *, money=0.0, extra=0.0, pooled=0.0, alike=False) -> float:
        """Return v(mask) of one team, by the kernel that every run uses."""
        t = self.t._replace(poolable=min(1.0, self.t.poolable + pooled))
        saved = 0.0
        members = int(mask).bit_count()
        if money > 0 and members > 1:
            links = members - 1 if t.hub else members * (members - 1) / 2
            saved = t.phi * kernel.engineering_effect(money, float(links), t.half_cost)
        pair = t.link_cost * self.distance[n] * max(1.0 - t.prior, t.floor)
        return kernel.coalition_value(
            mask, MOST, self.budget[n], extra, self.profiles(functions, alike), self.weight[n], 1.0, pair, saved, t.hub,
            money, t, self.scratch,
        )  # fmt: skip

    def meet(self, more: np.ndarray) -> np.ndarray:
        """Return the main functions of each team when the founder keeps the best of the candidates it meets."""
        team = np.full((TEAMS, MOST), -1)
        team[:, 0] = self.founder
        count = np.clip(np.floor(self.v["alliances.candidates"] + more + 0.5), 1, SOLD_OUT).astype(int)
        for n in range(TEAMS):
            for place in range(1, self.size[n]):
                worth = {}
                for function in set(self.offered[n, place - 1, : count[n]].tolist()):
                    team[n, place] = function
                    worth[function] = self.value(n, (2 << place) - 1, team[n])
                team[n, place] = max(sorted(worth), key=worth.get)
        return team

    def worth(
        self, team: np.ndarray, money=None, extra=None, *, pooled: float = 0.0, alike: bool = False
    ) -> np.ndarray:
        """Return v(S) of each team; `extra` is added to its members' budgets, of which `money` pays engineering."""
        money = np.zeros(TEAMS) if money is None else money
        extra = np.zeros(TEAMS) if extra is None else extra
        return np.array([
            self.value(n, (1 << size) - 1, team[n], money=money[n], extra=extra[n] / size, pooled=pooled, alike=alike)
            for n, size in enumerate(self.size.tolist())
        ])  # fmt: skip

    def alone(self, team: np.ndarray, *, alike: bool = False) -> np.ndarray:
        """Return the sum of v({i}) of each team."""
        return np.array([
            sum(self.value(n, 1 << i, team[n], alike=alike) for i in range(size))
            for n, size in enumerate(self.size.tolist())
        ])  # fmt: skip

    def supports(self, team: np.ndarray) -> tuple[float, float]:
        """Return how far each claimed share of engineering is supported, programme money being twice the budget."""
        total, found = self.budget.sum(axis=1), []
        for share in SHARES:
            found.append(self.worth(team, 3 * total * share, extra=2 * total).sum())
        return tuple(curve.support(np.array(SHARES), np.array(found), claimed) for claimed in (1 / 3, 1 / 4))


@cache
def prior(parameters, names: tuple[str, ...], draws: int = 144) -> dict[str, np.ndarray]:
    """Return the effects of each claim under the ranges alone, one value per draw; every form in turn."""
    from sim.lab import design

    chance = np.random.Generator(np.random.Philox(0))  # its own luck: none of the study's
    known = parameters.values()
    found: dict[str, list[float]] = {}
    for draw in range(draws):
        forms = dict(zip(design.FORM_COLUMNS, map(float, design.FORMS[draw % len(design.FORMS)]), strict=True))
        values = known | parameters.draw(draw, of=draws, seed=0, names=names)
        values |= {name: level for name, level in forms.items() if name in parameters}
        sees_all = int(values["form.perception"]) == 1
        for claim, effect in effects(values, chance, sees_all).items():
            found.setdefault(claim, []).append(effect)
    return {claim: np.array(values) for claim, values in found.items()}
