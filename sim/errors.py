"""Error classes and their wording: what is wrong, where, the value, then what to do.

The command line turns `InputError` into exit code 2 and `RunError` into exit code 1.
"""


class SimError(Exception):
    """Anything the simulator says to its user on purpose; printed without a traceback."""


class InputError(SimError):
    """The user gave something that cannot be used (exit code 2)."""


class TerritoryError(InputError):
    """No such territory, an ambiguous name, or a graph that cannot be simulated."""


class ParameterError(InputError):
    """A parameter or scenario file is malformed, unsourced or out of range."""


class ScenarioError(InputError):
    """A scenario is malformed, conflicts with another, or changes nothing."""


class OutputError(InputError):
    """A folder cannot be written, or already holds another run."""


class RunError(SimError):
    """A run or a claim could not be completed (exit code 1)."""


class CapacityError(RunError):
    """A table of fixed size is full; never a silent cap."""


class AccountError(RunError):
    """An account does not balance: something was created or lost."""

    def __init__(self, account: str, unit: str, *, phase: str, month: int, where: str, expected: int, found: int):
        self.account, self.phase, self.month, self.where = account, phase, month, where
        super().__init__(
            f"Account '{account}' does not balance after phase '{phase}' of month {month}: {where} should hold "
            f"{expected} {unit}, it holds {found} ({found - expected:+d} {unit} unexplained).\n"
            f"  A phase changed the account without posting a flow, or posted a flow that it did not apply."
        )
