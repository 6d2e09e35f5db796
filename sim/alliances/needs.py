"""Needs: sixteen fragilities of each territory, objective and felt.

    x' = x - delta*x + (delta*k/g) * tanh(g*(mean - 1/2)*4) ... see sim/kernels/needs.py for the equation
A fragility recovers towards its level, is pulled by the others (coupling k < 1: stable), drifts (scissors
effect), and is relieved by what projects delivered last month: relief = theta * ln(1 + V/(N*v0)).
Felt need follows with a lag.

Numbers   parameters needs
"""

from sim.phases import phase
