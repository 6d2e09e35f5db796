"""What may be cited and what may not: facts, claims, claimed numbers, units.

The documents that make the claims are also the evidence. A fact of kind `hypothesis` is a claim to test; as a source
it would put the answer into the question.
"""

import csv
import math
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FACT_ID = re.compile(r"\bF\d{3}-\d{3}\b")
SAME = 1e-6  # two numbers closer than this (relative) are the same number


class Fact(NamedTuple):
    """One statement found in a document."""

    id: str
    kind: str
    document: str
    lines: str
    statement: str

    @property
    def place(self) -> str:
        """Where it is said: document and lines of its text version."""
        return f"{DOCUMENTS[self.document]}, l. {self.lines}"


def rows(file: Path) -> list[dict[str, str]]:
    """Read a small table of this folder."""
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


UNITS = {row["unit"]: row for row in rows(HERE / "units.csv")}
DOCUMENTS = {row["document"]: row["title"] for row in rows(HERE / "documents.csv")}
CLAIMED = [(float(Fraction(row["number"])), row["where"]) for row in rows(HERE / "claimed.csv")]


@cache
def facts() -> dict[str, Fact]:
    """Return every known fact by id."""
    return {row["id"]: Fact(**row) for row in rows(HERE / "facts.csv")}


def check_sources(title: str, cited: tuple[str, ...]):
    """Raise ValueError when a citation leads nowhere, or to a claim."""
    for fact in (*cited, *FACT_ID.findall(title)):
        if fact not in facts():
            raise ValueError(f"its source cites '{fact}', which is no known fact | See sim/parameters/facts.csv.")
        if facts()[fact].kind == "hypothesis":
            raise ValueError(
                f"its source cites {fact}, which is a claim to test: '{facts()[fact].statement}' | "
                "A claim cannot feed the model that tests it: find another source, or use kind: assumption."
            )


def claims_equal_to(number: float) -> str:
    """Return which claims state this number, or an empty text."""
    return "; ".join(where for claimed, where in CLAIMED if math.isclose(number, claimed, rel_tol=SAME))
