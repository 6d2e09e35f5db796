"""Plain-Python twins of the kernels of paid engagement; tests/naive.py offers them."""

import math

from tests.naive_money import living, nearest


def within(total, weight, room, rows):
    from tests import naive

    return naive.split.within(total, [weight[i] for i in rows], [room[i] for i in rows])


class engagement:
    def lend_staff(segments, alive, fte, terms, cash, outlay, lent, cost, due, market, flow):
        share, hours, wage, back = terms
        for t in range(len(due)):
            firms = range(*segments[2][t])
            for i in firms:
                given = math.floor(share * hours * fte[i] / 1000) if alive[i] and living(segments[6][t], alive) else 0
                lent[i] = given if nearest(given * wage) <= cash[i] else 0
                cost[i] = nearest(lent[i] * wage)
                cash[i] -= cost[i]
                outlay[i] += cost[i]
            due[t] = sum(math.floor(back * cost[i]) for i in firms)
            market[t][1] += sum(cost[i] for i in firms)
            flow[t][2 * 8 + 1] += sum(cost[i] for i in firms)

    def give_back(got, segment, cost, part, cash, outlay, flow):
        for t, span in enumerate(segment):
            rows = range(*span)
            parts = within(got[t], cost, cost, rows)[0]
            flow[t][2] += got[t]
            for i, cents in zip(rows, parts, strict=True):
                part[i] = cents
                cash[i] += cents
                outlay[i] -= cents

    def serve(pay, per_hour, segment, alive, given, first, width):
        for t, span in enumerate(segment):
            pay[t] = pay[t] if living(span, alive) else 0
            given[t * width + first] = math.floor(pay[t] / per_hour)

    def pay_orders(due, segment, alive, fte, terms, hours, bound, weight, room, part, income, cash):
        full, price = terms
        for t, span in enumerate(segment):
            rows = range(*span)
            for i in rows:
                weight[i] = hours[i] + bound[i] + full * fte[i] / 1000 if alive[i] else 0
                room[i] = math.floor(weight[i] * price)
            parts, due[t] = within(due[t], weight, room, rows)
            for i, cents in zip(rows, parts, strict=True):
                part[i] = cents
                income[i] += cents
                cash[i] += cents
                own = hours[i] + bound[i]
                bound[i] = math.floor(cents / price * (own / weight[i])) if cents and own else 0

    def bind(hours, bound):
        for i in range(len(hours)):
            bound[i] = min(bound[i], hours[i])
            hours[i] -= bound[i]
