"""Credit: who borrows and pays back, what closes unpaid, who goes on without staff."""

import math

from benchmarks.plain_mesa import splitting
from benchmarks.plain_mesa.agents import in_32_bits, nearest
from sim.agents.base import ENGAGEMENT, FINANCE, HAS_ORGANISATIONS, KNOWLEDGE, OUTSIDE, PRODUCTIVE, SERVICES
from sim.kernels import decisions as d

BORROWERS = (PRODUCTIVE, KNOWLEDGE, SERVICES, ENGAGEMENT)


def refused(model, one, share: float) -> bool:
    """Return whether no bank lends to an organisation."""
    return share > 0.0 and model.chance.happens(one.uid, d.INITIAL, d.LOAN_REFUSED, 0, share)


def pay_banks(place, total: int) -> bool:
    """Give cents to the banks of a place, by size; return False where none lives."""
    banks = place.living[FINANCE]
    parts = splitting.by_weight(total, [bank.base for bank in banks])
    if parts is None:
        return False
    for bank, part in zip(banks, parts, strict=True):
        bank.cash += part
    return True


def lend(model):
    """Take back what falls due, and lend to those who are short of cash."""
    for place in model.places:
        repay(model, place)
    for place in model.places:
        lend_in(model, place)


def repay(model, place):
    """Let debtors that have cash pay the interest of the month, then a part of what they owe."""
    months, rate = float(model.values["finance.loan_months"]), float(model.values["finance.rate"]) / 12.0
    lender, total = FINANCE if place.living[FINANCE] else OUTSIDE, 0
    for k in HAS_ORGANISATIONS:
        for one in place.living[k]:
            debt = one.debt
            if debt == 0 or one.cash <= 0:
                continue
            interest = min(one.cash, nearest(rate * debt))
            one.cash -= interest
            principal = min(one.cash, math.ceil(debt / months))
            one.debt -= principal
            one.cash -= principal
            place.flow[k][lender] += interest + principal
            total += interest + principal
            model.repaid += principal
    if total > 0:
        pay_banks(place, total)


def lend_in(model, place):
    """Lend in a place, out of the cash of its banks and within a share of what is deposited there."""
    limit, hand, lendable, refusing = model.numbers.lending
    deposits = owed = wanted = 0
    for cohort in place.residents:
        if cohort.cash > 0:
            deposits += cohort.cash
    asking = []
    for k in BORROWERS:
        for one in place.living[k]:
            cash = one.cash
            owed += one.debt
            if cash >= 0:
                deposits += cash
                continue
            asked = min(nearest(hand * one.base) - cash, nearest(limit * one.base) - one.debt)
            if asked > 0 and not refused(model, one, refusing):
                asking.append((one, asked))
                wanted += asked
    if wanted == 0:
        return
    rooms = [max(0, bank.cash - bank.base) for bank in place.living[FINANCE]]
    able = min(sum(rooms), max(0, math.floor(lendable * deposits) - owed))
    rate, total = min(1.0, able / wanted), 0
    for one, asked in asking:
        given = min(math.floor(rate * asked), able - total)
        one.cash += given
        one.debt += given
        total += given
        place.flow[FINANCE][one.number] += given
    model.lent += total
    parts, _ = splitting.within(total, rooms, rooms)
    for bank, part in zip(place.living[FINANCE], parts, strict=True):
        bank.cash -= part


def settle_debt(model, one) -> int:
    """Let an organisation that closes pay its creditors first; return what it cannot, which is written off."""
    if one.debt == 0:
        return 0
    place, paid = one.home, min(one.debt, max(0, one.cash))
    if paid > 0:
        here = pay_banks(place, paid)
        place.flow[one.number][FINANCE if here else OUTSIDE] += paid
    one.cash -= paid
    lost, one.debt = one.debt - paid, 0
    model.repaid += paid
    model.forgiven += lost
    return lost


def let_staff_go(model):
    """Let associations that have neither credit nor cash go on with volunteers."""
    v = model.values
    kept, months = float(v["finance.volunteer_share"]), float(v["finance.volunteer_months"])
    refusing, credit = float(v["finance.loans_refused"]), float(v["money.credit_months"])
    for one in model.to_restore:  # closed: its place takes its size again
        one.base, one.lean, one.full = int(one.full), 0, 0.0
    model.to_restore = []
    possible = int(v["finance.fallback"])
    for place in model.places:
        for one in place.living[ENGAGEMENT]:
            if one.lean > 0:
                if one.lean <= months:
                    one.base = nearest(one.full * (1.0 - (1.0 - kept) * one.lean / months))
                    one.lean += 1
            elif possible and one.fte > 0 and one.cash < 0 and (
                one.cash < -credit * one.base or refused(model, one, refusing)
            ):  # fmt: skip
                place.free_fte += one.fte
                one.fte, one.full, one.lean = 0, in_32_bits(one.base), 1
