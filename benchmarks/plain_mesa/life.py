"""Organisations close and are born; residents inherit and invest; those who are free are hired."""

import math

from benchmarks.plain_mesa import counts, credit, splitting
from benchmarks.plain_mesa.agents import CLASSES, TIES, in_32_bits, in_bytes, in_words
from benchmarks.plain_mesa.projects import IMPLEMENT
from benchmarks.plain_mesa.search import likely
from sim.agents.base import FINANCE, HAS_ORGANISATIONS, OUTSIDE, PERSONS
from sim.errors import CapacityError
from sim.kernels import decisions as d
from sim.kernels.units import BYTE

DOMAINS, FUNCTIONS, TRIES = 16, 5, 4
RANGE = 4294967296.0


def close(model):
    """Let organisations stop or fail, and settle what they leave."""
    closing = list_closing(model)
    for place in model.places:
        place.defaults = place.unpaid = 0
    model.closed_now = closing
    if not closing:
        return
    for one in closing:
        broke = one.cash < 0
        lost = credit.settle_debt(model, one)
        one.home.unpaid += lost
        one.home.defaults += broke or lost > 0
    estates = {place: [0] * 7 for place in model.places}
    losses = {place: [0] * 7 for place in model.places}
    for one in closing:
        if one.cash > 0:
            estates[one.home][one.number] += one.cash
        else:
            losses[one.home][one.number] -= one.cash
        one.home.free_fte += one.fte
        one.close()
        if one.lean:
            model.to_restore.append(one)
    model.count_living()
    for place, left in estates.items():
        for k, amount in enumerate(left):
            place.flow[k][PERSONS] += amount
        hand_to_residents(place, sum(left))
    for place, left in losses.items():
        bear_losses(place, left)


def list_closing(model) -> list:
    """Count months in the red; return who closes this month."""
    v, month, second = model.values, model.month, model.chance.second
    credit_months, patience = float(v["money.credit_months"]), int(v["money.failure_months"])
    protection, found = float(v["promoters.protection"]), []
    for one in model.organisations:
        one.red = min(254, one.red + 1) if one.cash < 0 else 0
        exit_chance = model.numbers.exits[one.number]
        if exit_chance <= 0.0:
            continue
        if protection != 0.0:
            exit_chance = min(1.0, exit_chance * shield(one, protection))
        drawn = second(one.uid, month, d.EACH_MONTH)
        failed = one.red >= patience and one.cash < -credit_months * one.base
        if failed or drawn < exit_chance * RANGE:
            found.append(one)
    return found


def shield(one, protection: float) -> float:
    """Return what multiplies the hazard of closing of an organisation that is in alliances at work."""
    n = sum(project.step >= IMPLEMENT and len(project.members) > 1 for project in one.projects)
    return math.exp(-protection * n) if n else 1.0


def hand_to_residents(place, total: int):
    """Give cents to the residents of a place (or take them, below nothing), by their normal outlay."""
    if total == 0:
        return
    parts = splitting.by_weight(total, [cohort.base for cohort in place.residents])
    for cohort, part in zip(place.residents, parts or (), strict=False):
        cohort.cash += part


def bear_losses(place, losses: list[int]):
    """Let the banks of a place bear the overdrafts that closed organisations left."""
    total, banks = sum(losses), place.living[FINANCE]
    if total == 0:
        return
    parts = splitting.by_weight(total, [bank.base for bank in banks])
    lender = FINANCE if parts is not None else OUTSIDE
    for k, amount in enumerate(losses):
        place.flow[lender][k] += amount
    place.unpaid += total
    if parts is not None:
        for bank, part in zip(banks, parts, strict=True):
            bank.cash -= part


# births


def open(model):
    """Let newborn organisations take free places, meet others and hire those who are free."""
    free = [seat for k in HAS_ORGANISATIONS for place in model.places for seat in list_births(model, place, k)]
    for one in model.closed_now:
        one.closed = False
    born = []
    savings = {place: sum(cohort.cash for cohort in place.residents) for place in model.places}
    capital = {place: [0] * 7 for place in model.places}
    months = float(model.values["money.reserve"]) + 1.0
    for seat in free:
        needed, place = math.floor(months * seat.base + 0.5), seat.home
        if needed <= savings[place]:
            savings[place] -= needed
            capital[place][seat.number] += needed
            born.append(be_born(model, seat, needed))
    for place, given in capital.items():
        for k, amount in enumerate(given):
            place.flow[PERSONS][k] += amount
        hand_to_residents(place, -sum(given))
    if born:
        model.count_living()
    for one in born:
        draw_traits(model, one)
        meet_first(model, one)
    for place in model.places:
        hire(model, place)


def list_births(model, place, k: int) -> list:
    """Return the free places that newborn organisations of a model take this month."""
    monthly, usual, seats = model.numbers.entries[k], place.usual[k], place.seats[k]
    if monthly <= 0.0:
        return []
    month, found = model.month, []
    mean = monthly * usual * math.sqrt(usual / max(1.0, float(len(place.living[k]))))
    wanted = counts.poisson(model.chance.uniform(place.uid, month, d.ENTRY, k), mean)
    if wanted == 0:
        return found
    turn = model.chance.below(place.uid, month, d.ENTRY, 7 + k, usual)
    for at in range(len(seats)):
        seat = seats[(turn + at) % usual if at < usual else at]
        if not seat.alive and not seat.closed and seat.births < 255:
            found.append(seat)
            if len(found) == wanted:
                return found
    raise CapacityError(f"No free row is left for a newborn organisation of model {k}.")


def be_born(model, seat, capital: int):
    """Put a newborn organisation where another one was; residents give its capital."""
    births = seat.births + 1
    uid = seat.home.ident << 31 | seat.number << 28 | seat.ordinal << 8 | births
    one = CLASSES[seat.number](
        model, seat.home, seat.ordinal, uid, births, seat.size, seat.base
    )  # fmt: skip
    one.cash, one.born = capital, model.month
    seat.home.seats[seat.number][seat.ordinal] = one
    return one


def draw_traits(model, one):
    """Draw what an organisation is: domains, main function, efficiencies, desire, threshold."""
    general, mean, sd, bar, bar_sd = model.numbers.temper
    chance, uid = model.chance, one.uid
    a, b, c, _ = chance.block(uid, d.INITIAL, d.ORGANISATION_TRAITS, 0)
    one.domain = a * DOMAINS >> 32
    one.domain_second = (one.domain + 1 + (b * (DOMAINS - 1) >> 32)) % DOMAINS
    u, best = c / RANGE, FUNCTIONS - 1
    for f, upto in enumerate(model.numbers.functions[one.number]):
        if u < upto:
            best = f
            break
    one.main_function = best
    words = iter(chance.block(uid, d.INITIAL, d.ORGANISATION_TRAITS, 1))
    one.efficiency = [
        1.0 if f == best else max(BYTE, in_bytes(min(1.0, math.pow(general, 0.5 + next(words) / RANGE))))
        for f in range(FUNCTIONS)
    ]  # fmt: skip
    one.disposition = in_words(min(1.0, max(-1.0, mean + sd * chance.normal(uid, d.INITIAL, d.DESIRE, 0))))
    one.desire = in_32_bits(one.disposition)
    drawn = bar + bar_sd * chance.normal(uid, d.INITIAL, d.DESIRE, 1)
    one.threshold = in_bytes(min(1.0, max(0.0, drawn)))


def meet_first(model, one):
    """Draw the first acquaintances of an organisation: near and similar ones."""
    beside, by_size, by_model = model.numbers.likeness
    near = one.home.near
    for s in range(TIES):
        for attempt in range(TRIES):
            a, b, c, e = model.chance.block(one.uid, d.INITIAL, d.FIRST_TIES, s * TRIES + attempt)
            place = one.home
            if near and a < beside * RANGE:
                place = near[b * len(near) >> 32]
            other = place.row(c * place.rows >> 32)
            if other is None or other is one or not other.alive or other in one.known:
                continue
            if e < likely(one, other, by_size, by_model) * RANGE:
                one.known[s] = other
                break


def hire(model, place):
    """Let organisations that lack staff hire those who are free in their place, in proportion to what they lack."""
    if place.free_fte == 0:
        return
    lacking, wanted = [], 0
    for k in HAS_ORGANISATIONS:
        staff = model.numbers.staff[k]
        for one in place.living[k]:
            if one.lean == 0:
                missing = math.floor(1000.0 * staff[one.size] * one.base + 0.5) - one.fte
                if missing > 0:
                    lacking.append((one, missing))
                    wanted += missing
    if wanted == 0:
        return
    part = min(1.0, place.free_fte / wanted)
    for one, missing in lacking:
        taken = min(math.floor(part * missing), place.free_fte)
        one.fte += taken
        place.free_fte -= taken
