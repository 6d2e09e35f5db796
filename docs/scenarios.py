"""Write docs/scenarios.md: the library of scenarios, what each changes, costs, and who pays and loses.

python docs/scenarios.py
"""

from pathlib import Path

from sim.glossary import shown
from sim.scenarios import Scenario, list_scenarios

PAGE = Path(__file__).with_name("scenarios.md")

HEAD = """# Scenarios

<!-- Written by docs/scenarios.py from sim/scenarios: edit those, then run it. -->

A scenario is dated changes of parameters, each with its reason; what it costs, who pays, who loses. It never touches
the state of a run, and before its first date a run is that of the trend to the bit. Write your own in a YAML file, with
the fields of those in `sim/scenarios`, and give its path to `sim run`.

**Together.** Several combine, in the order given: `sim run premium crisis ...`. Refused, with a message that says why:
two that exclude each other (`excludes`), two that set one parameter to different values in the same months, two factors
on one parameter from the same month. A factor acts on the value that another scenario sets.

**Nothing.** A change that leaves a parameter as it is raises an error. `moves` names columns of the monthly table that
must move: a test plays each scenario, with every account checked, and holds that they do. `accounts_only` says the
contrary: it changes how things are counted, and a test holds that no flow moves.

**Money.** Self-financed policies are paid by residents (`form.closure` 0) or by other public lines (1), unless the
scenario says who pays. Budgets are levers chosen by the team; none says what a policy achieves.

"""


def page() -> str:
    """Return the page."""
    found = list_scenarios()
    rows = ["| name | title | question |\n|---|---|---|\n"]
    rows += [f"| [`{s.name}`](#{s.name}) | {s.title_en} | {s.question_en} |\n" for s in found]
    return HEAD + "".join(rows) + "".join(map(section, found))


def section(one: Scenario) -> str:
    """Return what one scenario says."""
    out = [f"\n## {one.name}\n\n**{one.title_en}**. {one.question_en}\\\n*{one.title_fr}. {one.question_fr}*\n\n"]
    if one.changes:
        out.append("| parameter | from | change | because |\n|---|---|---|---|\n")
    for entry in one.changes:
        when = moment(entry.since) + (f" until {moment(entry.until)}" if entry.until is not None else "")
        amount = getattr(entry, entry.how)
        sign = {"value": "", "factor": "x ", "add": "+ "}[entry.how]
        out.append(f"| `{entry.parameter}` | {when} | {sign}{shown(amount)} {entry.unit or ''} | {entry.because} |\n")
    if one.cost:
        out.append(f"\nCosts: {one.cost.what_en} Pays: {one.cost.payer_en}. Loses: {one.cost.loser_en}.\n")
    return "".join(out)


def moment(when: object) -> str:
    """Return a date, or a month counted from the start."""
    if when == 0:
        return "start"
    return f"month {when}" if isinstance(when, int) else f"{when:%Y-%m}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
