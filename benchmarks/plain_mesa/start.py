"""From the arrays of a world, at any month, to agents, places and projects. Read once, before the months."""

from benchmarks.plain_mesa.accounts import Accounts
from benchmarks.plain_mesa.agents import CLASSES, TIES, Persons
from benchmarks.plain_mesa.chance import Philox
from benchmarks.plain_mesa.places import WIDE, Place
from benchmarks.plain_mesa.projects import LIVING, Member, Project
from benchmarks.plain_mesa.search import Pool
from benchmarks.plain_mesa.world import PHASES, PlainModel
from sim.agents.base import HAS_ORGANISATIONS, PRODUCTIVE
from sim.alliances.innovation import size_classes
from sim.errors import RunError
from sim.kernels.units import BYTE, WORD
from sim.state import columns

COHORTS = 10
PLACE = (
    "need", "rest", "felt", "delivered", "stories", "newborn", "completed", "maturity", "ease", "alliances", "seen",
    "declared", "market", "fund", "purse", "catalysts", "financed", "effort", "free_fte", "exports", "firm_staff",
    "usual",
)  # fmt: skip
ORGANISATION = (
    "born", "cash", "fte", "hours", "red", "luck", "domain", "domain_second",
    "main_function", "desire", "lean", "full", "income",
)  # fmt: skip
PROJECT = (
    "uid", "domain", "kind", "scale", "step", "left", "setup", "length", "started", "implemented", "ended", "end",
    "members_first", "members_max", "waiting", "weight", "fit", "plan", "value", "alone", "share_value", "plan_value",
    "coordination", "engineering", "untied", "reserve", "advance", "contract",
)  # fmt: skip
VALUES = "sum_alone", "sum_premium", "sum_gain", "sum_perceived", "sum_coordination", "sum_means_alone"  # of lives
COUNTS = {"sum_own": 0, "sum_grants": slice(1, 4), "sum_programme": 4, "sum_paid": 5, "sum_hours": 6, "sum_months": 7}
MEMBER, SHARE = ("paid", "received"), ("solo", "share", "perceived")
INNOVATION = ("strategy", "phase", "phase_left", "gates", "fit_first", "origin", "adoptions", "abroad")
YES_OR_NO_OF_ONE = ("aside", "deployed")
YES_OR_NO = ("engineered", "seeking", "bid", "dirty")
BY_HAND = {  # columns that are read otherwise, or that nothing reads (what moved in a month, for the accounts of a row)
    "territories": ("flow", "spread"),
    "cohorts": ("territory", "age", "uid", "persons", "cash", "base", "confidence", "hours_given", "hours_served",
                "income", "outlay", "levied", "settled", "arrived", "departed"),
    "ties": ("neighbour", "generation", "memory"),
    "memories": ("taken", "kept", "broken"),
    "loans": ("holder", "debt", "borrowed"),
    "organisations": ("alive", "model", "size", "births", "territory", "uid", "visible", "patron", "base",
                      "slots", "hours_engaged", "efficiency", "disposition", "threshold",
                      "outlay", "settled", "hired"),
    "projects": ("state", "territory", "founder", "members", "seat", "innovation", "life", "delivered"),
    "lives": ("taken", "founder_uid", "values", "counts"),
    "innovations": ("taken", "home"),
    "memberships": ("member", "effort", "hours", "joined", "kept"),
    "shares": ("seen",),
}  # fmt: skip


class Gone:
    """An acquaintance that has closed, and whose place another organisation took before the twin began."""

    alive = changed = False


GONE = Gone()


def from_world(world, chance=None) -> PlainModel:
    """Return the twin of a world, between two months; `chance` is Philox unless another source is given."""
    _refuse_what_it_lacks(world)
    model = PlainModel(
        world.territory, world.parameters, seed=world.seed, start=world.start, scale=world.scale, month=world.month,
        chance=chance or Philox(world.seed),
    )  # fmt: skip
    _places(model, world)
    rows = _organisations(model, world)
    for row, debt in zip(world.state.loans.holder.tolist(), world.state.loans.debt.tolist(), strict=True):
        rows[row].debt = debt
    _ties(world.state, rows)
    _residents(model, world.state.cohorts)
    _projects(model, world.state, rows)
    order, before, first, last = (part.tolist() for part in world.far)
    model.pool = Pool(model.places, order, before, first, last)
    model.terms = world.terms  # what policies made of them last month
    model.count_living()
    model.accounts, model.archived_before = Accounts(model), list(world.archive)
    return model


def _refuse_what_it_lacks(world):
    """Raise RunError when the simulator has phases or columns that the twin does not know."""
    titles = [phase.title for phase in world.phases]
    if titles != list(PHASES):
        raise RunError(f"The plain-Mesa twin lacks phases, or has others: {sorted(set(titles) ^ set(PHASES))}.")
    known = {"territories": (*PLACE, *BY_HAND["territories"]), "cohorts": BY_HAND["cohorts"], "ties": BY_HAND["ties"],
             "memories": BY_HAND["memories"], "loans": BY_HAND["loans"]}  # fmt: skip
    known["organisations"] = (*ORGANISATION, *BY_HAND["organisations"])
    known["projects"] = (*PROJECT, *YES_OR_NO, *BY_HAND["projects"])
    known["innovations"] = (*INNOVATION, *YES_OR_NO_OF_ONE, *BY_HAND["innovations"])
    known["lives"] = BY_HAND["lives"]
    known["memberships"] = (*MEMBER, *BY_HAND["memberships"])
    known["shares"] = (*SHARE, *BY_HAND["shares"])
    unknown = [c.name for c in columns().values() if c.column not in known[c.table]]
    if unknown:
        raise RunError(f"The plain-Mesa twin does not know the columns {', '.join(unknown)}.")


def _places(model, world):
    table, (indptr, near), (land, alone) = world.state.territories, world.near, world.lands
    values = {name: getattr(table, name).tolist() for name in PLACE}
    classes, spread = size_classes(world.territory.population).tolist(), table.spread.tolist()
    for t, ident in enumerate(world.territory.ident.tolist()):
        place = Place(t, ident)
        for name, column in values.items():
            setattr(place, name, column[t])
        place.spread = [spread[t][k * WIDE : (k + 1) * WIDE] for k in range(7)]
        place.region, place.core, place.size_class = int(world.region[t]), bool(world.core[t]), classes[t]
        place.commune_mix = world.territory.commune_mix[t].tolist()
        place.land, place.alone, place.opening_purse = int(land[t]), bool(alone[t]), place.purse[:]
        model.places.append(place)
    for place in model.places:
        place.near = [model.places[j] for j in near[indptr[place.index] : indptr[place.index + 1]].tolist()]


def _organisations(model, world) -> list:
    """Return who holds, or held last, each row."""
    o, segments = world.state.organisations, world.state.segments.tolist()
    values = {name: getattr(o, name).tolist() for name in ORGANISATION}
    values |= {"efficiency": (BYTE * o.efficiency).tolist(), "threshold": (BYTE * o.threshold).tolist()}
    values["disposition"] = (WORD * o.disposition).tolist()
    alive, uid, births, size, base, engaged, visible, patron = (
        getattr(o, name).tolist()
        for name in ("alive", "uid", "births", "size", "base", "hours_engaged", "visible", "patron")
    )  # fmt: skip
    rows = [None] * len(alive)
    for k in HAS_ORGANISATIONS:
        for place in model.places:
            start, stop = segments[k][place.index]
            for i in range(start, stop):
                one = CLASSES[k](model, place, i - start, uid[i], births[i], size[i], base[i])
                for name, column in values.items():
                    setattr(one, name, column[i])
                one.visible, one.patron = bool(visible[i]), bool(patron[i])
                one.hours_lent, one.hours_bound = (engaged[i], 0) if k == PRODUCTIVE else (0, engaged[i])
                model.staff_is_lent |= one.hours_lent > 0
                if not alive[i]:
                    one.alive = False
                    one.remove()
                    if one.lean:
                        model.to_restore.append(one)
                place.seats[k].append(one)
                place.rows += 1
                rows[i] = one
    return rows


def _ties(state, rows: list):
    """Tell everybody whom it knows; those whose place is another's now are known as one who has closed."""
    births, ties, memories = state.organisations.births.tolist(), state.ties, state.memories
    kept_by, broken_by = memories.kept[ties.memory].tolist(), memories.broken[ties.memory].tolist()
    for one, known, generation, kept, broken in zip(
        rows, ties.neighbour.tolist(), ties.generation.tolist(), kept_by, broken_by, strict=True
    ):
        for s in range(TIES):
            j = known[s]
            if j >= 0:
                one.known[s] = rows[j] if generation[s] == births[j] else GONE
            one.kept[s], one.broken[s] = kept[s], broken[s]
        one.remembers = any(kept) or any(broken)


def _residents(model, c):
    values = (c.territory, c.age, c.uid, c.persons, c.cash, c.base, c.confidence, c.hours_given, c.hours_served)
    for t, age, uid, persons, cash, base, confidence, given, served in zip(
        *(column.tolist() for column in values), strict=True
    ):
        cohort = Persons(model, model.places[t], age, uid, persons, cash, base, confidence)
        cohort.hours_given, cohort.hours_served = given, served
        model.places[t].residents.append(cohort)
        model.cohorts.append(cohort)


def _projects(model, state, rows: list):
    p, own, life = state.projects, state.innovations, state.lives
    values = {name: getattr(p, name).tolist() for name in (*PROJECT, *YES_OR_NO)}
    values |= {name: getattr(own, name)[p.innovation].tolist() for name in (*INNOVATION, *YES_OR_NO_OF_ONE)}
    values |= {name: life.values[p.life, at].tolist() for at, name in enumerate(VALUES)}
    values |= {name: life.counts[p.life, at].tolist() for name, at in COUNTS.items()}
    values |= {"sum_value": p.delivered.tolist(), "founder_uid": life.founder_uid[p.life].tolist()}
    members, homes = _members(state.memberships, state.shares), model.places
    territory, founder, seat = (getattr(p, name).tolist() for name in ("territory", "founder", "seat"))
    home = own.home[p.innovation].tolist()
    known = {}
    for row, alive in enumerate(p.state.tolist()):
        if not alive:
            continue
        project = Project(homes[territory[row]])
        for name, column in values.items():
            setattr(project, name, bool(column[row]) if name in (*YES_OR_NO, *YES_OR_NO_OF_ONE) else column[row])
        project.state, project.founder = alive, rows[founder[row]]
        project.origin_home = homes[home[row]] if project.origin else None
        project.members = [members(at, rows) for at in range(seat[row], seat[row] + int(p.members[row]))]
        if project.advance:
            model.advances[project] = None
        if project.contract:
            model.contracts[project] = None
        (model.projects if alive == LIVING else model.ended).append(project)
        known[row] = project
    model.projects.sort(key=lambda project: project.uid)
    for one, slots in zip(rows, state.organisations.slots.tolist(), strict=True):
        one.projects = [known[row] for row in slots if row >= 0]


def _members(m, shares):
    values = {name: getattr(m, name).tolist() for name in ("member", "kept", "effort", "hours", "joined", *MEMBER)}
    shared = {name: getattr(shares, name).tolist() for name in ("seen", *SHARE)}

    def member(at, rows):
        seen = shared["seen"][at] if at < len(shares) else 1
        found = Member(
            rows[values["member"][at]], values["effort"][at], values["hours"][at], seen, values["joined"][at]
        )
        found.kept = bool(values["kept"][at])
        for name in MEMBER:
            setattr(found, name, values[name][at])
        for name in SHARE if at < len(shares) else ():
            setattr(found, name, shared[name][at])
        return found

    return member
