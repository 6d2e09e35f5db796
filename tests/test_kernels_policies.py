"""The kernels of policies agree with their naive twins, on calls recorded in living worlds."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances.terms import terms
from sim.kernels import matching, policies, projects
from tests import naive
from tests.compare import Recorder, agree
from tests.conftest import BUSY

PAIRS = (
    (policies.able_to_invest, naive.policies.able_to_invest),
    (policies.ask_fund, naive.policies.ask_fund),
    (policies.invest, naive.policies.invest),
    (policies.settle_contracts, naive.policies.settle_contracts),
    (policies.count_financed, naive.policies.count_financed),
    (policies.draw_rights, naive.policies.draw_rights),
    (policies.effects, naive.policies.effects),
    (policies.pay_premium, naive.policies.pay_premium),
    (policies.recover, naive.policies.recover),
    (policies.select, naive.policies.select),
)
PAID = {
    "premium.dose": 3.0, "premium.rate": 0.7, "fund.dose": 4.0, "fund.domains": 9, "fund.models": 2, "fund.places": 0.5,
    "commons.dose": 3.0, "commons.delay": 1.0, "measures.dose_operational": 2.0, "engineering.dose": 6.0,
    "engineering.share": 0.1, "meeting.neighbour_share": 0.5, "value.hour_value": 20.0,
}  # fmt: skip
WORLDS = {
    "grant": {"fund.instrument": 0},
    "drawing right": {"fund.instrument": 1, "premium.base": 1},
    "advance": {"fund.instrument": 2, "projects.setup_months": 9.0},
    "impact contract": {"fund.instrument": 3, "projects.setup_months": 3.0, "projects.length_months": 12.0},
}
MONTHS = (5, 14, 19)


@pytest.fixture(scope="module")
def calls():
    """Arguments of every call of two months in three worlds, by kernel."""
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: 900, 1: 1800, 2: 500}, "population")
    places, found = sim.load_territory(graph), {kernel.__name__: [] for kernel, _ in PAIRS}
    for values in WORLDS.values():
        world = sim.World(places, sim.load_parameters().with_values(BUSY | PAID | values), seed=3, strict=True)
        recorders = {}
        with pytest.MonkeyPatch.context() as patch:
            for kernel, _ in PAIRS:
                recorders[kernel.__name__] = Recorder(kernel)
                patch.setattr(policies, kernel.__name__, recorders[kernel.__name__])
            for month in range(max(MONTHS) + 1):
                for recorder in recorders.values():
                    recorder.listening = month in MONTHS
                world.step()
        for name, recorder in recorders.items():
            found[name] += recorder.calls
    return found


@pytest.mark.parametrize(("kernel", "twin"), PAIRS, ids=lambda thing: thing.__name__)
def test_kernel_and_twin(kernel, twin, calls):
    assert calls[kernel.__name__], "the model does not call it any more"
    for arguments in calls[kernel.__name__]:
        agree(kernel, twin, arguments)


def test_the_worlds_take_the_branches(calls):
    assert any(a[5].any() for a in calls["pay_premium"]), "no money for the premium"
    assert {bool(a[3]) for a in calls["pay_premium"]} == {True, False}
    assert any(a[0].any() for a in calls["draw_rights"]) and any(a[0].any() for a in calls["ask_fund"])
    assert any((a[1][5] > 0).any() for a in calls["recover"]), "nobody owes an advance"
    assert any(a[0].any() for a in calls["invest"]), "nobody invests"
    settled = [(a[1][0], a[1][1], a[1][7]) for a in calls["settle_contracts"]]
    assert any(((put > 0) & ((state != 1) | (step > 5))).any() for state, step, put in settled), "nothing is settled"
    chosen = [a[8] for a in calls["select"]]
    assert all(0 < c.sum() < c.size for c in chosen), "the fund selects everything or nothing"


def test_premium_due(calls):
    table, memberships, _, realised, rate = calls["pay_premium"][-1][:5]
    seat, _, perceived, share, solo = memberships
    for p in range(len(seat)):
        for s in range(int(table[2][p]) if seat[p] < len(share) else 0):  # in a team
            arguments = (int(seat[p]) + s, perceived, share, solo, realised, rate)
            agree(policies.premium_due, naive.policies.premium_due, arguments)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0, 1))
def test_with_premium(gain, rate):
    t = terms(sim.load_parameters().values())._replace(premium_rate=rate)
    found = matching.with_premium(gain, t)
    assert found == pytest.approx(naive.matching.with_premium(gain, t), rel=1e-12)
    assert found >= gain, "a premium never takes money"
    assert matching.with_premium(gain, t._replace(premium_rate=0.0)) == gain


@pytest.mark.parametrize("place", [0, 1])
def test_receive_at_home_and_from_elsewhere(place):
    """Money of a place that goes to another leaves the first for the outside, and enters the second from it."""
    organisations = (np.array([1, 0]), np.array([2, 6]), np.array([5, 5]), np.array([0, 0]))
    flow = np.zeros((2, 8, 8), np.int64)
    mine = tuple(a.tolist() for a in organisations), flow.tolist()
    projects.receive(0, 70, 3, place, *organisations, flow)
    naive.projects.receive(0, 70, 3, place, *mine)
    assert mine == (tuple(a.tolist() for a in organisations), flow.tolist())
    assert flow.sum() == (70 if place == 1 else 140) and organisations[2].tolist() == [75, 5]
