"""Kernels of engagement that is paid for: staff that firms lend, hours of civic service, public orders.

Whole cents, whole hours; a running sum never leaves its territory.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import split
from sim.kernels.rows import anybody, between
from sim.kernels.units import nearest

WIDE = 8
PUBLIC, PERSONS, PRODUCTIVE, ENGAGEMENT = 0, 1, 2, 6


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def lend_staff(segments, alive, fte, terms, cash, outlay, lent, cost, due, market, flow):
    """Let firms pay whole hours of their staff to work in the associations of their territory.

    terms = share of staff time, hours of a full-time month, cents of an hour, part that public action owes back. Who
    has not the cash lends nothing. `cost` of each firm; due[territory] is what public action owes.
    """
    share, hours, wage, back = terms
    for t in range(due.size):
        due[t] = 0
        helped = anybody(segments[ENGAGEMENT], t, alive)
        for i in between(segments[PRODUCTIVE, t, 0], segments[PRODUCTIVE, t, 1]):
            lent[i], cost[i] = 0, 0
            if not (helped and alive[i]):
                continue
            given = np.int64(math.floor(share * hours * fte[i] / 1000.0))
            paid = nearest(given * wage)
            if given == 0 or paid > cash[i]:
                continue
            lent[i], cost[i] = given, paid
            cash[i] -= paid
            outlay[i] += paid
            market[t, PERSONS] += paid
            flow[t, PRODUCTIVE * WIDE + PERSONS] += paid
            due[t] += np.int64(math.floor(back * paid))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def give_back(got, segment, cost, part, cash, outlay, flow):
    """Share what public action gives back over the firms that lent staff, in proportion to what it cost them."""
    for t in range(got.size):
        start, stop = segment[t, 0], segment[t, 1]
        split.within(got[t], cost, cost, start, stop, part)
        flow[t, PUBLIC * WIDE + PRODUCTIVE] += got[t]
        for i in between(start, stop):
            cash[i] += part[i]
            outlay[i] -= part[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def serve(pay, per_hour, segment, alive, given, first, width):
    """Write the whole hours of civic service that `pay` [territory] buys, served by one age class (row `first`).

    `pay` becomes what is paid: nothing where no association lives.
    """
    for t in range(pay.size):
        if not anybody(segment, t, alive):
            pay[t] = 0
        given[t * width + first] = np.int64(math.floor(pay[t] / per_hour))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_orders(due, segment, alive, fte, terms, hours, bound, weight, room, part, income, cash):
    """Pay orders to those who can deliver them, by the hours that their staff and volunteers have; bind volunteers.

    terms = hours of a full-time month, cents of an hour of work. Nobody is paid for more than it can work; `due`
    becomes what nobody could deliver. Volunteers do the part of the work that they are of the hours at hand.
    """
    full, price = terms
    for t in range(due.size):
        start, stop = segment[t, 0], segment[t, 1]
        for i in between(start, stop):
            weight[i], room[i] = 0.0, 0
            if alive[i]:
                weight[i] = hours[i] + bound[i] + full * fte[i] / 1000.0
                room[i] = np.int64(math.floor(weight[i] * price))
        due[t] = split.within(due[t], weight, room, start, stop, part)
        for i in between(start, stop):
            income[i] += part[i]
            cash[i] += part[i]
            volunteers = hours[i] + bound[i]
            bound[i] = 0
            if part[i] > 0 and volunteers > 0:
                bound[i] = np.int64(math.floor(part[i] / price * (volunteers / weight[i])))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def bind(hours, bound):
    """Take the hours that orders bind out of those that volunteers gave this month."""
    for i in range(hours.size):
        bound[i] = min(bound[i], hours[i])
        hours[i] -= bound[i]
