"""The twin: a plain Mesa model of the same months, phase by phase in the order of sim/schedule.py.

model = from_world(world)      # any state of a sim.engine.World becomes agents
model.run(24)
"""

import mesa

from benchmarks.plain_mesa import (
    brokers,
    collect,
    credit,
    innovation,
    learning,
    life,
    money,
    needs,
    persons,
    policies,
    production,
    projects,
    search,
    value,
)
from benchmarks.plain_mesa.accounts import Accounts
from benchmarks.plain_mesa.numbers import Numbers
from sim.agents.base import HAS_ORGANISATIONS, PUBLIC
from sim.alliances.catalysts import placed
from sim.alliances.innovation import course
from sim.alliances.terms import KEPT_MONTHS, terms
from sim.kernels import decisions as d

PHASES = {  # of sim/schedule.py, by title and in order: what the twin does instead
    "persons.live": persons.live,
    "alliances.needs.drift": needs.drift,
    "public_action.fill_fund": money.fill_public_fund,
    "financial_economy.fill_fund": money.fill_finance_fund,
    "productive_economy.fill_fund": money.fill_patronage_fund,
    "alliances.catalysts.place": brokers.place_catalysts,
    "public_action.collect_policies": money.collect_policies,
    "productive_economy.lend_staff": money.lend_staff,
    "alliances.policies.act": policies.act,
    "alliances.catalysts.follow": brokers.follow,
    "circuit.spend": money.spend,
    "circuit.earn": money.earn,
    "alliances.partnership.share_income": production.share_income,
    "financial_economy.lend": credit.lend,
    "engagement_economy.let_staff_go": credit.let_staff_go,
    "persons.volunteer": persons.volunteer,
    "persons.serve": persons.serve,
    "engagement_economy.receive_hours": persons.receive_hours,
    "alliances.search.start": projects.start,
    "alliances.innovation.begin": innovation.begin,
    "alliances.search.recruit": search.recruit,
    "alliances.mandates.renew": brokers.renew,
    "alliances.membership.review": projects.review,
    "alliances.programme.allot": production.allot,
    "alliances.policies.draw_rights": policies.draw_rights,
    "alliances.value.appraise": value.appraise,
    "alliances.production.produce": production.produce,
    "alliances.policies.use_fund": policies.use_fund,
    "alliances.policies.pay_premium": policies.pay_premium,
    "alliances.learning.remember": learning.remember,
    "alliances.learning.desire": learning.desire,
    "alliances.steps.advance": projects.advance,
    "alliances.innovation.cross": innovation.cross,
    "alliances.innovation.spread": innovation.spread,
    "alliances.places.ripen": brokers.ripen,
    "life.close": life.close,
    "alliances.membership.drop_dead": projects.drop_dead,
    "life.open": life.open,
}


class PlainModel(mesa.Model):
    """Agents, places and projects as Python objects; months in ordinary Python."""

    def __init__(self, territory, parameters, *, seed: int, start: str, scale: float, month: int, chance):
        super().__init__(seed=seed)  # nothing here draws from Mesa's generator
        self.territory, self.parameters, self.scale = territory, parameters, scale
        self.run_seed, self.start, self.month, self.chance = seed, start, month, chance
        self.places, self.organisations, self.cohorts, self.pool = [], [], [], None
        self.projects, self.ended = [], []  # living ones in the order of rows; those that ended lately
        self.archive, self.archived_before = [], []  # of the inception cohort: projects, columns of the simulator
        self.innovations, self.contracts, self.advances = [], {}, {}  # the last two: ordered sets
        self.closed_now, self.ended_now, self.to_restore = [], [], []
        self.opened = self.joined = self.lent = self.repaid = self.forgiven = 0
        self.ends, self.abandoned = [0] * 5, [0] * 5
        self.staff_is_lent, self.accounts = False, None
        self.changes = set(parameters.change_months(start))
        self.parameters_are_new = False
        self.datacollector = collect.collector()
        self.snapshots = {}
        self.read_parameters()

    # the month

    def step(self):
        """Run one month: every phase in order, then the check of accounts and the record."""
        self.open_month()
        for phase in PHASES.values():
            phase(self)
        self.close_month()

    def open_month(self):
        """Read what changes, and open the accounts of the month."""
        self.parameters_are_new = self.month in self.changes
        if self.parameters_are_new:
            self.read_parameters()
            for project in self.projects:
                project.dirty = True
        self.retire()
        self.lent = self.repaid = self.forgiven = 0
        for place in self.places:
            place.new_month()
        for one in self.organisations:
            one.granted = 0

    def close_month(self):
        """Check the accounts of the month, and record it."""
        before, self.accounts = self.accounts, Accounts(self)
        self.accounts.check(self, before)
        self.month += 1
        collect.month(self)

    def run(self, months: int):
        """Run some months."""
        for _ in range(months):
            self.step()

    def read_parameters(self):
        """Read the values in force."""
        self.values = self.parameters.at(self.month, self.start)
        self.terms = self.base_terms = terms(self.values)
        self.course, self.numbers = course(self.values), Numbers(self.values, self.terms)

    # what several phases ask

    def calendar_month(self) -> int:
        """Return 1 in January ... 12 in December."""
        return (int(self.start[5:7]) - 1 + self.month) % 12 + 1

    def moved_to_orders(self) -> float:
        """Return the part of public support to associations that has moved from subsidies to orders."""
        v = self.values
        return min(float(v["orders.subsidies"]), float(v["orders.shift"]) * self.month / 12.0)

    def is_ordered(self, uid: int, share: float) -> bool:
        """Return whether an organisation is among those ordered to open alliances."""
        return self.chance.happens(uid, d.INITIAL, d.ORDERED, 0, share)

    def placed_catalysts(self) -> list[int]:
        """Return how many catalysts each place gets."""
        return placed(self.territory, self.values, self.run_seed, self.scale).tolist()

    def spend_purse(self, place, purse: int, amount: int, payroll: float):
        """Spend cents of a purse on the pay of residents and, for the rest, on knowledge."""
        place.purse[purse] -= amount
        money.pay_out(place, PUBLIC, amount, payroll)

    # who is there

    def count_living(self):
        """List again who lives, in the order of rows, after closings or births."""
        for place in self.places:
            place.count_living()
        self.organisations = [one for k in HAS_ORGANISATIONS for place in self.places for one in place.living[k]]

    def add_projects(self, opened: list):
        """Put projects that open among the living ones, in order of identity."""
        self.projects += opened
        self.projects.sort(key=lambda project: project.uid)

    def retire(self):
        """Move to the archive the projects of the cohort that ended before last month."""
        if self.month < KEPT_MONTHS:
            return
        for project in self.ended:
            if project.ended < self.month - 1:
                project.state = 0
                self.archive.append(project)
        self.ended = [project for project in self.ended if project.state]

    def drop_projects(self, ended: list):
        """Take projects that ended from the living ones; those of the cohort are kept."""
        self.projects = [project for project in self.projects if project.state == projects.LIVING]
        for project in ended:
            if project.state == projects.KEPT:
                self.ended.append(project)
