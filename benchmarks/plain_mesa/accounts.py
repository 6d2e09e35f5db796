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
    """What everybody held when the month began."""

    def __init__(self, model):
        self.money, self.staff, self.debt = money(model), staff(model), debt(model)

    def check(self, model):
        """Raise AssertionError at the first account that does not balance."""
        for place, before, now in zip(model.places, self.money, money(model), strict=True):
            for k in range(7):
                expected = before[k] + sum(payer[k] for payer in place.flow) - sum(place.flow[k])
                assert now[k] == expected, f"month {model.month}, place {place.index}, model {k}: {now[k] - expected}"
        assert staff(model) == self.staff, f"month {model.month}: staff were made or lost"
        assert debt(model) == self.debt + model.lent - model.repaid - model.forgiven, f"month {model.month}: debt"
