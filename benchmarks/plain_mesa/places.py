"""Places: what belongs to a territory and to nobody in it. Plain objects, not agents."""

from sim.agents.base import HAS_ORGANISATIONS

WIDE = 8  # models and the outside


class Place:
    """A territory: its residents, its organisations by model, its needs, its pools of money."""

    __slots__ = (
        "alliances", "alone", "catalysts", "collected", "commune_mix", "completed", "core", "cut", "declared",
        "defaults", "delivered", "ease", "effort", "exports", "felt", "financed", "firm_staff", "flow", "free_fte",
        "fund", "ident", "index", "land", "levied", "living", "market", "maturity", "missed", "near", "need",
        "newborn", "opening_purse", "outside", "purse", "reached", "region", "residents", "rest", "rows", "seats",
        "seen", "size_class", "spread", "stories", "tally", "totals", "uid", "unpaid", "usual",
    )  # fmt: skip

    def __init__(self, index: int, ident: int):
        self.index, self.ident, self.uid = index, ident, 2**61 + ident
        self.residents = []  # agents, by age class
        self.seats = {k: [] for k in HAS_ORGANISATIONS}  # every row of each model, closed organisations too
        self.rows = 0  # of all models
        self.living = {k: [] for k in HAS_ORGANISATIONS}
        self.near = []
        self.flow = [[0] * WIDE for _ in range(WIDE)]
        self.tally = [0] * 9
        self.totals = [[0.0] * 11, [0.0] * 11]  # of projects alone, of alliances
        self.levied = self.cut = self.outside = self.reached = self.missed = self.defaults = self.unpaid = 0
        self.collected = 1.0
        self.delivered = [0.0] * 16

    def new_month(self):
        """Forget the flows of last month."""
        self.flow = [[0] * WIDE for _ in range(WIDE)]

    def population(self) -> int:
        """Return how many people live there."""
        return sum(cohort.persons for cohort in self.residents)

    def count_living(self):
        """List again who lives, after a closing or a birth."""
        for k, seats in self.seats.items():
            self.living[k] = [one for one in seats if one.alive]

    def row(self, at: int):
        """Return who holds row `at` of all its models one after the other; None beyond them."""
        for seats in self.seats.values():
            if at < len(seats):
                return seats[at]
            at -= len(seats)
        return None
