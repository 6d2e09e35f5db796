"""One month, in order. The list PHASES is the table of contents of the model.

A phase takes the world, writes only the columns that it declares, and posts every flow that it applies.
Read the reason of a phase on its line, and its equations in the file that it comes from.
"""

from sim.agents import circuit, engagement_economy, financial_economy, life, persons, productive_economy, public_action
from sim.alliances import (
    catalysts,
    innovation,
    learning,
    mandates,
    membership,
    needs,
    partnership,
    places,
    policies,
    production,
    programme,
    search,
    steps,
    value,
)

PHASES = (
    # 1. what happens to everybody
    persons.live,  # residents age, are born, die, move
    # 2. needs
    needs.drift,  # fragilities drift, couple, respond to what was delivered last month
    # 3. money: taxes, wages, consumption, endowments, orders
    public_action.fill_fund,  # budgets are fixed before anyone asks
    financial_economy.fill_fund,  # banks and foundations set aside theirs ...
    productive_economy.fill_fund,  # ... and firms their patronage
    catalysts.place,  # territorial catalysts take post where the national rule puts them
    public_action.collect_policies,  # what policies cost, and who pays it
    productive_economy.lend_staff,  # firms lend hours of their staff, the State gives a part back
    policies.act,  # levers, commons and measures spend, and act on terms once their delay is over
    catalysts.follow,  # those that are paid follow the oldest alliances, up to what they can
    circuit.spend,  # every model spends ...
    circuit.earn,  # ... and is paid
    partnership.share_income,  # members of economic cooperations share good and bad months
    financial_economy.lend,  # loans are paid back, and those who are short borrow
    engagement_economy.let_staff_go,  # associations without credit and cash go on with volunteers
    persons.volunteer,  # hours given by residents ...
    persons.serve,  # hours of civic service
    engagement_economy.receive_hours,  # ... are the hours that associations have
    # 4-5. look around, search and match (what others see is last month's)
    search.start,  # some organisations open a project
    innovation.begin,  # innovations get a strategy, and the supports of the month
    search.recruit,  # founders meet candidates; proposals are accepted in one serial pass
    # 6-7. who stays; what an alliance is worth, together and alone
    mandates.renew,  # at the end of a mandate, some public actors get new leaders
    membership.review,  # members stay or leave, on what they perceived last month
    programme.allot,  # money of the programme goes to projects
    policies.draw_rights,  # some draw engineering on a fund
    value.appraise,  # coalition values, premium, Shapley shares
    # 8. effort and money spent, value delivered, grants
    production.produce,  # members keep promises and spend; projects deliver; funders repay a part
    policies.use_fund,  # a fund repays a part of what was spent, or is paid back
    policies.pay_premium,  # members are paid because they are allied
    # 9. learn
    learning.remember,  # promises kept and broken; links seen
    learning.desire,  # what is seen changes the wish to ally, and what others will see
    # 10. live and die
    steps.advance,  # the seven steps and the ends of a project
    innovation.cross,  # risk zones, gates, phases; failures are told
    innovation.spread,  # those that still search may reinvent what exists elsewhere
    places.ripen,  # alliances completed make a territory more mature
    life.close,  # organisations fail and leave
    membership.drop_dead,  # the dead leave their projects
    life.open,  # newborn organisations take free rows
)
