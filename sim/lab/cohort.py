"""Who is counted, in every estimator alike."""

from collections.abc import Mapping

import numpy as np

MONTHS = 24  # of inception: projects whose diagnose falls in them are followed, whatever becomes of them
ALLIED = 2  # members from which a project is, or was, an alliance


def allied(projects: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which projects ever had two members, those abandoned before any work included."""
    return np.asarray(projects["members_max"]) >= ALLIED


def ratio(top: float, bottom: float) -> float:
    """Return a ratio of totals, or NaN where there is nothing to divide by."""
    return top / bottom if bottom > 0 else float("nan")
