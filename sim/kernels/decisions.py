"""The decisions that draw chance. Append only: a number is never changed nor reused. 30, 40
and 60 were used before 2026-11-21.

A decision belongs to one place of the model and to it alone; `sub` tells apart
several draws of one agent in one month. Initial states draw at month INITIAL.
"""

INITIAL = 2**32 - 1  # the "month" of everything drawn before the first month

# initial state
COUNT_ORGANISATIONS = 1
ORGANISATION_TRAITS = 2  # size, domains, main function, efficiencies, budget
DESIRE = 3
FIRST_TIES = 4
TIE_BREAK = 6  # largest remainder
SAMPLE_TERRITORIES = 7

# persons
DEATHS = 20
BIRTHS = 21
MOVES = 22
AGEING = 23
VOLUNTEERS = 24

# money
EACH_MONTH = 44  # of each organisation: whether it opens a project (first word), closes (second), its luck (others)
COMMON_SHOCK = 31
LOAN_REFUSED = 32
OWN_OF_PLACE = 42  # what a place has that laws do not say; the same in every run
GENERAL_INTEREST = 43  # whether an association seeks the greater need: once for each identity

# life
ENTRY = 41

# alliances
PROJECT_TRAITS = 61  # uid, weights, fit, durations
RECRUIT = 62
CANDIDATES = 63
PERCEPTION_NOISE = 64
ACCEPT = 65
PROMISE = 66
ABANDON = 67
REVIEW = 68  # a member reconsiders
SEE_LINK = 69
BID = 70
INNOVATE = 71  # gates
SHAPLEY_SAMPLE = 73
TIE_MEETING = 75
PARTNER_PLAN = 76
RECRUIT_COUNT = 77
FOUNDER_PLAN = 78
NEED_CALLS = 79

SCALE = 80  # of a project
ORDERED = 81  # ordered to open alliances: once for each identity
DECLARED = 82  # declared in public: once for each project

# needs
NEED_ORDER = 115
NEED_SHOCK = 116
OPINION = 117

# innovation
STRATEGY = 100
RISK_ZONE = 101
LOOK_ELSEWHERE = 102
TAKE_UP = 103

# brokers and mandates
CATALYSTS = 110  # where they are placed
MANDATE = 111  # who changes at the end of a mandate, and whether the new one leaves
NEW_OFFICIAL = 112  # what it wants

# placebo (A/A tests): replaces another decision's key from a month on
PLACEBO = 90
