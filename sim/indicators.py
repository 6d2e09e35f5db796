"""Indicators: pure functions from the tables of a run to numbers with a unit and a formula.

An indicator at a horizon uses the months up to that horizon only, so that a longer run has the same value.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

A, P, E, F, S, U, G, X = range(8)  # the seven models and the outside, as in sim/agents/base.py
HORIZONS = (18, 84, 336)
YEAR = 2050
STEPS = ("diagnose", "dialogue", "choose", "define", "commit", "implement", "evaluate")
STRATEGIES = ("optimisation", "extension", "transformation", "invention")
KINDS = ("practices", "cooperation", "innovation", "patronage")
ENDS = ("completed", "failed", "dissolved", "abandoned")

Tables = dict[str, dict[str, np.ndarray]]


class Indicator(NamedTuple):
    """A named number of a run: how it is computed, its unit, and its formula in words."""

    name: str
    unit: str
    formula: str
    label_fr: str
    label_en: str
    compute: Callable[[Tables, int, float], float | None]


def horizons(tables: Tables, start: str, months: int, shadow_wage: float) -> dict[str, dict[str, Any]]:
    """Return {horizon: {indicator: {value, unit}}} for the horizons that lie within the run."""
    ends = {str(h): h for h in HORIZONS}
    ends[str(YEAR)] = (YEAR + 1 - int(start[:4])) * 12 - (int(start[5:]) - 1)
    within = {name: end for name, end in sorted(ends.items(), key=lambda item: item[1]) if 0 < end <= months}
    return {
        name: {i.name: {"value": i.compute(tables, end, shadow_wage), "unit": i.unit} for i in INDICATORS}
        for name, end in within.items()
    }


# pieces


def _sum(tables, end, *columns) -> float:
    """Add columns of the monthly table over the months before `end`, in month order."""
    total = 0
    for name in columns:
        column = tables["monthly"][name][:end]
        if isinstance(total, int) and column.dtype.kind == "i":
            total += int(np.add.reduce(column))
        else:  # one by one, as no version of `sum` does: numbers that are not whole keep their bits
            total = float(np.add.accumulate(np.concatenate(((float(total),), column)))[-1])
    return total


def _last(tables, end, name) -> float:
    return tables["monthly"][name][end - 1].item()


def ratio(above: float, below: float) -> float | None:
    """Return above / below, or None where nothing is below: a ratio is never invented."""
    return above / below if below else None


def means(tables, end, wage, who=("solo", "allied")) -> float:
    """Return the consolidated means in EUR: cash of members, grants, programme, and hours at the shadow wage."""
    cash = ("own", "programme", "grants_public", "grants_finance", "grants_patronage")
    cents = _sum(tables, end, *(f"{c}_{w}" for c in cash for w in who))
    return cents / 100 + _sum(tables, end, *(f"hours_{w}" for w in who)) * wage


def _value(tables, end, wage):
    return _sum(tables, end, "value_solo", "value_allied")


def _performance(tables, end, wage):
    return ratio(_value(tables, end, wage), means(tables, end, wage))


def _frugality(tables, end, wage):
    return ratio(means(tables, end, wage), _value(tables, end, wage))


def _innovation(tables, end, wage):
    return 100_000 * _sum(tables, end, "deployed") / _last(tables, end, "residents")


def _aside(tables, end, wage):
    return ratio(_last(tables, end, "innovations_aside"),
                 sum(_last(tables, end, f"innovations_{s}") for s in STRATEGIES))  # fmt: skip


def _gates(tables, end, wage):
    return ratio(_sum(tables, end, "gates_passed"), _sum(tables, end, "gates_tried"))


def _confidence(tables, end, wage):
    return _last(tables, end, "confident") / _last(tables, end, "residents")


def _hours_value(tables, end, wage):
    return _sum(tables, end, "hours_given") * wage


def _engagement(tables, end, wage):
    return ratio(_last(tables, end, "hours_given"), _last(tables, end, "residents"))


def _premium(tables, end, wage):
    return ratio(_sum(tables, end, "premium_allied"), _sum(tables, end, "alone_allied"))


def _seen_premium(tables, end, wage):
    return ratio(_sum(tables, end, "perceived_allied"), _sum(tables, end, "gain_allied"))


def _leverage(tables, end, wage):
    others = _sum(tables, end, "own_allied", "grants_finance_allied", "grants_patronage_allied") / 100
    others += _sum(tables, end, "hours_allied") * wage
    return ratio(others, _sum(tables, end, "programme_solo", "programme_allied") / 100)


def _paid_premium(tables, end, wage):
    return ratio(_sum(tables, end, "purse_premium") / 100, _sum(tables, end, "gain_allied"))


def _paid_by(*payers):
    def compute(tables, end, wage):
        """EUR per inhabitant and year over the last twelve months (fewer at the start, brought to a year)."""
        first = max(0, end - 12)
        cents = sum(int(tables["monthly"][f"paid_by_{who}"][first:end].sum()) for who in payers)
        return cents / 100 * 12 / (end - first) / _last(tables, end, "residents")

    return compute


def _survival(tables, end, wage):
    started = _sum(tables, end, "opened")
    lost = _sum(tables, end, "ended_failed", "ended_dissolved", "ended_abandoned")
    return None if not started else 1 - lost / started


def _losses(tables, end, wage):
    years = _sum(tables, end, *(f"{w}_{s}" for w in ("solo", "allied") for s in STEPS)) / 12
    return ratio(_sum(tables, end, "ended_failed", "ended_dissolved"), years)


def _willing(tables, end, wage):
    return ratio(_last(tables, end, "willing"), _last(tables, end, "organisations"))


def _alliances(tables, end, wage):
    living = sum(_last(tables, end, f"allied_{s}") for s in STEPS)
    return 1000 * living / _last(tables, end, "residents")


def _likeness(trait):
    def compute(tables, end, wage):
        found, whole = _last(tables, end, f"links_{trait}"), _last(tables, end, "links_all")
        chance = _last(tables, end, f"links_{trait}_chance")
        return ratio(found - chance, whole - chance)

    return compute


def _size_before_model(tables, end, wage):
    size, model = _likeness("size")(tables, end, wage), _likeness("model")(tables, end, wage)
    return None if size is None or model is None else size - model


def _initiated(tables, end, wage):
    return ratio(_last(tables, end, "mixed_engagement"), _last(tables, end, "mixed"))


def _count(column):
    return lambda tables, end, wage: _last(tables, end, column)


def _flow(payers, receivers):
    pairs = [8 * i + j for i in payers for j in receivers]

    def compute(tables, end, wage):
        """EUR per inhabitant over the last twelve months (fewer at the start, brought to a year)."""
        first = max(0, end - 12)
        cents = tables["flows"]["cents"].reshape(-1, 64)[first:end]
        total = int(np.add.reduce(cents.take(pairs, axis=1), axis=None))
        return total / 100 * 12 / (end - first) / _last(tables, end, "residents")

    return compute


def _names(models) -> str:
    return ", ".join("APEFSUGX"[model] for model in models)


def _mean_need(column):
    def compute(tables, end, wage):
        scores = tables["needs"][column].reshape(-1, 16)[end - 1].tolist()
        return sum(scores) / len(scores)

    return compute


INDICATORS = (
    Indicator("performance", "ref EUR/EUR", "value delivered / consolidated means, months 1 to horizon",
              "Performance", "Performance", _performance),
    Indicator("frugality", "EUR/ref EUR", "consolidated means / value delivered, months 1 to horizon",
              "Moyens par unité de valeur", "Means per unit of value", _frugality),
    Indicator("value", "ref EUR", "value delivered by all projects, months 1 to horizon",
              "Valeur délivrée", "Value delivered", _value),
    Indicator("innovation", "1/100,000 inh", "innovations deployed since the start / residents",
              "Innovations déployées", "Innovations deployed", _innovation),
    *(Indicator(f"innovations_phase_{k}", "innovations", f"innovations at work: {en}", f"Innovations : {fr}",
                f"Innovations: {en}", _count(f"innovations_phase_{k}"))
      for k, (fr, en) in enumerate((("en recherche", "in research"), ("en qualification", "in qualification"),
                                    ("en déploiement", "in deployment"), ("d'usage", "in use")))),
    *(Indicator(f"innovations_{s}", "innovations", "living innovations of this strategy", f"Innovations : {s}",
                f"Innovations: {s}", _count(f"innovations_{s}")) for s in STRATEGIES),
    Indicator("innovations_aside", "share", "living innovations outside the first felt needs / living innovations",
              "Innovations hors des premiers besoins ressentis", "Innovations beside the first felt needs", _aside),
    Indicator("gates_passed", "share", "attempts at a gate that pass, since the start / attempts",
              "Portes franchies par tentative", "Gates passed per attempt", _gates),
    Indicator("spread", "innovations", "innovations taken up in another territory, since the start",
              "Innovations reprises ailleurs", "Innovations taken up elsewhere",
              lambda tables, end, wage: _sum(tables, end, "spread")),
    Indicator("innovations_lost", "innovations", "innovations that ended in a risk zone, since the start",
              "Innovations perdues dans une traversée risquée", "Innovations lost in a risk zone",
              lambda tables, end, wage: _sum(tables, end, "innovations_lost")),
    Indicator("confidence", "share", "residents weighted by the logistic of their cohort's confidence / residents",
              "Confiance des habitants", "Confidence of residents", _confidence),
    Indicator("engagement", "h/person-month", "hours given by residents in the last month / residents",
              "Engagement des habitants", "Engagement of residents", _engagement),
    Indicator("hours_value", "EUR", "hours given by volunteers, months 1 to horizon, at accounts.shadow_wage",
              "Valeur des heures bénévoles", "Value of volunteer hours", _hours_value),
    Indicator("hours_paid", "h/month", "hours of civic service and of staff lent by firms, last month",
              "Heures de service civique et de mécénat", "Hours of civic service and of skills patronage",
              lambda tables, end, wage: _last(tables, end, "hours_served") + _last(tables, end, "hours_lent")),
    Indicator("maturity", "level", "mean level of maturity of territories, 1 to 4", "Maturité des territoires",
              "Maturity of territories", lambda tables, end, wage: _last(tables, end, "maturity")),
    Indicator("premium", "share", "premium of alliances net of coordination, set-up and programme / value alone",
              "Prime à l'alliance", "Alliance premium", _premium),
    Indicator("premium_seen", "share", "premium that members perceive / positive premiums",
              "Part perçue de la prime", "Perceived share of the premium", _seen_premium),
    Indicator("premium_paid", "EUR/ref EUR", "premium paid to members because they are allied / positive premiums",
              "Part payée de la prime", "Paid share of the premium", _paid_premium),
    Indicator("policy_cost", "EUR/inh/year", "paid for policies by levy or other public lines, last twelve months",
              "Coût des politiques", "Cost of policies", _paid_by("levy", "cut")),
    Indicator("policy_outside", "EUR/inh/year", "paid for policies from outside, last twelve months",
              "Politiques payées du dehors", "Policies paid from outside", _paid_by("outside")),
    Indicator("catalysts", "persons", "territorial catalysts in post, last month",
              "Catalyseurs territoriaux", "Territorial catalysts", _count("catalysts")),
    Indicator("survival", "share", "1 - projects failed, dissolved or abandoned / projects opened",
              "Projets ni échoués ni dissous ni abandonnés", "Projects not lost", _survival),
    Indicator("losses", "1/year", "projects failed or dissolved / project-years",
              "Taux d'échec des projets", "Failure rate of projects", _losses),
    Indicator("leverage", "EUR/EUR", "money and hours of others in alliances / programme money (gross)",
              "Effet de levier brut", "Gross leverage", _leverage),
    Indicator("desire", "share", "organisations whose desire to ally is not negative / organisations",
              "Organisations qui ont envie de s'allier", "Organisations wishing to ally", _willing),
    Indicator("alliances", "1/1,000 inh", "living alliances / residents", "Alliances", "Alliances", _alliances),
    *(Indicator(f"alliances_{k}", "alliances", "living alliances of this partnership type", f"Alliances : {fr}",
                f"Alliances: {k}", _count(f"alliances_{k}"))
      for k, fr in zip(KINDS, ("pratiques responsables", "coopération économique", "innovation sociétale", "mécénat"),
                       strict=True)),
    *(Indicator(f"step_{s}", "projects", "living alliances at this step", f"Alliances à l'étape : {fr}",
                f"Alliances at step: {s}", _count(f"allied_{s}"))
      for s, fr in zip(STEPS, ("diagnostic", "dialogue", "choix", "définition", "engagement", "mise en œuvre",
                               "évaluation"), strict=True)),
    *(Indicator(f"ended_{e}", "projects", "projects that ended so since the start", f"Projets : {fr}",
                f"Projects {e}", lambda tables, end, wage, e=e: _sum(tables, end, f"ended_{e}"))
      for e, fr in zip(ENDS, ("achevés", "échoués", "dissous", "abandonnés"), strict=True)),
    *(Indicator(f"abandoned_{s}", "projects", "projects abandoned at this step since the start",
                f"Projets abandonnés à l'étape : {fr}", f"Projects abandoned at step: {s}",
                lambda tables, end, wage, s=s: _sum(tables, end, f"abandoned_{s}"))
      for s, fr in zip(STEPS[:5], ("diagnostic", "dialogue", "choix", "définition", "engagement"), strict=True)),
    Indicator("likeness_size", "index", "(pairs of allies of one size - by chance) / (all pairs - by chance)",
              "Ressemblance des alliés en taille", "Likeness of allies in size", _likeness("size")),
    Indicator("likeness_model", "index", "(pairs of allies of one model - by chance) / (all pairs - by chance)",
              "Ressemblance des alliés en modèle", "Likeness of allies in model", _likeness("model")),
    Indicator("size_before_model", "index", "likeness of allies in size - likeness of allies in model",
              "La taille avant le modèle", "Size before model", _size_before_model),
    Indicator("initiated_by_associations", "share",
              "alliances of a firm and an association that an association opened / all such alliances",
              "Alliances entre entreprises et associations ouvertes par une association",
              "Alliances between firms and associations opened by an association", _initiated),
    Indicator("need", "score /10", "mean objective need of the sixteen domains", "Fragilité mesurée",
              "Objective fragility", _mean_need("objective")),
    Indicator("need_felt", "score /10", "mean felt need of the sixteen domains", "Fragilité ressentie",
              "Felt fragility", _mean_need("felt")),
    *(Indicator(f"flow_{name}", "EUR/inh/year",
                f"paid by {_names(payers)} to {_names(receivers)}, last twelve months, per resident",
                fr, en, _flow(payers, receivers))
      for name, payers, receivers, fr, en in (
          ("contribution", (P, E, F), (A,), "Impôts et contributions", "Taxes and contributions"),
          ("redistribution", (A,), (P,), "Redistribution", "Redistribution"),
          ("employment", (E,), (P,), "Salaires des entreprises", "Wages of firms"),
          ("consumption", (P,), (E,), "Consommation", "Consumption"),
          ("endowment", (A,), (S, U), "Dotations", "Endowments"),
          ("subsidies", (A,), (G,), "Subventions et commandes aux associations",
           "Subsidies and orders to associations"),
          ("mobilisation", (P,), (G,), "Dons, cotisations et ventes aux associations", "Gifts, dues and sales"),
          ("saving", (P,), (F,), "Épargne", "Saving"),
          ("loans", (F,), (P, E), "Prêts et investissements", "Loans and investment"),
          ("outside_in", (X,), (A, P, E, F, S, U, G), "Reçu de l'extérieur", "Received from outside"),
          ("outside_out", (A, P, E, F, S, U, G), (X,), "Payé à l'extérieur", "Paid to the outside"),
      )),
)  # fmt: skip
