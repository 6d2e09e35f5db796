"""Parameters in force, as plain numbers and lists: read again only when one of them changes."""

from benchmarks.plain_mesa.agents import in_32_bits
from sim import initial
from sim.agents import circuit, life, persons
from sim.agents.public_action import DOSES
from sim.alliances import innovation, levers, places
from sim.alliances.terms import start_probabilities


class Numbers:
    """What the twin reads of the values of parameters, beside those that it looks up by name."""

    def __init__(self, values: dict, terms):
        v = values
        self.keep_share = in_32_bits(terms.keep_share)
        self.start_probabilities = start_probabilities(v)
        self.share_kind = list(map(float, v["innovation.share_kind"]))
        self.share_scale = list(map(float, v["projects.share_scale"]))
        self.share_strategy = list(map(float, v["innovation.share_strategy"]))
        self.step_share = list(map(float, v["projects.step_shares"]))
        self.phase_weights = innovation.phase_weights(v).tolist()
        self.confidence, self.rates = persons.confidence(v), persons.rates(v).tolist()
        self.hours = persons.hours_per_person(v).tolist()
        self.volunteer_index = list(map(float, v["density.volunteer_index"]))
        self.exits = life.turnover(v, "life.exit").tolist()
        self.entries = life.turnover(v, "life.entry").tolist()
        self.staff, self.functions = initial.staff(v).tolist(), initial.functions(v).tolist()
        self.temper, self.likeness = initial.temper(v), initial.likeness(v)
        self.outlay_terms = circuit.outlay_terms(v)
        self.lending = tuple(
            float(v[f"finance.{n}"]) for n in ("credit_limit", "in_hand", "deposits_lent", "loans_refused")
        )
        amounts = levers.money(v)
        self.programmes, self.doses = amounts.tolist(), levers.doses(amounts)
        for purse, name in DOSES.items():
            self.doses[purse] = self.doses.get(purse, 0.0) + float(v[name])
        self.delays, self.growths = (column.tolist() for column in levers.delays(v))
        self.gains = levers.gains(v).tolist()
        self.maturity_levels = list(map(float, v["places.maturity_levels"]))
        self.maturity_effect = float(v["places.maturity_effect"])
        self.modes = [float(v[f"places.mode_{name}"]) for name in places.MODES]
