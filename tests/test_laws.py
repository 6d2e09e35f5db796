"""Where the answer is known, the whole engine finds it."""

import numpy as np
import pytest

from sim.alliances import needs
from sim.cohort import cohort
from sim.kernels import alliance, matching, projects
from sim.record import Record
from tests.compare import stand_in

ENGINEERED = {"engineering.dose": 5.0}


def run(world, months):
    record = Record(world, months)
    world.run(months, record)
    return record.tables()


def living(world):
    p = world.state.projects
    return np.flatnonzero((p.state == 1) & (p.members > 0))


def test_one_member_alone_has_no_premium_to_the_bit(busy_world):
    world = busy_world()
    world.run(20)
    p = world.state.projects
    solo = living(world)[p.members[living(world)] == 1]
    assert solo.size > 10
    assert np.array_equal(p.value[solo], p.alone[solo])
    assert not p.coordination[solo].any()
    never = solo[(p.members_max[solo] == 1) & (p.seeking[solo] == 0)]
    assert never.size > 5
    assert (p.life[never] > 0).all()
    assert not world.state.lives.values[p.life[never], projects.PREMIUM : projects.GAIN + 1].any()


def test_without_alliances_every_project_is_solo(busy_world):
    world = busy_world(values={"alliances.possible": 0})
    tables = run(world, 18)
    monthly = tables["monthly"]
    assert monthly["opened"].sum() > 20
    assert monthly["joined"].sum() == 0
    assert monthly["value_allied"].sum() == 0
    assert tables["projects_18"]["members_max"].max() == 1


def test_without_needs_nobody_opens_a_project(busy_world):
    world = busy_world()
    world.state.territories.need[:] = world.state.territories.felt[:] = -60.0  # a level of 1e-26
    keep = [phase for phase in world.phases if phase is not needs.drift]
    world.phases = tuple(keep)
    tables = run(world, 12)
    assert tables["monthly"]["opened"].sum() == 0


def test_identical_competent_members_only_lose_what_coordination_costs(busy_world):
    """a_ik = 1 everywhere and no pooling: premium rate = -C/B exactly, whatever search, trust or policy do."""
    world = busy_world(values={
        "value.general_efficiency": 1.0, "value.poolable": 0.0, "desire.mean": 0.3, "alliances.noise": 0.4,
        **ENGINEERED,
    })  # fmt: skip
    world.run(18)
    p, m = world.state.projects, world.state.memberships
    rows = living(world)
    rows = rows[p.members[rows] > 1]
    at, held = world.state.seats_of(rows)
    still = (
        np.abs(np.where(held, world.state.shares.solo[at], 0.0).sum(axis=1) - p.alone[rows]) < 1e-9
    )  # nobody left since it was appraised
    allied = rows[still]
    assert allied.size > 3, "nobody allied by mistake or desire: nothing is tested"
    hour = float(world.values["value.hour_value"])
    at, held = world.state.seats_of(allied)
    budget = np.where(held, m.effort[at] / 100 + m.hours[at] * hour, 0.0).sum(axis=1)
    rate = (p.value[allied] - p.alone[allied]) / p.alone[allied]
    expected = -np.minimum(1.0, p.coordination[allied] / budget)
    assert rate == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert (rate < 0).all()


def appraised(world):
    """Keep what the appraisal of this month saw: {project uid: (members, budget, programme money, C, value)}."""
    p, m = world.state.projects, world.state.memberships
    hour = float(world.values["value.hour_value"])
    for r in living(world):
        worked = world.month - p.implemented[r]
        freed = alliance.released(p.reserve[r], p.setup[r], p.left[r], worked) if p.step[r] == 5 else 0
        money = (p.engineering[r] + p.untied[r] + freed) / 100
        team = world.state.team(r)
        members = tuple(sorted(m.member[team]))
        budget = float((m.effort[team] / 100 + m.hours[team] * hour).sum())
        world.seen[int(p.uid[r])] = (members, budget, money, float(p.coordination[r]), float(p.value[r]))


appraised.writes, appraised.reads, appraised.title = frozenset(), frozenset(), "probe"


def test_inert_engineering_costs_its_share_and_does_nothing(busy_world):
    """W4 against W3, alliance by alliance: V4 / V3 = 1 - s, s the programme's share of the means of action.

    Members are all alike, so that no limit of a maker bends the returns of money.
    """
    alike = {"value.general_efficiency": 1.0, "desire.mean": 0.3, "alliances.noise": 0.4}
    worlds = [busy_world(values={**ENGINEERED, **alike, "engineering.mode": mode}) for mode in (2, 1)]
    checked = 0
    for world in worlds:
        at = [phase.title for phase in world.phases].index("alliances.value.appraise") + 1
        world.phases = (*world.phases[:at], appraised, *world.phases[at:])
    for _ in range(8):
        for world in worlds:
            world.seen = {}
            world.step()
        for uid, (members, budget, _, cost, inert) in worlds[0].seen.items():
            if len(members) < 2 or worlds[1].seen.get(uid, ((),))[0] != members:
                continue
            _, _, untied, same_cost, cash = worlds[1].seen[uid]
            if untied == 0 or abs(cost - same_cost) > 1e-9 or budget <= cost:
                continue
            share = untied / (budget + untied - cost)
            assert inert / cash == pytest.approx(1 - share, rel=1e-9)
            assert inert < cash
            checked += 1
    assert checked > 10


def test_the_programme_spends_the_same_euros_in_every_world(busy_world):
    """What is collected is the same to the cent; what is not yet used stays in the programme or in reserves."""
    collected = []
    for mode in (0, 1, 2):
        world = busy_world(values={**ENGINEERED, "engineering.mode": mode})
        tables = run(world, 18)
        kept = int(world.state.territories.purse.sum() + world.state.projects.reserve.sum())
        used = int(tables["monthly"]["programme_solo"].sum() + tables["monthly"]["programme_allied"].sum())
        collected.append(kept + used)
    assert collected[0] == collected[1] == collected[2] > 0


def test_valuing_volunteers_moves_no_real_flow(busy_world):
    digests = []
    for wage in (0, 25):
        world = busy_world(values={"accounts.shadow_wage": wage})
        tables = run(world, 12)
        digests.append({name: [c.tobytes() for k, c in t.items() if k != "date"] for name, t in tables.items()})
    assert digests[0] == digests[1]


@pytest.mark.parametrize("rule", [1, 2])
def test_series_dissolves_more_than_majority_and_replacement(busy_world, rule):
    ends = {}
    for dissolution in (0, rule):
        world = busy_world(values={"form.dissolution": dissolution, "life.exit": 0.12, "desire.mean": 0.3})
        ends[dissolution] = run(world, 36)["monthly"]["ended_dissolved"].sum()
    if rule == 1:
        assert ends[1] > ends[0], "a series system ends with its first loss"
    else:
        assert ends[2] >= 0


def test_the_cohort_loses_nobody(busy_world):
    """Projects of the inception cohort stay in the record after their end: no average over survivors."""
    world = busy_world(values={"projects.exit_hazard": 0.1})
    tables = run(world, 36)
    opened = int(tables["monthly"]["opened"][:24].sum())
    found = cohort(world)
    assert found["uid"].size == opened == tables["projects_36"]["uid"].size
    assert (found["end"] == 4).any(), "with this hazard some are abandoned"
    assert np.unique(found["uid"]).size == opened


def test_setup_months_add_up_to_the_time_drawn(busy_world):
    world = busy_world(values={"alliances.possible": 1})
    world.run(20)
    p = world.state.projects
    done = np.flatnonzero((p.state > 0) & (p.implemented >= 0))
    assert done.size > 10
    took = p.implemented[done] - p.started[done]
    seekers = p.seeking[done] == 1
    assert np.array_equal(took[seekers], p.setup[done][seekers])
    assert (took[~seekers] <= p.setup[done][~seekers]).all(), "a solo skips dialogue and choice"


def test_more_engineering_strength_saves_coordination(busy_world):
    """One parameter, one direction: with the same alliances, phi = 0.9 costs less coordination than phi = 0."""
    spent = {}
    for phi in (0.0, 0.9):
        world = busy_world(values={**ENGINEERED, "engineering.coordination": phi, "engineering.half_cost": 5.0,
                                   "alliances.link_hours": 5.0})  # fmt: skip
        run(world, 18)
        p = world.state.projects
        allied = living(world)[p.members[living(world)] > 1]
        spent[phi] = (p.coordination[allied] / (p.members[allied] - 1.0)).mean()
    assert spent[0.9] < spent[0.0]


@pytest.mark.parametrize(("noise", "k", "best_of_k"), [(0.2, 5, 1.16296), (0.15, 20, 1.86748)])
def test_the_winner_s_curse_is_perceived_and_never_recorded(busy_world, monkeypatch, noise, k, best_of_k):
    """Known answer C28: best of k noisy looks at gains that are all alike; what is recorded is what is realised.

    Members are alike and links cost nothing: every gain is a loss of the fixed cost. A founder who looks at k of them
    with errors of standard deviation s sees that loss plus s times the mean of the largest of k normals.
    """
    budget = float(np.exp(8.0)) / 36
    world = busy_world(values={
        "value.general_efficiency": 1.0, "value.poolable": 0.0, "value.overhead": 0.1, "alliances.noise": noise,
        "alliances.candidates": k, "alliances.branching": 0.0, "alliances.link_hours": 0.5, "alliances.hour_cost": 10,
        "trust.floor": 0.001, "meeting.ties_share": 0.0, "meeting.similarity_size": 0.0,
        "meeting.similarity_model": 0.0, "meeting.neighbour_share": 0.0, "persons.volunteer_hours": 0.0,
        "projects.plan_log_mean": 8.0, "projects.plan_log_sd": 0.0,
        "projects.effort_share": 0.3, "value.fit_spread": 0.0, "desire.mean": 0.3, "desire.sd": 0.05,
        "projects.members_most": 2,
    })  # fmt: skip
    seen, real = [], matching.propose

    def spy(*arguments):
        n = real(*arguments)
        *_, (_, _, gain, effort, hours), _, _ = arguments
        full = (np.abs(effort[:n] / 100 - budget) < 0.02) & (hours[:n] == 0)
        seen.extend(gain[:n][full])
        return n

    stand_in(monkeypatch, matching, "propose", spy)
    world.run(24)
    p = world.state.projects
    allied = living(world)[p.members[living(world)] == 2]
    assert len(seen) > 150 and allied.size > 15
    truth = (p.value[allied] - p.alone[allied]).mean()  # realised: the fixed cost and what links cost
    error = 0.67 * noise * budget / np.sqrt(len(seen))
    assert np.mean(seen) - truth == pytest.approx(noise * budget * best_of_k, abs=4 * error + 0.02 * budget)
    assert (p.value[allied] < p.alone[allied]).all(), "no error of judgement is recorded as value"
