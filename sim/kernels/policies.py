"""Kernels of policies that pay alliances: the premium paid, and the four instruments of a fund.

Money in int64 cents, summed by territory, so that the order of projects cannot matter. What a purse holds when the
month opens (`opening`, read only) is shared in proportion to what is claimed; it never pays more.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import credit, projects, split
from sim.kernels.rows import between, note

GRANT, DRAWING_RIGHT, ADVANCE, CONTRACT = 0, 1, 2, 3
MODELS = 7
PUBLIC, FINANCE = 0, 3


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def premium_due(s, perceived, share, solo, realised, rate):
    """Return the cents that the member in seat s is due this month: a part of its premium, as seen or as it is."""
    base = share[s] - solo[s] if realised else perceived[s]
    return np.int64(math.floor(100.0 * rate * max(0.0, base)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_premium(table, memberships, organisations, realised, rate, purse, opening, due, life, counts, flow):
    """Pay members of alliances at work a part of their premium, because they are allied; `due` is a work array.

    Projects that have a row of lives (`life` > 0) count it.
    """
    state, step, members, territory = table
    seat, member, perceived, share, solo = memberships
    org_territory, org_model, cash, settled = organisations
    due[:] = 0
    for p in range(state.size):
        if state[p] == projects.LIVING and step[p] == projects.IMPLEMENT and members[p] > 1:
            first = np.int64(seat[p])
            for s in range(first, first + np.int64(members[p])):
                due[territory[p]] += premium_due(s, perceived, share, solo, realised, rate)
    for p in range(state.size):
        place = np.int64(territory[p])
        if state[p] != projects.LIVING or step[p] != projects.IMPLEMENT or members[p] < 2 or due[place] == 0:
            continue
        paid_share = min(1.0, opening[place] / due[place])
        first = np.int64(seat[p])
        for s in range(first, first + np.int64(members[p])):
            mine = premium_due(s, perceived, share, solo, realised, rate)
            part = min(np.int64(math.floor(mine * paid_share)), purse[place])
            if part > 0:
                purse[place] -= part
                if life[p] > 0:
                    counts[life[p], projects.PAID] += part
                projects.receive(np.int64(member[s]), part, 0, place, org_territory, org_model, cash, settled, flow)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def select(state, step, members, territory, domain, seat, member, org_model, eligible, models_least, out):
    """Write which alliances a fund may help: `eligible[territory, domain]`, and enough different models allied."""
    for p in range(state.size):
        out[p] = 0
        if state[p] != projects.LIVING or members[p] < 2 or step[p] > projects.IMPLEMENT:
            continue
        if not eligible[territory[p], np.int64(domain[p])]:
            continue
        kinds, seen = 0, 0
        first = np.int64(seat[p])
        for s in range(first, first + np.int64(members[p])):
            bit = 1 << np.int64(org_model[member[s]])
            if not seen & bit:
                kinds += 1
                seen |= bit
        if kinds >= models_least:
            out[p] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def ask_fund(selected, step, members, territory, seat, paid, received, instrument, rate, cap, asked):
    """Write what each selected alliance asks of a fund: a part of what its members spent and nobody repaid.

    A grant repays any month, an advance the months of set-up.
    """
    asked[:] = 0
    for p in range(selected.size):
        cap[p] = 0
        if not selected[p] or (instrument == ADVANCE and step[p] >= projects.IMPLEMENT):
            continue
        spent, first = np.int64(0), np.int64(seat[p])
        for s in range(first, first + np.int64(members[p])):
            spent += max(np.int64(0), paid[s] - received[s])
        cap[p] = np.int64(math.floor(spent * rate))
        asked[territory[p]] += cap[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def draw_rights(selected, step, members, waiting, territory, seat, effort, rate, mode, fund, opening, drawn, due,
                programme, engineering, untied):  # fmt: skip
    """Let selected alliances that are being set up, or that lost means, draw engineering on a fund.

    A right is a part of what members plan to spend. What is drawn goes to the programme, which pays it this month;
    in the cash placebo it is untied. `drawn` and `due` are work arrays.
    """
    due[:] = 0
    for p in range(selected.size):
        drawn[p] = 0
        if selected[p] and (step[p] < projects.IMPLEMENT or waiting[p] > 0):
            planned, first = np.int64(0), np.int64(seat[p])
            for s in range(first, first + np.int64(members[p])):
                planned += effort[s]
            drawn[p] = np.int64(math.floor(planned * rate))
            due[territory[p]] += drawn[p]
    for p in range(selected.size):
        place = np.int64(territory[p])
        if drawn[p] == 0:
            continue
        part = min(np.int64(math.floor(drawn[p] * min(1.0, opening[place] / due[place]))), fund[place])
        fund[place] -= part
        programme[place] += part
        if mode == 1:
            untied[p] += part
        else:
            engineering[p] += part


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def recover(rows, table, seat, member, organisations, lives, fund, flow, totals):
    """Let alliances of these rows, at work, pay back their advance until the last month of work.

    A member pays if it has the cash. The fund loses what is left when a project ends: `advance` is then forgotten.
    """
    state, step, members, territory, left, advance = table
    org_territory, org_model, cash, settled = organisations
    life, counts = lives
    for p in rows:
        if state[p] != projects.LIVING or step[p] > projects.IMPLEMENT:
            advance[p] = 0
            continue
        if step[p] != projects.IMPLEMENT:
            continue
        m, place = np.int64(members[p]), np.int64(territory[p])
        months = max(np.int64(1), np.int64(left[p]))
        due = (advance[p] + months - 1) // months
        for s in range(m):
            i = np.int64(member[np.int64(seat[p]) + s])
            part = due * (s + 1) // m - due * s // m
            if part <= 0 or cash[i] < part:
                continue
            cash[i] -= part
            note(settled, i, -part)
            advance[p] -= part
            fund[place] += part
            if life[p] > 0:
                counts[life[p], projects.GRANTS] -= part
                counts[life[p], projects.OWN] += part
            allied = 1 if m > 1 else 0
            totals[place, allied, 5] += part
            totals[place, allied, 8] -= part
            home = np.int64(org_territory[i])
            if home == place:
                flow[place, np.int64(org_model[i]), 0] += part
            else:
                flow[home, np.int64(org_model[i]), MODELS] += part
                flow[place, MODELS, 0] += part


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def able_to_invest(segment, alive, base, cash, territory, contract, purse, reward, room, out):
    """Write what investors of each territory can put in contracts: their cash beyond a month of outlay.

    Never more in all than public action could settle out of `purse` if every project reached its result.
    """
    out[:] = 0
    for p in range(contract.size):
        out[territory[p]] -= contract[p]
    for t in range(out.size):
        held = np.int64(0)
        for i in between(segment[t, 0], segment[t, 1]):
            room[i] = max(np.int64(0), cash[i] - base[i]) if alive[i] else 0
            held += room[i]
        left = np.int64(math.floor(purse[t] / (1.0 + reward))) + out[t]
        out[t] = min(held, max(np.int64(0), left))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def invest(used, segment, room, part, cash, settled):
    """Take what was invested in each territory from its investors, in proportion to what they could put in."""
    for t in range(used.size):
        split.within(used[t], room, room, segment[t, 0], segment[t, 1], part)
        for i in between(segment[t, 0], segment[t, 1]):
            cash[i] -= part[i]
            note(settled, i, -part[i])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def settle_contracts(rows, table, terms, investors, life, counts, purse, flow, totals, reached, missed):
    """Let public action repay investors of projects of these rows, if the work is over and the result reached.

    Else they lose. The result is what the project delivered to the need, over what it was worth a month when work began
    times the months agreed: counted, never claimed. terms = share of it to reach, reward for each cent put in.
    """
    state, step, members, territory, length, plan_value, delivered, contract = table
    segment, alive, base, weight, part, cash, settled = investors
    target, reward = terms
    reached[:], missed[:] = 0, 0
    for p in rows:
        if state[p] == projects.LIVING and step[p] <= projects.IMPLEMENT:
            continue
        place, put = np.int64(territory[p]), contract[p]
        contract[p] = 0
        done = state[p] == projects.LIVING and plan_value[p] > 0.0
        if not (done and delivered[p] >= target * plan_value[p] * length[p]):
            missed[place] += 1
            continue
        reached[place] += 1
        paid = min(purse[place], np.int64(math.floor(put * (1.0 + reward))))
        if paid == 0 or not credit.pay_banks(place, paid, segment, alive, base, weight, part, cash, settled):
            continue
        purse[place] -= paid
        flow[place, PUBLIC, FINANCE] += paid
        back, allied = min(put, paid), 1 if members[p] > 1 else 0
        if life[p] > 0:
            counts[life[p], projects.GRANTS] += paid
            counts[life[p], projects.GRANTS + 1] -= back
        totals[place, allied, 8] += paid
        totals[place, allied, 9] -= back


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_financed(paid, months):
    """Count the months that each programme of each territory has been paid for; those without take them back."""
    for t in range(paid.shape[0]):
        for k in range(paid.shape[1]):
            if paid[t, k] > 0.0:
                months[t, k] = min(np.int64(months[t, k]) + 1, 2400)
            elif months[t, k] > 0:
                months[t, k] -= 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def effects(money, paid, months, delay, growth, residents, gain, half, out):
    """Write the effect of each instrument, a mean over residents: gain * (1 - 2^(-money at work / half)).

    money[programme, instrument] in EUR per inhabitant and year; paid[territory, programme] the part of it that was
    collected. Nothing is at work before `delay` months of payment; it then grows in for `growth` months.
    """
    people = 0.0
    out[:] = 0.0
    for t in range(paid.shape[0]):
        people += residents[t]
        for k in range(out.size):
            at_work = 0.0
            for j in range(money.shape[0]):
                grown = min(1.0, max(0.0, (months[t, j] - delay[j]) / growth[j]))
                at_work += money[j, k] * paid[t, j] * grown
            out[k] += residents[t] * gain[k] * (1.0 - math.exp(-math.log(2.0) * at_work / half))
    for k in range(out.size):
        out[k] /= max(people, 1.0)
