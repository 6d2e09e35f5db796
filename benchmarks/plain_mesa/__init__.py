"""The twin of the whole model in plain Mesa 3: the same months, to the bit, as a user of Mesa would write them.

python -m benchmarks.plain_mesa              how much faster the kernels are, on one core
python -m benchmarks.plain_mesa --profile    where the time of the twin goes, in profile.txt beside this file
"""


def measure(**options) -> dict:
    """Return seconds per agent-month of the twin and of the kernels on one world, and their ratios."""
    from benchmarks.plain_mesa.timing import measure as measured

    return measured(**options)
