"""The numbers of an alliance, as kernels receive them: one record instead of ninety arguments."""

from typing import NamedTuple

import numpy as np

# Descriptions of records, each made once: numba takes one that it knows at a glance, and compares one that is only
# equal field by field, seven microseconds at each call.
KINDS: dict[tuple, np.dtype] = {}
# The same by the Python types of all fields: what numbers are is asked once, and not each month that policies act.
RECORDS: dict[tuple, np.dtype] = {}


def as_record(numbers: NamedTuple) -> np.ndarray:
    """Return named numbers as an array of one record, whose fields a kernel reads under the same names.

    A kernel that is called from Python takes an array in a twentieth of a microsecond, and a tuple of ninety in ten.
    """
    held = type(numbers), _types(numbers)
    if held not in RECORDS:
        kinds = tuple((name, np.asarray(value).dtype.str, np.shape(value)) for name, value in numbers._asdict().items())
        RECORDS[held] = KINDS.setdefault(kinds, np.dtype(list(kinds), align=True))
    return np.array([tuple(numbers)], RECORDS[held])


def _types(numbers: tuple) -> tuple:
    """Return the type of each number; of those in a tuple too."""
    return tuple(_types(one) if isinstance(one, tuple) else type(one) for one in numbers)


class Terms(NamedTuple):
    """Built once a month by sim/alliances/terms.py from the parameters in force."""

    # worth of a team
    price: float  # of one unit of a function bought outside
    sigma: float  # elasticity of substitution between functions
    overhead: float
    poolable: float
    hour_value: float  # EUR of work in one volunteer hour
    form_a: bool  # form A instead of form B
    by_team: bool  # decreasing returns belong to the team, not to the need
    eta: float  # ... of this elasticity
    team_scale: float  # ... around this value, reference EUR per month
    # partnership types
    practices: float  # share of overhead that an alliance of responsible practices saves
    proposition: float  # relative change of the fit of an alliance of societal innovation
    patronage: float  # weight of a partner in patronage among allies seen, beyond one
    # coordination
    fixed_cost: float  # EUR a month for each member beyond the first
    link_cost: float  # EUR a month for a link at distance 1 without trust
    silo: float
    size: float
    place: float
    legal: float
    far: float  # how many times as far another region is as another territory
    branching: float  # share of the cost of links for each place beyond the first
    floor: float  # 1 - trust is never below
    hub: bool  # links go through the first member only
    # engineering
    mode: int  # 0 engineering, 1 cash placebo, 2 paid and without effect
    engineering_share: float  # most of an alliance's means that programme money pays as engineering; the rest is untied
    phi: float
    half_cost: float  # EUR per link and month that gives half of phi
    hub_cost: float  # EUR per month from which engineering makes a mesh a hub
    fte_cost: float
    by_coordination: bool
    by_search: float  # more candidates per FTE and month
    by_promises: float  # share of broken promises avoided at full effect
    by_bids: float  # added share of successful bids at full effect
    # trust
    prior: float
    prior_weight: float
    kept: float
    asymmetry: float
    keep_share: float  # of a count after one month of forgetting
    # seeing
    visibility: float
    sees_all: bool
    noise: float
    # meeting
    possible: bool
    candidates: float
    ties_share: float
    neighbour_share: float
    similarity_size: float
    similarity_model: float
    recruit_rate: float
    review_rate: float
    effort_share: float
    plan_log_mean: float
    plan_log_sd: float
    length_months: float
    setup_months: float
    setup_spread: float
    setup_effort: float
    exit_hazard: float
    most: int  # members
    # running
    viable_share: float
    patience: int
    evaluate_months: int
    dissolution: int  # 0 replacement, 1 series, 2 majority
    bid_success: float
    grant_rate: float
    # rules that only promoters state, and the policies that set them off
    ordered: float  # share of firms and associations that are ordered to open alliances
    order_effect: float
    declared: float  # share of alliances that are declared when they open
    declaration_effect: float
    pull: float
    reciprocity: float
    # territorial catalysts, for the projects that they follow
    catalyst_hub: bool  # they hold all links
    catalyst_visibility: float  # how many times as likely a link is to be seen
    catalyst_candidates: float  # met each month, beside the usual ones
    # learning
    desire_mean: float
    contagion: float
    linear: bool
    desire_rate: float
    # traits of a project
    gate: float  # from research to qualification; policies that raise it raise those of the triple gate alike
    fit_spread: float
    weight_spread: float  # sd of ln weights
    kept_months: int  # projects that start before this month are followed to the end (inception cohort)
    credit_months: float
    general_interest: float  # share of associations that answer the more felt of their needs
    # policies
    shared: float  # part of the value of an alliance that its members share alike
    hours_counted: float  # EUR of a volunteer hour that funders count as a contribution of members
    premium_rate: float  # part of the premium that members expect to be paid
    misfit: float  # what is left of the gap between an answer and the need, where it falls short
    vision: float  # added to the wish to ally
