"""The numbers of the model: one YAML file per subject, each value with its unit, kind, source, date and range."""

from sim.parameters.collection import Change, Parameters
from sim.parameters.loader import load_parameters
from sim.parameters.parameter import Parameter, Source

__all__ = ["Change", "Parameter", "Parameters", "Source", "load_parameters"]
