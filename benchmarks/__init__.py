"""Measures of speed, memory and growth, run by `sim bench` (sim/bench.py), each group in a process of its own."""
