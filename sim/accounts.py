"""The money of a normal month in each territory: one national table, spread so that it adds up.

The national table (parameters `budget.*`, EUR per inhabitant and year, constant prices of 2019) says what each of
the seven models and the outside pay each other, line by line. Each line is spread over the 1,255 intermunicipalities
of France twice: over those where it is paid, and over those where it is received. Wages, for instance, are paid where
jobs are and received where workers live. A share is a population times an index; the indexes are laws fitted on
public statistics (`density.law_*`, `commuters`, `residential`). Those who have no branches elsewhere must live on what
they receive: their spreads are balanced (sim/spreading.py) on what each place has and on what each line is in all.
Cents are dealt by largest remainder, so that both spreads add up to the nation.

What is paid and received in the same territory stays there; the rest goes to, or comes from, the rest of France,
beside the rest of the world in the line and column of the outside. Purchases from firms also leave for the share that
is bought elsewhere (`money.import_share`); what residents spend when they are away leaves whole. The State and
banks, which have branches everywhere, settle what they receive beyond what they pay with the rest of France. So in
every territory each model spends what it receives, and over France all dealings with the rest of France sum to zero.

A territory that is not one of the 1,255 uses the same laws at the national normalisation.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim import spreading
from sim.agents.base import LETTERS, MODELS, OUTSIDE, OUTSIDE_MODEL, flow_label
from sim.errors import ParameterError
from sim.kernels import initial as kernel
from sim.spreading import Balanced, balance_like, balanced
from sim.territory import france

WIDE = 8
SCALE = 16  # weights are residents times this, as integers: small places keep four digits
MILLION = 1_000_000
INDEXES = ("residents", "jobs", "workers", "unemployed", "income", "services", "investment", "second_homes")


class Line(NamedTuple):
    """One line of the national table, and where it is paid and received (indexes per resident)."""

    name: str
    pair: str
    paid: str
    received: str
    traded: bool = False  # a purchase from firms, part of which is made elsewhere
    of: str = ""  # the line of the budget that this one is a part of ...
    part: str = ""  # ... and the parameter that says which part
    away: bool = False  # paid by those who are away from home: all of it leaves

    @property
    def payer(self) -> int:
        return LETTERS.index(self.pair[0])

    @property
    def receiver(self) -> int:
        return LETTERS.index(self.pair[1])


LINES = (
    # public action
    Line("public_wages", "AP", "services", "workers"),
    Line("benefits", "AP", "residents", "residents"),
    Line("unemployment_benefits", "AP", "unemployed", "unemployed"),
    Line("public_orders", "AE", "services", "jobs", traded=True),
    Line("health_goods", "AE", "residents", "jobs", traded=True),
    Line("firm_subsidies", "AE", "jobs", "jobs"),
    Line("public_investment_local", "AE", "investment", "jobs", traded=True),
    Line("public_investment_state", "AE", "services", "jobs", traded=True),
    Line("public_interest", "AF", "residents", "services"),
    Line("knowledge_endowments", "AS", "services", "services"),
    Line("service_endowments", "AU", "services", "services"),
    Line("association_subsidies", "AG", "residents", "residents"),
    Line("association_orders", "AG", "residents", "residents"),
    Line("public_abroad", "AO", "residents", "residents"),
    # persons
    Line("household_taxes", "PA", "income", "income"),
    Line("consumption", "PE", "income", "jobs", traded=True),
    Line("spent_near_work", "PE", "workers", "jobs", of="consumption", part="residential.near_work"),
    Line("spent_away", "PE", "income", "second_homes", of="consumption", part="residential.away", away=True),
    Line("savings", "PF", "income", "services"),
    Line("loan_service", "PF", "income", "services"),
    Line("tuition", "PS", "residents", "services"),
    Line("service_fees", "PU", "residents", "services"),
    Line("association_users", "PG", "residents", "residents"),
    Line("dues", "PG", "residents", "residents"),
    Line("gifts", "PG", "income", "residents"),
    Line("spent_abroad", "PO", "income", "income"),
    # productive economy
    Line("firm_taxes", "EA", "jobs", "jobs"),
    Line("firm_wages", "EP", "jobs", "workers"),
    Line("profits", "EP", "jobs", "income"),
    Line("firm_finance_costs", "EF", "jobs", "services"),
    Line("firm_training", "ES", "jobs", "services"),
    Line("firm_service_fees", "EU", "jobs", "services"),
    Line("association_customers", "EG", "jobs", "residents"),
    Line("patronage", "EG", "jobs", "residents"),
    Line("imports", "EO", "jobs", "jobs"),
    # financial economy
    Line("finance_taxes", "FA", "services", "services"),
    Line("public_debt", "FA", "services", "services"),
    Line("finance_wages", "FP", "services", "workers"),
    Line("household_finance", "FP", "services", "income"),
    Line("firm_finance", "FE", "services", "jobs"),
    Line("knowledge_finance", "FS", "services", "services"),
    Line("service_finance", "FU", "services", "services"),
    Line("foundations", "FG", "services", "residents"),
    Line("association_finance", "FG", "services", "residents"),
    Line("finance_abroad", "FO", "services", "services"),
    # knowledge economy
    Line("knowledge_contributions", "SA", "services", "services"),
    Line("knowledge_wages", "SP", "services", "workers"),
    Line("knowledge_purchases", "SE", "services", "jobs", traded=True),
    Line("knowledge_bank", "SF", "services", "services"),
    Line("knowledge_services", "SU", "services", "services"),
    Line("knowledge_associations", "SG", "services", "residents"),
    Line("knowledge_abroad", "SO", "services", "services"),
    # public services
    Line("service_contributions", "UA", "services", "services"),
    Line("service_wages", "UP", "services", "workers"),
    Line("service_purchases", "UE", "services", "jobs", traded=True),
    Line("service_bank", "UF", "services", "services"),
    Line("service_training", "US", "services", "services"),
    Line("service_associations", "UG", "services", "residents"),
    Line("service_abroad", "UO", "services", "services"),
    # engagement economy
    Line("association_contributions", "GA", "residents", "residents"),
    Line("association_wages", "GP", "residents", "workers"),
    Line("association_purchases", "GE", "residents", "jobs", traded=True),
    Line("association_bank", "GF", "residents", "services"),
    Line("association_training", "GS", "residents", "services"),
    Line("association_services", "GU", "residents", "services"),
    Line("association_abroad", "GO", "residents", "residents"),
    # the outside: the rest of the world
    Line("borrowed_abroad", "OA", "residents", "residents"),
    Line("border_wages", "OP", "workers", "workers"),
    Line("exports", "OE", "jobs", "jobs"),
    Line("visitors", "OE", "residents", "second_homes", of="exports", part="residential.visitors"),
    Line("finance_from_abroad", "OF", "services", "services"),
    Line("knowledge_from_abroad", "OS", "services", "services"),
    Line("service_from_abroad", "OU", "services", "services"),
)
CLOSING = {i: next(line.name for line in LINES if line.pair == LETTERS[i] + "O") for i in range(OUTSIDE)}
WAGES = tuple(line.name for line in LINES if line.name.endswith("_wages") and line.pair[0] != "O")


class Margin(NamedTuple):
    """Lines of one side that are balanced in each place: on an index, or on the other side of a model's account.

    What the account has on this side beyond these lines comes first.
    """

    name: str
    side: str
    lines: tuple[int, ...]
    index: str = ""
    model: int = -1


# In this order. Wages follow jobs; firms spend on the rest what their sales leave them; the funds of knowledge, public
# services and associations follow what they pay; residents pay what they receive. Associations follow residents, by
# the law that we hold for them, and so do their wages.
MARGINS = (
    Margin("wages", "paid", tuple(k for k, line in enumerate(LINES) if line.name in WAGES and line.pair[0] != "G"),
           index="jobs"),
    Margin("firms", "paid", tuple(k for k, line in enumerate(LINES) if line.pair[0] == "E" and line.name not in WAGES),
           model=LETTERS.index("E")),
    *(
        Margin(MODELS[LETTERS.index(letter)].en, "received",
               tuple(k for k, line in enumerate(LINES) if line.pair[1] == letter), model=LETTERS.index(letter))
        for letter in "SUG"
    ),
    Margin("persons", "paid", tuple(k for k, line in enumerate(LINES) if line.pair[0] == "P"),
           model=LETTERS.index("P")),
)  # fmt: skip


class Tables(NamedTuple):
    """Cents a month: [place, payer, receiver] where paid and received; [place, line] by line before trade."""

    table: np.ndarray  # balanced: each model receives what it pays
    paid: np.ndarray
    received: np.ndarray


class Nation(NamedTuple):
    """France as the yardstick of every territory."""

    idents: np.ndarray  # SIREN, in order
    population: np.ndarray
    cents: np.ndarray  # of each line, a month
    means: np.ndarray  # of each index over residents
    weights: np.ndarray  # int64 [index, place]
    own: np.ndarray  # [index, place] what places have beyond the laws, as a factor
    balances: tuple[Balanced, ...]  # how each of MARGINS came to balance
    tables: Tables


def tables(territory, values: dict) -> Tables:
    """Return the money of a normal month in each place of a territory."""
    whole = nation(values)
    place = np.searchsorted(whole.idents, territory.ident).clip(max=whole.idents.size - 1)
    known = (whole.idents[place] == territory.ident) & (territory.kind not in ("graph", "synthetic"))
    same = known & (whole.population[place] == territory.population)
    if same.all():
        return Tables(*(part[place] for part in whole.tables))
    found = _tables_elsewhere(territory, values, whole, place, known)
    for mine, theirs in zip(found, whole.tables, strict=True):
        mine[same] = theirs[place[same]]
    return found


def nation(values: dict) -> Nation:
    """Return the national table spread over the 1,255 intermunicipalities."""
    return _nation(
        tuple(amounts(values).values()), _laws(values), spreading.choices(values), float(values["money.import_share"])
    )


def amounts(values: dict) -> dict[str, float]:
    """Return each line of the national table, EUR per inhabitant and year; a part is taken from the line it is of."""
    out = {line.name: float(values[f"budget.{line.of or line.name}"]) for line in LINES}
    for line in LINES:
        if line.of:
            out[line.name] *= float(values[line.part])
            out[line.of] -= out[line.name]
    return out


def _laws(values) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(values[f"density.law_{name}"].tolist()) for name in INDEXES[1:])


@lru_cache(1)
def france_places() -> tuple[np.ndarray, ...]:
    """Return population, density and share of the main commune of the 1,255, in the order of their identity."""
    rows = [row for _, row in sorted(france.epci().items())]
    population = np.array([row.population for row in rows], np.int64)
    density = population / np.array([row.km2 for row in rows])
    return population, density, np.array([row.main_population for row in rows]) / population


@lru_cache(16)
def _nation(budget, laws, choices, import_share) -> Nation:
    population, density, centre = france_places()
    plain = indexes(laws, population, density, centre)
    own = np.ones_like(plain)
    own[INDEXES.index("jobs")], own[INDEXES.index("second_homes")] = spreading.beyond_the_laws(
        choices, plain[INDEXES.index("jobs")], plain[INDEXES.index("workers")], population, density, centre
    )
    index = plain * own
    means = np.array([kernel.weighted_mean(index[k], population) for k in range(len(INDEXES))])
    weights = _weights(index, means, population)
    cents = national_cents(budget, int(population.sum()))
    sides = {side: _deal(cents, weights, side) for side in ("paid", "received")}
    balances = []
    for margin in MARGINS:
        lines = list(margin.lines)
        total = int(cents[lines].sum())
        rows = (
            largest_remainder(total, weights[INDEXES.index(margin.index)]) if margin.index else _mirror(sides, margin)
        )
        found = balanced(margin.name, sides[margin.side][:, lines], rows, cents[lines])
        sides[margin.side][:, lines] = found.cells
        balances.append(found)
    return Nation(
        idents=np.array(sorted(france.epci()), np.int64), population=population, cents=cents, means=means,
        weights=weights, own=own, balances=tuple(balances), tables=_close(**sides, import_share=import_share),
    )  # fmt: skip


def _mirror(sides, margin) -> np.ndarray:
    """Return the cents on the other side of the account of a model in each place, less what is settled on this side."""
    end = {"paid": 0, "received": 1}
    of = {
        side: [k for k, line in enumerate(LINES) if line.pair[at] == LETTERS[margin.model]] for side, at in end.items()
    }
    other = "received" if margin.side == "paid" else "paid"
    settled = [k for k in of[margin.side] if k not in margin.lines]
    return sides[other][:, of[other]].sum(axis=1) - sides[margin.side][:, settled].sum(axis=1)


def national_cents(budget, residents: int) -> np.ndarray:
    """Return each line in cents a month for the nation, each model paying exactly what it receives.

    Rounding to cents leaves a few cents a model: its payments abroad take them.
    """
    cents = np.array([round(euros * 100 * residents / 12) for euros in budget], np.int64)
    for model, closing in CLOSING.items():
        gap = sum(
            int(c) * ((line.receiver == model) - (line.payer == model)) for line, c in zip(LINES, cents, strict=True)
        )
        at = [line.name for line in LINES].index(closing)
        cents[at] += gap
        if cents[at] < 0:
            short = -gap * 12 / 100 / residents
            raise ParameterError(
                f"The national table does not close: model {LETTERS[model]} spends {short:.2f} EUR per inhabitant and "
                f"year more than it receives.\n  Correct the lines of sim/parameters/budget.yaml that it pays."
            )
    return cents


def national_table(values: dict) -> np.ndarray:
    """Return the national table, EUR per inhabitant and year, [payer, receiver]."""
    out = np.zeros((WIDE, WIDE))
    for line, euros in zip(LINES, amounts(values).values(), strict=True):
        out[line.payer, line.receiver] += euros
    return out


def indexes(laws, population, density, centre) -> np.ndarray:
    """Return what each law gives per resident in each place, [index, place]; the first index is 1 everywhere."""
    out = np.ones((len(INDEXES), population.size))
    for k, law in enumerate(laws, start=1):
        kernel.per_resident(np.array(law), population, density, centre, out[k])
    return out


def _weights(index, means, population) -> np.ndarray:
    return np.rint(SCALE * population * index / means[:, None]).astype(np.int64)


def _deal(cents, weights, side: str) -> np.ndarray:
    """Return each line cut over the places by largest remainder, int64 [place, line]."""
    out = np.empty((weights.shape[1], len(LINES)), np.int64)
    for k, line in enumerate(LINES):
        out[:, k] = largest_remainder(int(cents[k]), weights[INDEXES.index(getattr(line, side))])
    return out


def largest_remainder(total: int, weight: np.ndarray) -> np.ndarray:
    """Cut `total` >= 0 in proportion to integer weights, exactly; equal remainders go in the order of identity.

    Integers only: total = q W + r, part = q weight + r weight // W.
    """
    whole = int(weight.sum())
    if whole == 0:
        return np.zeros(weight.size, np.int64)
    q, r = divmod(total, whole)
    part = q * weight + r * weight // whole
    left = total - int(part.sum())
    part[np.argsort(-(r * weight % whole), kind="stable")[:left]] += 1
    return part


def _tables_elsewhere(territory, values, whole: Nation, place, known) -> Tables:
    """Places that are not those of France, or smaller copies of them: national amounts per weight.

    Nothing is known of a place of nowhere beyond the laws; a copy of a real one keeps what that one has.
    """
    index = indexes(_laws(values), territory.population, territory.density, territory.centre_share)
    index[:, known] *= whole.own[:, place[known]]
    weight = SCALE * territory.population * index / whole.means[:, None]
    sums = whole.weights.sum(axis=1)
    sides = {}
    for side in ("paid", "received"):
        at = [INDEXES.index(getattr(line, side)) for line in LINES]
        sides[side] = np.rint(weight[at].T * (whole.cents / sums[at])).astype(np.int64)
    for margin, found in zip(MARGINS, whole.balances, strict=True):
        lines = list(margin.lines)
        if margin.index:
            at = INDEXES.index(margin.index)
            rows = np.rint(weight[at] * (whole.cents[lines].sum() / sums[at])).astype(np.int64)
        else:
            rows = _mirror(sides, margin)
        sides[margin.side][:, lines] = balance_like(found, sides[margin.side][:, lines], rows)
    return _close(**sides, import_share=float(values["money.import_share"]))


def _close(paid, received, import_share) -> Tables:
    """Return the balanced tables of places where `paid` and `received` [place, line] are known."""
    table = np.zeros((paid.shape[0], WIDE, WIDE), np.int64)
    kept = round((1.0 - import_share) * MILLION)
    for k, line in enumerate(LINES):
        i, j = line.payer, line.receiver
        if OUTSIDE in (i, j):
            table[:, i, j] += received[:, k] if i == OUTSIDE else paid[:, k]
            continue
        here = np.minimum(paid[:, k], received[:, k]) * (not line.away)
        if line.traded:
            here = here // MILLION * kept + here % MILLION * kept // MILLION
        table[:, i, j] += here
        table[:, i, OUTSIDE] += paid[:, k] - here
        table[:, OUTSIDE, j] += received[:, k] - here
    more = (table.sum(axis=1) - table.sum(axis=2))[:, :OUTSIDE]  # received beyond what is paid
    table[:, :OUTSIDE, OUTSIDE] += np.maximum(more, 0)
    table[:, OUTSIDE, :OUTSIDE] += np.maximum(-more, 0)
    return Tables(table, paid, received)


def shares(table: np.ndarray, whole: int) -> np.ndarray:
    """Return what each model pays each receiver as int64 shares adding up to `whole`, [place, 7, 8].

    A model that pays nothing in a place would pay the outside, whatever it spent.
    """
    spent = table[:, :OUTSIDE].sum(axis=2, keepdims=True)
    exact = table[:, :OUTSIDE] / np.maximum(spent, 1) * whole
    out = np.floor(exact).astype(np.int64)
    order = np.argsort(out - exact, axis=2, kind="stable")
    rank = np.argsort(order, axis=2, kind="stable")
    missing = whole - out.sum(axis=2, keepdims=True)
    out += rank < missing
    out[spent[:, :, 0] == 0] = np.eye(WIDE, dtype=np.int64)[OUTSIDE] * whole
    return out


def payroll(values: dict) -> np.ndarray:
    """Return the share of its outlay that each model pays in wages, over the nation."""
    return _payroll(tuple(amounts(values).values())).copy()


@lru_cache(16)
def _payroll(budget) -> np.ndarray:
    spent, wages = np.zeros((2, OUTSIDE))
    for line, euros in zip(LINES, budget, strict=True):
        if line.payer != OUTSIDE:
            spent[line.payer] += euros
            wages[line.payer] += euros * (line.name in WAGES)
    return wages / spent


def describe(matrix: np.ndarray, lang: str = "fr") -> str:
    """Return the flows of an 8 x 8 matrix of cents as text, the largest first, in French or in English."""
    names = [getattr(model, lang) for model in (*MODELS, OUTSIDE_MODEL)]
    pairs = sorted(np.argwhere(matrix).tolist(), key=lambda at: (-int(matrix[tuple(at)]), at))
    lines = []
    for i, j in pairs:
        euros = f"{int(matrix[i, j]) / 100:,.2f}"
        if lang == "fr":
            euros = euros.replace(",", "\u202f").replace(".", ",")
        lines.append(f"{euros:>24} EUR  {names[i]} → {names[j]} : {flow_label(i, j, lang)}")
    return "\n".join(lines)
