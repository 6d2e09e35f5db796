"""Where a run takes place: a frozen graph of territories, from France's tables, a user's graph, or a rule."""

from sim.territory.load import load_territory
from sim.territory.names import Place, find, list_territories
from sim.territory.territory import Territory

__all__ = ["Place", "Territory", "find", "list_territories", "load_territory"]
