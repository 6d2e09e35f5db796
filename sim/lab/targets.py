"""What the model is compared with and never told: the felt ranks of fragilities in surveys of 2015, 2019 and 2022."""

import csv
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from sim.alliances.needs import domains
from sim.lab.design import EXPERIMENTS

MONTH_OF_SURVEY = 9  # September 2022; the months of the other waves are not known


class Target(NamedTuple):
    """One observed number, with the fact that it comes from."""

    what: str
    item: str
    year: int
    value: float
    unit: str
    fact: str


@cache
def load() -> tuple[Target, ...]:
    """Return the targets of experiments/targets.csv."""
    text = (EXPERIMENTS / "targets.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Target(**{**row, "year": int(row["year"]), "value": float(row["value"])}) for row in rows)


def felt_ranks(tables: Mapping[str, Mapping[str, np.ndarray]], start: str) -> dict[int, dict]:
    """Return, for each survey within the run, the rank correlation (Spearman) of felt needs with what people answered.

    Only domains that the survey ranks count. `correlation` is None when felt needs are all equal.
    """
    names, found = [d.name for d in domains()], {}
    felt = np.asarray(tables["needs"]["felt"]).reshape(-1, len(names))
    for year in sorted({row.year for row in load()}):
        month = (year - int(start[:4])) * 12 + MONTH_OF_SURVEY - int(start[5:])
        month = 0 if month < 0 and year == int(start[:4]) else month
        if not 0 <= month < len(felt):
            continue
        asked = [row for row in load() if row.year == year and row.what == "felt_rank"]
        ours = ranks(np.array([-felt[month, names.index(row.item)] for row in asked]))
        theirs = ranks(np.array([row.value for row in asked]))
        level = bool(np.ptp(ours) > 0)
        correlation = float(np.corrcoef(ours, theirs)[0, 1]) if level else None
        found[year] = {"correlation": correlation, "domains": len(asked)}
    return found


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1, ties sharing their mean rank."""
    return np.array([((values < v).sum() + 1 + (values <= v).sum()) / 2 for v in values])
