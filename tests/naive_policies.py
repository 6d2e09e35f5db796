"""Plain-Python twins of the kernels of policies; tests/naive.py offers them."""

import math

from tests import naive


def claims(p, m, memberships, realised, rate):
    seat, _, perceived, share, solo = memberships
    team = range(seat[p], seat[p] + m)
    base = [share[s] - solo[s] if realised else perceived[s] for s in team]
    return [math.floor(100 * rate * max(0.0, b)) for b in base]


class policies:
    def premium_due(s, perceived, share, solo, realised, rate):
        return claims(0, 1, ([s], None, perceived, share, solo), realised, rate)[0]

    def pay_premium(table, memberships, organisations, realised, rate, purse, opening, due, life, counts, flow):
        state, step, members, territory = table
        at_work = [p for p in range(len(state)) if state[p] == 1 and step[p] == 5 and members[p] > 1]
        mine = {p: claims(p, members[p], memberships, realised, rate) for p in at_work}
        due[:] = [sum(sum(mine[p]) for p in at_work if territory[p] == t) for t in range(len(due))]
        for p in at_work:
            place = territory[p]
            if due[place]:
                for s, cents in enumerate(mine[p]):
                    part = min(purse[place], math.floor(cents * min(1, opening[place] / due[place])))
                    if part > 0:
                        purse[place] -= part
                        counts[life[p]][5] += part if life[p] else 0
                        naive.projects.receive(
                            memberships[1][memberships[0][p] + s], part, 0, place, organisations, flow
                        )

    def select(state, step, members, territory, domain, seat, member, org_model, eligible, models_least, out):
        (member,) = naive.teams(seat, member)
        for p in range(len(state)):
            living = state[p] == 1 and members[p] > 1 and step[p] <= 5
            kinds = {org_model[i] for i in member[p][: members[p]]} if living else ()
            out[p] = int(living and bool(eligible[territory[p]][domain[p]]) and len(kinds) >= models_least)

    def ask_fund(selected, step, members, territory, seat, paid, received, instrument, rate, cap, asked):
        paid, received = naive.teams(seat, paid, received)
        for p in range(len(selected)):
            pairs = zip(paid[p][: members[p]], received[p], strict=False)
            helped = selected[p] and not (instrument == 2 and step[p] >= 5)
            cap[p] = math.floor(rate * sum(max(0, a - b) for a, b in pairs)) if helped else 0
        asked[:] = [sum(c for c, t in zip(cap, territory, strict=True) if t == place) for place in range(len(asked))]

    def draw_rights(selected, step, members, waiting, territory, seat, effort, rate, mode, fund, opening, drawn, due,
                    programme, engineering, untied):  # fmt: skip
        (effort,) = naive.teams(seat, effort)
        for p in range(len(selected)):
            calls = selected[p] and (step[p] < 5 or waiting[p] > 0)
            drawn[p] = math.floor(sum(effort[p][: members[p]]) * rate) if calls else 0
        due[:] = [sum(c for c, t in zip(drawn, territory, strict=True) if t == place) for place in range(len(due))]
        for p, cents in enumerate(drawn):
            if cents:
                place = territory[p]
                part = min(fund[place], math.floor(cents * min(1, opening[place] / due[place])))
                fund[place] -= part
                programme[place] += part
                (untied if mode == 1 else engineering)[p] += part

    def recover(rows, table, seat, member, organisations, lives, fund, flow, totals):
        (member,) = naive.teams(seat, member)
        state, step, members, territory, left, advance = table
        org_territory, org_model, cash, settled = organisations
        life, counts = lives
        for p in rows:
            if state[p] != 1 or step[p] > 5:
                advance[p] = 0
            elif step[p] == 5:
                due, m, place = math.ceil(advance[p] / max(1, left[p])), members[p], territory[p]
                for s, i in enumerate(member[p][:m]):
                    part = naive.projects.part(due, s, m)
                    if 0 < part <= cash[i]:
                        cash[i] -= part
                        settled[i] -= part
                        advance[p] -= part
                        fund[place] += part
                        counts[life[p]][1] -= part if life[p] else 0
                        counts[life[p]][0] += part if life[p] else 0
                        totals[place][int(m > 1)][5] += part
                        totals[place][int(m > 1)][8] -= part
                        if org_territory[i] == place:
                            flow[place][org_model[i]][0] += part
                        else:
                            flow[org_territory[i]][org_model[i]][7] += part
                            flow[place][7][0] += part

    def able_to_invest(segment, alive, base, cash, territory, contract, purse, reward, room, out):
        for t, span in enumerate(segment):
            for i in range(*span):
                room[i] = max(0, cash[i] - base[i]) if alive[i] else 0
            owed = sum(c for c, place in zip(contract, territory, strict=True) if place == t)
            held = sum(room[i] for i in range(*span))
            out[t] = min(held, max(0, math.floor(purse[t] / (1 + reward)) - owed))

    def invest(used, segment, room, part, cash, settled):
        for t, span in enumerate(segment):
            rows = range(*span)
            parts, _ = naive.split.within(used[t], [room[i] for i in rows], [room[i] for i in rows])
            for i, cents in zip(rows, parts, strict=True):
                part[i] = cents
                cash[i] -= cents
                settled[i] -= cents

    def settle_contracts(rows, table, terms, investors, life, counts, purse, flow, totals, reached, missed):
        segment, alive, base, weight, part, cash, settled = investors
        target, reward = terms
        reached[:], missed[:] = [0] * len(reached), [0] * len(missed)
        for p in rows:
            state, step, members, t, length, plan_value, delivered, put = (column[p] for column in table)
            if state == 1 and step <= 5:
                continue
            table[7][p] = 0
            if state != 1 or plan_value <= 0 or delivered < target * plan_value * length:
                missed[t] += 1
                continue
            reached[t] += 1
            paid = min(purse[t], math.floor(put * (1 + reward)))
            if paid and naive.credit.pay_banks(t, paid, segment, alive, base, weight, part, cash, settled):
                purse[t] -= paid
                flow[t][0][3] += paid
                counts[life[p]][1] += paid if life[p] else 0
                counts[life[p]][2] -= min(put, paid) if life[p] else 0
                totals[t][int(members > 1)][8] += paid
                totals[t][int(members > 1)][9] -= min(put, paid)

    def count_financed(paid, months):
        for row, counts in zip(paid, months, strict=True):
            counts[:] = [min(n + 1, 2400) if share > 0 else max(0, n - 1) for share, n in zip(row, counts, strict=True)]

    def effects(money, paid, months, delay, growth, residents, gain, half, out):
        for k in range(len(out)):
            here = []
            for t in range(len(paid)):
                grown = [min(1, max(0, (months[t][j] - delay[j]) / growth[j])) for j in range(len(money))]
                at_work = sum(row[k] * a * b for row, a, b in zip(money, grown, paid[t], strict=True))
                here.append(gain[k] * (1 - 2 ** (-at_work / half)))
            out[k] = sum(n * e for n, e in zip(residents, here, strict=True)) / max(1, sum(residents))
