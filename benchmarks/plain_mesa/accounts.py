"""Accounts of the twin: what each model of each place holds must be what it held, plus what came in, less what left."""

from sim.agents.base import HAS_ORGANISATIONS, PERSONS, PUBLIC
from sim.ledger import FUND_OWNER


def money(model) -> list[list[int]]:
    """Return what each model of each place holds, in cents."""
    reserves = {place: 0 for place in model.places}
    for project in model.projects:
        if project.reserve:
            reserves[project.home] += project.reserve
    out = []
    for place in model.places:
        held = place.market[:7]
        for k in HAS_ORGANISATIONS:
            cash = 0
            for one in place.living[k]:
                cash += one.cash
            held[k] += cash
        held[PERSONS] += sum(cohort.cash for cohort in place.residents)
        for fund, owner in zip(place.fund, FUND_OWNER, strict=True):
            held[owner] += fund
        held[PUBLIC] += sum(place.purse) + reserves[place]
        out.append(held)
    return out


def staff(model) -> list[int]:
    """Return the staff of each place, those between two employers too."""
    return [
        place.free_fte + sum(one.fte for k in HAS_ORGANISATIONS for one in place.living[k]) for place in model.places
    ]  # fmt: skip


def debt(model) -> int:
    """Return what all organisations owe."""
    return sum(one.debt for one in model.organisations)


class Accounts:
    """What everybody holds between two months."""

    def __init__(self, model):
        self.money, self.staff, self.debt = money(model), staff(model), debt(model)

    def check(self, model, before: "Accounts"):
        """Raise AssertionError at the first account that does not follow from what it was a month before."""
        for place, was, now in zip(model.places, before.money, self.money, strict=True):
            for k in range(7):
                expected = was[k] + sum(payer[k] for payer in place.flow) - sum(place.flow[k])
                assert now[k] == expected, f"month {model.month}, place {place.index}, model {k}: {now[k] - expected}"
        assert self.staff == before.staff, f"month {model.month}: staff were made or lost"
        owed = before.debt + model.lent - model.repaid - model.forgiven
        assert self.debt == owed, f"month {model.month}: debt {self.debt - owed}"
