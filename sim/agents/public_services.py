"""Public services: hospitals, health and social bodies, transport and housing operators.

Bring     delivery and continuity
Get       endowments, fees of users, loans
Give      wages, purchases, repayments
Spend     their normal outlay, more when they hold more cash (sim/agents/circuit.py)
Live      few open or close (sim/agents/life.py)

They have no phase of their own: their money moves in the circuit, their work in the projects that they join.

Numbers   parameters density.services, law_services, weight_services, functions_services, turnover
"""

from sim.agents.base import SERVICES
from sim.agents.windows import Organisation


class PublicServices(Organisation):
    """A hospital, a health or social body, a transport or housing operator."""

    number = SERVICES
