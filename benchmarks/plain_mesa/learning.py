"""What organisations remember and see: promises, links, the success of others."""

from benchmarks.plain_mesa.agents import in_32_bits
from benchmarks.plain_mesa.projects import IMPLEMENT, PATRONAGE
from sim.kernels import decisions as d


def remember(model):
    """Let organisations remember their partners' promises and see some of their links."""
    share = model.numbers.keep_share
    for one in model.organisations:
        if one.remembers:
            one.forget(share)
        if one.projects:
            for at, project in enumerate(one.projects):
                if len(project.members) > 1:
                    learn(model, one, at, project)


def learn(model, one, at: int, project):
    """Let a member remember what its partners did this month, and see its links to some of them."""
    t = model.terms
    visibility = min(1.0, t.visibility * t.catalyst_visibility) if project.followed else t.visibility
    mine = project.members[project.slot(one)]
    bonus = t.reciprocity * mine.kept
    one.remembers = True
    for s, partner in enumerate(project.members):
        if partner is mine:
            continue
        k = one.tie_with(partner.organisation)
        if partner.kept:
            one.kept[k] = one.kept[k] + 1.0 + bonus
        else:
            one.broken[k] += t.asymmetry
        bit = 1 << s
        if mine.seen & bit:
            continue
        if model.chance.happens(one.uid, model.month, d.SEE_LINK, at * 8 + s, visibility):
            mine.seen |= bit
            project.dirty = True


def desire(model):
    """Move desire by what was visible last month, then write what others will see next month."""
    t = model.terms
    for one in model.organisations:
        known, allied = 0, 0.0
        for other in one.known:
            if other is not None and other.alive:
                known += 1
                if other.visible:
                    allied += 1
                if t.patronage != 0.0:
                    allied += t.patronage * other.patron
        pull = 0.0
        if known:
            share = allied / known
            if t.linear:
                pull = t.contagion * share
            elif share > one.threshold:
                pull = t.contagion
            if share > one.threshold:
                pull += t.pull * one.threshold
        if t.order_effect != 0.0 and one.is_ordered(t):
            pull += t.order_effect
        wanted = one.disposition + pull + t.vision
        moved = one.desire + t.desire_rate * (wanted - one.desire)
        one.desire = in_32_bits(1.0 if moved > 1.0 else -1.0 if moved < -1.0 else moved)
    be_seen(model)


def be_seen(model):
    """Write who is a member of an alliance at work, and how many of them residents see."""
    for one in model.organisations:
        one.visible = one.patron = False
        for project in one.projects:
            if project.step >= IMPLEMENT and len(project.members) > 1:
                one.visible = True
                if project.kind == PATRONAGE:
                    one.patron = True
    at_work = {place: 0 for place in model.places}
    for place in model.places:
        place.alliances = 0
    for project in model.projects:
        if len(project.members) > 1:
            project.home.alliances += 1
            if project.step >= IMPLEMENT:
                at_work[project.home] += 1
    for place, count in at_work.items():
        counted = count + model.terms.declaration_effect * place.declared
        place.seen = 1000.0 * counted / max(place.population(), 1)
