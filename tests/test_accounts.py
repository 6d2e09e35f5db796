"""One national table, spread over places so that it adds up, and budgets that resemble the facts."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim import accounts
from sim.agents.base import ENGAGEMENT, LETTERS, MODELS, OUTSIDE, PUBLIC, flow_label
from sim.errors import ParameterError


@pytest.fixture(scope="module")
def values(parameters):
    return parameters.values()


@pytest.fixture(scope="module")
def france():
    return sim.load_territory("france")


@pytest.fixture(scope="module")
def spread(france, values):
    return accounts.tables(france, values)


def euros(values, *names):
    return sum(accounts.amounts(values)[name] for name in names)


def lines(pair):
    """Names of the lines of a pair of letters; '*' stands for every payer or receiver."""
    return [
        line.name
        for line in accounts.LINES
        if all(mine in ("*", theirs) for mine, theirs in zip(pair, line.pair, strict=True))
    ]


# It adds up


def test_every_line_of_the_budget_is_spread_once(values):
    amounts = {n.removeprefix("budget.") for n in values if n.startswith("budget.")} - {"wage", "local_share"}
    assert sorted(amounts) == sorted(line.name for line in accounts.LINES if not line.of)
    assert {line.of for line in accounts.LINES if line.of} <= amounts
    assert {index for line in accounts.LINES for index in (line.paid, line.received)} <= set(accounts.INDEXES)


def test_every_model_receives_what_it_spends(values):
    for letter in LETTERS:
        assert euros(values, *lines("*" + letter)) == pytest.approx(euros(values, *lines(letter + "*")), abs=1e-6)


def test_the_1255_tables_add_up_to_the_national_one(spread, values):
    """Cell group by cell group, where money is paid and where it is received: to the cent."""
    national = accounts.nation(values).cents
    assert spread.paid.shape[0] == 1255
    assert (spread.paid.sum(axis=0) == national).all()
    assert (spread.received.sum(axis=0) == national).all()
    assert spread.paid.min() >= 0


@pytest.mark.parametrize("letter", "PESUG")
def test_who_has_no_branches_elsewhere_lives_on_what_it_receives(spread, letter):
    """In each of the 1,255 places: residents, firms, knowledge, public services, associations; to the cent."""
    end = {"paid": 0, "received": 1}
    paid, received = (
        getattr(spread, side)[:, [k for k, line in enumerate(accounts.LINES) if line.pair[at] == letter]].sum(axis=1)
        for side, at in end.items()
    )
    assert (paid == received).all()


def test_wages_are_paid_where_jobs_are(spread, values):
    """All but those of associations, in proportion to jobs, to the cent; and every balance says how it was reached."""
    nation = accounts.nation(values)
    wages = [k for k, line in enumerate(accounts.LINES) if line.name in accounts.WAGES and line.pair[0] != "G"]
    jobs = nation.weights[accounts.INDEXES.index("jobs")]
    found = nation.tables.paid[:, wages].sum(axis=1)
    assert (found == accounts.largest_remainder(int(nation.cents[wages].sum()), jobs)).all()
    assert [b.name for b in nation.balances] == [m.name for m in accounts.MARGINS]
    assert all(1 <= b.rounds <= 20 and b.gap < 1e-10 for b in nation.balances)


def test_every_place_balances_to_the_cent(spread):
    received, paid = spread.table.sum(axis=1), spread.table.sum(axis=2)
    assert (received == paid).all(axis=None)
    assert spread.table.min() >= 0


def test_dealings_with_the_rest_of_france_sum_to_zero(spread, values):
    """What the 1,255 pay the outside beyond what goes abroad is what they receive from it beyond that."""
    cents = dict(zip((line.name for line in accounts.LINES), accounts.nation(values).cents.tolist(), strict=True))
    abroad = sum(cents[name] for name in lines("*O"))
    from_abroad = sum(cents[name] for name in lines("O*"))
    to_rest = int(spread.table[:, :, OUTSIDE].sum()) - abroad
    from_rest = int(spread.table[:, OUTSIDE].sum()) - from_abroad
    assert to_rest == from_rest > 0


def test_a_place_has_one_table_whatever_is_simulated_with_it(france, spread, values):
    alone, around = sim.load_territory("Grand Poitiers"), sim.load_territory("dep:86")
    in_france = spread.table[np.flatnonzero(france.ident == alone.ident[0])[0]]
    in_department = accounts.tables(around, values).table[np.flatnonzero(around.ident == alone.ident[0])[0]]
    assert (accounts.tables(alone, values).table[0] == in_france).all()
    assert (in_department == in_france).all()


def test_an_invented_place_is_like_france(values, spread, france):
    place = sim.load_territory("synthetic:2")
    found = accounts.tables(place, values)
    assert (found.table.sum(axis=1) == found.table.sum(axis=2)).all()
    mine = found.table[:, :OUTSIDE].sum(axis=(0, 2)) / place.population.sum()
    theirs = spread.table[:, :OUTSIDE].sum(axis=(0, 2)) / france.population.sum()
    assert mine == pytest.approx(theirs, rel=0.35)
    assert mine[ENGAGEMENT] == pytest.approx(theirs[ENGAGEMENT], rel=1e-3)  # the same for each resident


def test_largest_remainder_is_exact_and_fair():
    assert accounts.largest_remainder(100, np.array([1, 1, 1])).tolist() == [34, 33, 33]
    assert accounts.largest_remainder(0, np.array([3, 4])).tolist() == [0, 0]
    assert accounts.largest_remainder(7, np.array([0, 0])).tolist() == [0, 0]
    total, weight = 19_999_999_999_999, np.array([16 * 7_200_000, 16 * 3_888, 1, 0, 16 * 61_000_000])
    part = accounts.largest_remainder(total, weight)
    assert part.sum() == total
    exact = [total * int(w) / int(weight.sum()) for w in weight]
    assert all(abs(p - e) < 1 for p, e in zip(part.tolist(), exact, strict=True))


def test_shares_of_outlay_add_up(spread):
    whole = 1_000_000_000
    found = accounts.shares(spread.table, whole)
    assert (found.sum(axis=2) == whole).all()
    assert found.min() >= 0
    spent = spread.table[:, :OUTSIDE].sum(axis=2, keepdims=True)
    assert np.abs(found / whole - spread.table[:, :OUTSIDE] / spent).max() < 2e-9
    nobody = accounts.shares(np.zeros((1, 8, 8), np.int64), whole)
    assert (nobody[0, :, OUTSIDE] == whole).all()


def test_a_table_that_cannot_close_is_refused(parameters):
    poor = parameters.with_values({"budget.consumption": 0})
    with pytest.raises(ParameterError, match=r"does not close: model E spends .* more than it receives"):
        accounts.nation(poor.values())


# It resembles the facts


def test_budgets_of_associations_resemble_the_facts(values):
    """44 % public money, more than two thirds of activity revenue, gifts 5 %, dues below 10 %.

    Together they exceed the budget by the public orders, which are both public money and activity (25 points).
    """
    budget = euros(values, *lines("*G"))
    orders = euros(values, "association_orders") / budget
    public = euros(values, *lines("AG")) / budget
    gifts = euros(values, "gifts", "patronage", "foundations") / budget
    dues = euros(values, "dues") / budget
    sales = euros(
        values, "association_users", "association_customers", "association_finance", "knowledge_associations",
        "service_associations",
    ) / budget  # fmt: skip
    assert public == pytest.approx(0.44, abs=0.002)  # F004-034
    assert sales + orders > 2 / 3  # F004-037
    assert gifts == pytest.approx(0.05, abs=0.002)  # F004-044
    assert 0.07 < dues < 0.10  # F004-046
    assert orders == pytest.approx(0.25, abs=0.005)  # F004-048
    assert public + (sales + orders) + gifts + dues == pytest.approx(1 + orders, abs=1e-9)
    assert budget * 66.9e6 / 1e9 == pytest.approx(113, rel=0.01)  # F004-040


def test_local_authorities_resemble_the_facts(values):
    local, state = (euros(values, f"public_investment_{who}") for who in ("local", "state"))
    assert local / (local + state) == pytest.approx(0.70)  # F000-021
    assert float(values["budget.local_share"]) == 0.19  # F000-020
    assert local < 0.19 * euros(values, *lines("A*"))  # they can afford it


def test_commuters_stay_within_what_the_census_shows(spread):
    """Net wages earned elsewhere, over wages received: -26 to +57 % (5-95 %) of the real territories."""
    wages = [k for k, line in enumerate(accounts.LINES) if line.name in accounts.WAGES]
    paid, received = spread.paid[:, wages].sum(axis=1), spread.received[:, wages].sum(axis=1)
    elsewhere = (received - paid) / received
    census = [-0.258, -0.008, 0.192, 0.388, 0.574]  # Insee, census of 2018, by EPCI: 5, 25, 50, 75, 95 %
    found = np.quantile(elsewhere, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert found == pytest.approx(census, abs=0.06)
    assert elsewhere.max() < 0.95


def test_all_organisations_pay_wages_in_proportion_to_jobs(values):
    share = accounts.payroll(values)
    assert share[ENGAGEMENT] == pytest.approx(680 / 1690)
    assert share[PUBLIC] == pytest.approx(1350 / 19700)


# Words


def test_every_flow_has_a_name_in_two_languages(spread):
    for i, j in np.argwhere(spread.table.sum(axis=0)).tolist():
        for lang in ("fr", "en"):
            assert len(flow_label(i, j, lang)) > 3
        if OUTSIDE not in (i, j):
            assert LETTERS[i] + LETTERS[j] in {line.pair for line in accounts.LINES}


def test_flows_are_told_largest_first(spread):
    total = spread.table.sum(axis=0)
    french, english = accounts.describe(total), accounts.describe(total, "en")
    assert len(french.splitlines()) == len(english.splitlines()) == np.count_nonzero(total)
    assert "Action publique → Économie de l'engagement : Subventions et commandes" in french
    assert "Public action → Engagement economy: Subsidies and orders".replace(": ", " : ") in english
    amounts = [int(line.split(" EUR")[0].replace(",", "").replace(".", "")) for line in english.splitlines()]
    assert amounts == sorted(amounts, reverse=True)
    assert len(MODELS) == 7


def test_the_table_of_the_documentation_is_that_of_the_parameters(values):
    text = (Path(accounts.__file__).parent.parent / "docs" / "accounts.md").read_text(encoding="utf-8")
    shown = [line.split("|")[2:] for line in text.splitlines() if line.startswith("| **") and "phase" not in line]
    table = accounts.national_table(values)
    for row, cells in zip((*table, table.sum(axis=0)), shown, strict=True):
        found = [float(cell.strip().replace(",", "") or 0) for cell in cells[:8]]
        assert found == pytest.approx(row.tolist(), abs=0.051)
