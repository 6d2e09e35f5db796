"""Families of worlds that one claim needs, beside the five worlds of engineering: what differs, and what is kept.

A family is run on one place. Its worlds share their luck and everything else but what is written here; only sums that
can be added leave a run. Sums of the five worlds are in sim/lab/worlds.py.

H5        the same programme money, of which a share s is engineering and the rest untied
H6        each rule against none: hours valued in accounts, hours counted by funders, ten plus one
H7        mixes of the three levers under one budget, and no levers; H7delays: the same with every delay doubled
H8        engineering against a world without alliances
H9        n catalysts, and the same euros elsewhere
H10       the trend from 2015
H11       the trend; H11large: the same in a large place
H12       alliances only before the shock, only after it, never; with the shock and without
H13       organisations all alike, pooling only
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.lab import mix, shock, worlds
from sim.lab.cohort import allied
from sim.lab.frugality import MONEY, ratio

MONTHS_SHOWN = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 108, 132, 168, 204, 240, 276, 300, 336)
CRISIS = {"money.income_sd": 0.6, "money.common_share": 0.8, "life.exit": 0.12}  # as scenario "crisis", one year long
NO_LEVERS = {f"levers.share_{lever}": 1 / 3 for lever in mix.LEVERS} | {"levers.budget": 0.0}
DELAYS = (  # every time constant between a cause and one of the three impacts
    "projects.setup_months", "innovation.research_months", "innovation.qualification_months",
    "innovation.deployment_months", "levers.delay", "levers.growth", "confidence.half_life",
)  # fmt: skip
JOINED = {"H11": "H11large"}  # families whose worlds are read together, draw by draw
NEUTRAL = {"alliances.possible": 1.0, "engineering.dose": 0.0}
SIZES = ((2, 2), (3, 3), (4, 99))  # members, for H13 and the strata of H5
RULES = {
    "none": {},
    "valued": {"accounts.shadow_wage": 25.0},
    "funded": {"policies.hours_counted": 15.0},
    "ten": {"commons.pooled": 0.1, "commons.shared": 0.01},
    "ten_one": {"commons.pooled": 0.1, "commons.shared": 0.1},
}


class World(NamedTuple):
    """What one world of a family sets: values from the start, and dated changes."""

    values: dict[str, float]
    changes: tuple[tuple[str, int, int | None, float], ...] = ()  # parameter, from month, to month, value


def worlds_of(family: str, grid: tuple[float, ...], dose: float, values: Mapping[str, float]) -> dict[str, World]:
    """Return the worlds of a family by name; `values` are those of the draw."""
    match family.removesuffix("delays"):
        case "H5":
            paid = NEUTRAL | {"engineering.dose": dose, "engineering.mode": 0.0}
            return {f"s{share:g}": World(paid | {"engineering.share": share}) for share in grid}
        case "H6":
            return {name: World(NEUTRAL | rule) for name, rule in RULES.items()}
        case "H7":
            found = {"off": World(NEUTRAL | NO_LEVERS)}
            mixes = mix.lattice(int(grid[0])) if family == "H7" else np.full((1, 3), 1 / 3)
            for k, parts in enumerate(mixes):
                shares = {f"levers.share_{lever}": float(p) for lever, p in zip(mix.LEVERS, parts, strict=True)}
                found[f"mix{k}"] = World(NEUTRAL | shares | {"levers.budget": dose})
            if family == "H7delays":
                found = {
                    f"{name}{times}": World(world.values | delays(values, twice))
                    for name, world in found.items()
                    for times, twice in (("", 1), ("_twice", 2))
                }
            return found
        case "H8":
            return {"W0": World(worlds.world_values("W0", dose)), "W2": World(worlds.world_values("W2", dose))}
        case "H9":
            return {f"n{count:g}": World(NEUTRAL | {"catalysts.number": count}) for count in grid}
        case "H12":
            return {f"{arm}_{when}": World(*shocked(arm, when)) for arm in shock.ARMS for when in ("calm", "shock")}
        case "H11large":
            return {"large": World(dict(NEUTRAL))}
        case "H13":
            return {"pool": World(NEUTRAL | worlds.ALIKE)}
    return {"W1": World(dict(NEUTRAL))}


def shocked(arm: str, when: str) -> tuple[dict[str, float], tuple]:
    """Return the values and the dated changes of one world of H12."""
    changes = []
    if arm == "before":
        changes.append(("alliances.possible", shock.MONTH, None, 0.0))
    if arm == "after":
        changes.append(("alliances.possible", shock.MONTH, None, 1.0))
    if when == "shock":
        changes += [(name, shock.MONTH, shock.MONTH + 12, value) for name, value in CRISIS.items()]
    return NEUTRAL | {"alliances.possible": float(arm == "before")}, tuple(changes)


def delays(values: Mapping[str, float], times: int) -> dict[str, float]:
    """Return the delays of a draw, or twice as long; both within their ranges."""
    from sim.parameters import load_parameters

    parameters = load_parameters()
    return {name: times * min(float(values[name]), parameters[name].high / 2) for name in DELAYS}


def scenario(changes: tuple):
    """Return dated changes as a scenario, which the engine knows how to apply."""
    from sim.parameters import load_parameters
    from sim.scenarios import Scenario

    parameters = load_parameters()
    said = "one arm of a registered experiment"
    entries = [
        {"parameter": name, "since": since, "value": value, "unit": parameters[name].unit, "because": said}
        | ({} if until is None else {"until": until})
        for name, since, until, value in changes
    ]
    titles = {key: "H12" for key in ("title_fr", "title_en", "question_fr", "question_en")}
    return Scenario.model_validate({"name": "arm", "changes": entries, **titles})


# What is kept


def collect(family: str, tables: Mapping[str, Mapping[str, np.ndarray]], months: int, start: str) -> dict[str, object]:
    """Return the sums of one world of a family: numbers, and short series where a clock is read."""
    horizon = max(h for h in (18, 36, 84, 336) if h <= months)
    sums = {k: v for k, v in worlds.collect(tables, horizon).items() if np.ndim(v) == 0}
    monthly, projects = tables["monthly"], tables[f"projects_{horizon}"]
    match family.removesuffix("delays"):
        case "H5":
            sums |= strata(projects)
        case "H6":
            sums |= sharing(tables[f"projects_{min(36, horizon)}"])
        case "H7":
            sums |= impacts(tables, months)
        case "H9":
            sums |= {"spent": float(np.sum(monthly["purse_catalysts"])) / 100}
        case "H10":
            sums |= history(monthly, start)
        case "H11" | "H11large":
            sums |= links(monthly)
        case "H12":
            sums |= shock.collect(projects) | shock.collect_place(monthly)
        case "H13":
            sums |= pooled(projects)
    return sums


def strata(projects: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return value and means of alliances by class of plan and number of members at the start.

    Classes are read before anything happened: a share of engineering cannot move a project from one to another.
    """
    plan, members = np.asarray(projects["plan"], float) / 100, np.asarray(projects["members_first"])
    together, found = allied(projects), {}
    for small in (0, 1):
        for low, high in SIZES:
            chosen = together & ((plan <= 50_000) == bool(small)) & (members >= low) & (members <= high)
            name = f"{'small' if small else 'large'}{low}"
            found[f"v_{name}"] = float(np.sum(projects["value"], where=chosen))
            found[f"m_{name}"] = float(sum(np.sum(projects[c], where=chosen) for c in MONEY)) / 100
            found[f"h_{name}"] = float(np.sum(projects["hours"], where=chosen))
    return found


def sharing(projects: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return living alliances, how unfair their shares are, and their members who get what they would deliver alone."""
    living = allied(projects) & (np.asarray(projects["end"]) == 0) & (np.asarray(projects["members"]) >= 2)
    return {
        "f_alliances": float(np.count_nonzero(living)),
        "f_unfair": float(np.sum(projects["unfair"], where=living)),
        "f_members": float(np.sum(projects["members"], where=living)),
        "f_content": float(np.sum(projects["content"], where=living)),
    }


def impacts(tables: Mapping[str, Mapping[str, np.ndarray]], months: int) -> dict[str, object]:
    """Return the three impacts at their horizons, as sums, and their course."""
    monthly = tables["monthly"]
    shown = [m for m in MONTHS_SHOWN if m <= months]
    value = np.cumsum(np.asarray(monthly["value_solo"], float) + monthly["value_allied"])
    money = sum(np.asarray(monthly[f"{c}_{w}"], float) for c in MONEY for w in ("solo", "allied"))
    hours = np.asarray(monthly["hours_solo"], float) + monthly["hours_allied"]
    at = np.array(shown) - 1
    return {
        "c_value": value[at],
        "c_money": np.cumsum(money)[at] / 100,
        "c_hours": np.cumsum(hours)[at],
        "c_deployed": np.cumsum(np.asarray(monthly["deployed"], float))[at],
        "c_confident": np.asarray(monthly["confident"], float)[at],
        "c_residents": np.asarray(monthly["residents"], float)[at],
    }


def history(monthly: Mapping[str, np.ndarray], start: str) -> dict[str, float]:
    """Return organisations, and those willing to ally, in the years of the surveys that the run covers."""
    from sim.lab.opinion import SURVEYS

    year = float(start[:4]) + (float(start[5:]) - 1) / 12
    found = {}
    for k, (when, *_) in enumerate(SURVEYS):
        month = min(len(monthly["month"]) - 1, max(0, round(12 * (when - year))))
        found[f"o_willing{k}"] = float(monthly["willing"][month])
        found[f"o_all{k}"] = float(monthly["organisations"][month])
    return found


def links(monthly: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return links between allied organisations, and those within a size and within a kind, over the last year."""
    return {name: float(np.sum(monthly[name][-12:])) for name in monthly if name.startswith("links_")}


def pooled(projects: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return alliances, and those that save, by number of members and weighted by means."""
    together, gain = allied(projects), np.asarray(projects["premium"], float) > 0
    members, means = np.asarray(projects["members_max"]), np.asarray(projects["means_alone"], float)
    found = {
        "k_means": float(np.sum(means, where=together)),
        "k_means_saving": float(np.sum(means, where=together & gain)),
    }
    for low, high in SIZES:
        chosen = together & (members >= low) & (members <= high)
        found[f"k_all{low}"] = float(np.count_nonzero(chosen))
        found[f"k_saving{low}"] = float(np.count_nonzero(chosen & gain))
    return found


# Readings: one number from the worlds of one seed


def curve(sums: Mapping[str, Mapping[str, float]], letter: str) -> tuple[np.ndarray, list[Mapping[str, float]]]:
    """Return the doses of a family and its worlds, in order."""
    doses = sorted(float(name[1:]) for name in sums if name.startswith(letter) and name[1:2].isdigit())
    return np.array(doses), [sums[f"{letter}{dose:g}"] for dose in doses]


def value_per_means(sums: Mapping[str, float], wage: float) -> float:
    """Return value per unit of means of a whole place."""
    return ratio(sums["t_value"], sums["t_money"] + wage * sums["t_hours"])


def of_stratum(sums: Mapping[str, float], name: str, wage: float) -> float:
    """Return value per unit of means of the alliances of one stratum."""
    return ratio(sums[f"v_{name}"], sums[f"m_{name}"] + wage * sums[f"h_{name}"])


def course(sums: Mapping[str, np.ndarray], impact: str, wage: float) -> np.ndarray:
    """Return the course of an impact in one world."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if impact == "performance":
            return sums["c_value"] / (sums["c_money"] + wage * sums["c_hours"])
        if impact == "innovation":
            return 1e5 * sums["c_deployed"] / sums["c_residents"]
        return sums["c_confident"] / sums["c_residents"]


def optima(sums: Mapping[str, Mapping[str, np.ndarray]], wage: float) -> list[np.ndarray | None]:
    """Return the best mix at each horizon; None where nothing happens by then, or where no mix differs."""
    return [None if found is None else found[0] for found in surfaces(sums, wage)]


def near_sets(sums: Mapping[str, Mapping[str, np.ndarray]], wage: float) -> list[np.ndarray | None]:
    """Return, at each horizon, the best mixes of surfaces that agree with the runs as well; None without an answer."""
    return [None if found is None else found[1] for found in surfaces(sums, wage)]


def surfaces(sums: Mapping[str, Mapping[str, np.ndarray]], wage: float) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return the best mix and the near set at each horizon, from what was run of the triangle of mixes."""
    names = sorted((name for name in sums if name.startswith("mix")), key=lambda name: int(name[3:]))
    parts = {6: 2, 10: 3, 66: 10}[len(names)]
    found: list[tuple[np.ndarray, np.ndarray] | None] = []
    for impact, month in zip(mix.IMPACTS, mix.HORIZONS, strict=True):
        at = MONTHS_SHOWN.index(month)
        y = np.array([course(sums[name], impact, wage)[at] for name in names])
        answered = np.isfinite(y).all() and np.ptp(y) > 1e-12
        found.append(mix.best_and_near(parts, tuple(y.tolist())) if answered else None)
    return found


def clocks(sums: Mapping[str, Mapping[str, np.ndarray]], wage: float) -> tuple[float, ...]:
    """Return t50 of each impact, for a step in the lever that is said to lead it."""
    count = sum(name.startswith("mix") for name in sums)
    return tuple(
        clock_of(sums[vertex(count, lever)], sums["off"], impact, wage) for lever, impact in enumerate(mix.IMPACTS)
    )


def clocks_of_even_mix(sums: Mapping[str, Mapping[str, np.ndarray]], wage: float, delays: str) -> tuple[float, ...]:
    """Return t50 of each impact for a step in the even mix; `delays` is empty, or "_twice"."""
    return tuple(clock_of(sums[f"mix0{delays}"], sums[f"off{delays}"], impact, wage) for impact in mix.IMPACTS)


def clock_of(step: Mapping[str, np.ndarray], off: Mapping[str, np.ndarray], impact: str, wage: float) -> float:
    """Return the month at which half of the last effect of a step is reached."""
    return mix.clock(np.array(MONTHS_SHOWN), course(step, impact, wage) - course(off, impact, wage))


def vertex(count: int, lever: int) -> str:
    """Return the name of the world that gives everything to one lever."""
    parts = {6: 2, 10: 3, 66: 10}[count]
    return f"mix{int(np.argmax(mix.lattice(parts)[:, lever]))}"
