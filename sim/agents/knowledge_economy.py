"""The knowledge economy: schools, secondary schools, institutes and laboratories, universities.

Brings    knowledge and evaluation
Gets      endowments, fees, training and research contracts
Gives     wages, purchases
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     schools hardly ever open or close (sim/agents/life.py)

It has no phase of its own: its money moves in the circuit, its knowledge in the projects that it joins.

Numbers   parameters density.knowledge, weight_knowledge, functions_knowledge, turnover
"""

from sim.agents.base import KNOWLEDGE
from sim.agents.windows import Organisation


class KnowledgeEconomy(Organisation):
    """A school, an institute, a laboratory or a university."""

    number = KNOWLEDGE
