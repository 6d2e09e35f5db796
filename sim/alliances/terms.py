"""From the parameters in force to the numbers that kernels take."""

import math

import numpy as np

from sim.kernels import trust
from sim.kernels.terms import Terms

KEPT_MONTHS = 24  # the inception cohort: projects whose diagnose falls in months 0..23


def terms(v: dict) -> Terms:
    """Return the terms of alliances for the parameter values `v` (units converted to months and EUR)."""
    distances = [float(v[f"alliances.distance_{name}"]) for name in ("silo", "size", "place", "legal")]
    whole = sum(distances)
    silo, size, place, legal = (x / whole for x in distances)
    on = {c: float(v[f"engineering.channel_{c}"]) for c in ("coordination", "search", "promises", "bids")}
    return Terms(
        price=float(v["value.price_out"]),
        sigma=float(v["value.substitution"]),
        overhead=float(v["value.overhead"]),
        poolable=min(1.0, float(v["value.poolable"]) + float(v["commons.pooled"])),
        hour_value=float(v["value.hour_value"]),
        form_a=bool(v["form.value"]),
        by_team=bool(v["form.returns"]),
        eta=float(v["value.team_returns"]),
        team_scale=float(v["value.team_scale"]),
        practices=float(v["partnership.practices"]),
        proposition=float(v["partnership.innovation"]),
        patronage=float(v["partnership.patronage"]),
        fixed_cost=float(v["alliances.fixed_cost"]),
        link_cost=float(v["alliances.link_hours"]) * float(v["alliances.hour_cost"]),
        silo=silo * float(v["policies.silo_friction"]),
        size=size,
        place=place,
        legal=legal * float(v["policies.legal_friction"]),
        far=float(v["alliances.far"]),
        branching=float(v["alliances.branching"]),
        floor=float(v["trust.floor"]),
        hub=bool(v["form.network"]),
        mode=int(v["engineering.mode"]),
        engineering_share=float(v["engineering.share"]),
        phi=float(v["engineering.coordination"]),
        half_cost=float(v["engineering.half_cost"]),
        hub_cost=float(v["engineering.hub_cost"]),
        fte_cost=float(v["engineering.fte_cost"]),
        by_coordination=bool(on["coordination"]),
        by_search=float(v["engineering.search"]) * on["search"],
        by_promises=float(v["engineering.promises"]) * on["promises"],
        by_bids=float(v["engineering.bids"]) * on["bids"],
        prior=float(v["trust.prior"]),
        prior_weight=float(v["trust.prior_weight"]),
        kept=float(v["trust.kept"]),
        asymmetry=float(v["trust.asymmetry"]),
        keep_share=trust.keep_share(float(v["trust.half_life"])),
        visibility=float(v["alliances.visibility"]),
        sees_all=bool(v["form.perception"]),
        noise=float(v["alliances.noise"]),
        possible=bool(v["alliances.possible"]),
        candidates=float(v["alliances.candidates"]),
        ties_share=float(v["meeting.ties_share"]),
        neighbour_share=float(v["meeting.neighbour_share"]),
        similarity_size=float(v["meeting.similarity_size"]),
        similarity_model=float(v["meeting.similarity_model"]),
        recruit_rate=float(v["projects.recruit_rate"]),
        review_rate=float(v["projects.review_rate"]),
        effort_share=float(v["projects.effort_share"]),
        plan_log_mean=float(v["projects.plan_log_mean"]),
        plan_log_sd=float(v["projects.plan_log_sd"]),
        length_months=float(v["projects.length_months"]),
        setup_months=float(v["projects.setup_months"]),
        setup_spread=float(v["projects.setup_spread"]),
        setup_effort=float(v["projects.setup_effort"]),
        exit_hazard=float(v["projects.exit_hazard"]),
        most=int(v["projects.members_most"]),
        viable_share=float(v["projects.viable_share"]),
        patience=int(v["projects.patience_months"]),
        evaluate_months=int(v["projects.evaluate_months"]),
        dissolution=int(v["form.dissolution"]),
        bid_success=float(v["projects.bid_success"]),
        grant_rate=float(v["projects.grant_rate"]),
        ordered=float(v["mandate_alliances.share"]),
        order_effect=float(v["promoters.order_effect"]),
        declared=float(v["declaration.share"]),
        declaration_effect=float(v["promoters.declaration_effect"]),
        pull=float(v["promoters.pull"]),
        reciprocity=float(v["promoters.reciprocity"]),
        catalyst_hub=bool(v["catalysts.hub"]),
        catalyst_visibility=1.0 + float(v["catalysts.visibility"]),
        catalyst_candidates=float(v["catalysts.candidates"]),
        desire_mean=float(v["desire.mean"]),
        contagion=float(v["desire.contagion"]),
        linear=bool(v["form.contagion"]),
        desire_rate=float(v["desire.rate"]),
        gate=float(v["innovation.gate"]),
        fit_spread=float(v["value.fit_spread"]),
        # a logistic normal with the variance of a Dirichlet of this concentration around equal weights
        weight_spread=math.sqrt(5.0 / (float(v["value.weight_concentration"]) + 1.0)),
        kept_months=KEPT_MONTHS,
        credit_months=float(v["money.credit_months"]),
        general_interest=float(v["heads.general_interest"]),
        shared=float(v["commons.shared"]),
        hours_counted=float(v["policies.hours_counted"]),
        premium_rate=float(v["premium.rate"]) if float(v["premium.dose"]) > 0.0 else 0.0,
        misfit=1.0,
        vision=0.0,
    )


def start_probabilities(v: dict) -> list[float]:
    """Return the monthly probability that an organisation of each model opens a project.

    `projects.initiative_engagement` is the ratio of associations to firms; their mean stays `projects.start_rate`,
    which is that of a need felt at half of the scale: twice as many starters come, whom the level of need thins.
    """
    ratio = float(v["projects.initiative_engagement"])
    yearly = [float(v["projects.start_rate"])] * 7
    yearly[1] = 0.0
    yearly[2] *= 2.0 / (1.0 + ratio)
    yearly[6] *= 2.0 * ratio / (1.0 + ratio)
    return [1.0 - math.exp(-2.0 * y / 12.0) for y in yearly]


def longest_innovation(v: dict) -> float:
    """Return the most months that an innovation is planned to work: each of its phases twice, at its slowest."""
    phases = sum(float(v[f"innovation.{name}_months"]) for name in ("research", "qualification", "deployment"))
    return 2.0 * phases * math.exp(abs(float(v["innovation.complexity_months"]))) + 6.0


def project_capacity(organisations: np.ndarray, values: dict) -> int:
    """Return the rows of the table of projects: those that may live at once and the kept inception cohort.

    `organisations` counts them by model. A living project has a member, and an organisation at most three
    projects, so that three rows an organisation are always enough for the living ones.
    """
    monthly = float((np.asarray(organisations) * np.array(start_probabilities(values))).sum())
    v = values
    spread = math.exp(2.5 * float(v["projects.setup_spread"]))
    usual, innovation = float(v["projects.length_months"]), float(v["innovation.share_kind"][2])
    longer = max(usual, longest_innovation(v))
    life = min(240.0, float(v["projects.setup_months"]) * spread) + (1.0 - innovation) * usual + innovation * longer
    life += float(v["projects.evaluate_months"]) + 1.0
    living = min(3.0 * float(np.sum(organisations)), monthly * life)
    expected = living + monthly * KEPT_MONTHS
    return math.ceil(float(v["engine.project_capacity"]) * (expected + 6.0 * math.sqrt(expected)) + 64)
