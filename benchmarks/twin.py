"""The twin of the whole model in plain Mesa against the kernels: benchmarks/plain_mesa does both."""

from benchmarks.measuring import Found, tell


def measure(found: Found, names: set[str], *, full: bool = False) -> None:
    """Keep the ratio with ready draws; the one with Philox in Python is beside."""
    from benchmarks import plain_mesa

    tell("the twin in plain Mesa")
    said = plain_mesa.measure()
    found.rows["vs_plain_mesa"] = said["vs_plain_mesa"]
    found.beside["plain_mesa"] = said
    found.notes["vs_plain_mesa"] = (
        f"{said['agents']:,} rows, {said['months']} months after month {said['warm']}, medians of five; kernels draw "
        f"inside their months; {said['vs_plain_mesa_philox']:.0f} with Philox in Python (two rounds)"
    )
