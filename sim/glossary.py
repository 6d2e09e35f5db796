"""`sim explain NAME`: what a parameter, a column, a phase, a scenario, an indicator or a claim means.

Everything is read from the files that the model itself uses, so an explanation cannot lag behind.
"""

import csv
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from sim.errors import InputError
from sim.parameters import Parameter, Source, load_parameters
from sim.parameters.evidence import UNITS, facts
from sim.parameters.loader import read_yaml
from sim.scenarios import Scenario, list_scenarios
from sim.views.words import words

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")

WORDS = {
    "subject": ("sujet", "subject"),
    "value": ("valeur", "value"),
    "kind": ("nature", "kind"),
    "range": ("plage", "range"),
    "source": ("source", "source"),
    "recipe": ("calcul", "recipe"),
    "fact": ("fait", "fact"),
    "not_a_claim": ("pas la thèse", "not a claim"),
    "used_by": ("utilisé par", "used by"),
    "changed_by": ("changé par", "changed by"),
    "unit": ("unité", "unit"),
    "formula": ("formule", "formula"),
    "type": ("type", "type"),
    "owner": ("écrit par", "written by"),
    "when": ("moment du mois", "part of the month"),
    "reads": ("lit", "reads"),
    "writes": ("écrit", "writes"),
    "question": ("question", "question"),
    "change": ("change", "changes"),
    "nothing": ("rien", "nothing"),
    "cost": ("coûte", "costs"),
    "payer": ("payé par", "paid by"),
    "loser": ("y perdent", "losers"),
    "claimed_by": ("dit par", "claimed by"),
    "start": ("le début", "start"),
    "until": ("jusqu'à", "until"),
    "month": ("mois", "month"),
    "parameter": ("paramètre", "parameter"),
    "column": ("colonne", "column"),
    "phase": ("phase", "phase"),
    "scenario": ("scénario", "scenario"),
    "indicator": ("indicateur", "indicator"),
    "claim": ("thèse à tester", "claim to test"),
}
KINDS = {
    "law": ("texte de loi", "law"),
    "statistic": ("statistique", "statistic"),
    "calibrated": ("calé sur des données", "calibrated"),
    "assumption": ("hypothèse de l'équipe", "assumption of the team"),
}
LAWS = {
    "uniform": ("tirée uniformément", "drawn uniformly"),
    "log": ("tirée uniformément en logarithme", "drawn uniformly in logarithm"),
    "weight": ("tirée comme un poids, divisé par la somme des poids", "drawn as a weight, over the sum of weights"),
    "choice": ("tirée, à chances égales", "drawn, with equal chances"),
    "fixed": ("bornes permises, jamais tirée", "bounds, never drawn"),
}
HOW = {"value": "=", "factor": "×", "add": "+"}


def explain(name: str, lang: str = "fr") -> str:
    """Return everything there is to know about a name, or raise InputError with the names that look like it."""
    if lang not in LANGUAGES:
        raise InputError(f"lang: '{lang}' is not a language of the simulator.\n  Give fr or en.")
    sources = list(_sources())
    found = [describe(name, lang) for names, describe in sources if name in names]
    if found:  # a phase may be called as the parameter that it reads
        return "\n\n".join(found)
    known = [known for names, _ in sources for known in names]
    near = get_close_matches(name, known, n=4, cutoff=0.5)
    advice = (
        f"Did you mean {' or '.join(near)}?" if near else "'sim list parameters' and 'sim list scenarios' show some."
    )
    raise InputError(f"Nothing is called '{name}'.\n  {advice}")


def _sources() -> Iterator[tuple[list[str], Callable[[str, str], str]]]:
    """Yield the names of each kind and what describes them."""
    yield list(load_parameters()), parameter
    yield list(columns()), column
    yield [known.name for known in list_scenarios()], scenario
    yield list(claims()), claim
    yield list(lines_of_the_month()), phase
    yield list(indicators()), indicator


# One description per kind


def parameter(name: str, lang: str) -> str:
    """Describe a parameter: label, meaning, value, kind, range, source, users."""
    one = load_parameters()[name]
    lines = [("subject", subject(name, lang)), ("value", f"{shown(one.value)} {unit(one, lang)}")]
    lines += [("kind", say(KINDS[one.kind], lang))]
    lines += [("range", span(one, lang))] if one.low is not None or one.choices else []
    for when in sorted(one.values):
        lines += list(_citation(one.sources[when], f" ({when})" if len(one.values) > 1 else "", lang))
    lines += [("not_a_claim", one.not_a_claim)] if one.not_a_claim else []
    lines += [("used_by", ", ".join(one.used_by))] if one.used_by else []
    changing = [s.name for s in list_scenarios() if any(entry.parameter == name for entry in s.changes)]
    lines += [("changed_by", ", ".join(changing))] if changing else []
    label, meaning = (one.label_fr, one.meaning_fr) if lang == "fr" else (one.label_en, one.meaning)
    return page(name, "parameter", label, meaning, lines, lang)


def _citation(source: Source, when: str, lang: str) -> Iterator[tuple[str, str]]:
    yield "source", ((lang == "fr" and source.title_fr) or source.title) + when
    for field in (source.recipe, source.url, source.file):
        if field:
            yield "recipe" if field == source.recipe else "source", field
    for fact in map(facts().get, source.facts):
        yield "fact", f"{fact.id}: {fact.statement} [{fact.place}]"


def column(name: str, lang: str) -> str:
    """Describe a column of the state."""
    row = columns()[name]
    width = f" x {row['width']}" if row["width"] != "1" else ""
    lines = [("unit", row["unit"]), ("type", row["dtype"] + width), ("owner", row["owner"])]
    return page(name, "column", row["description"], "", lines, lang)


def phase(name: str, lang: str) -> str:
    """Describe a phase of the month: its reason, when it comes, what it reads and writes."""
    one = phases()[name]
    lines = [("when", f"{one['part']}. {getattr(words()['month.' + one['part']], lang)}")]
    lines += [(key, ", ".join(one[key]) or say(WORDS["nothing"], lang)) for key in ("reads", "writes")]
    return page(name, "phase", one["reason"], "", lines, lang)


def scenario(name: str, lang: str) -> str:
    """Describe a scenario: its question, its changes with their reasons, its cost."""
    one = next(known for known in list_scenarios() if known.name == name)
    lines = [("question", getattr(one, f"question_{lang}"))]
    lines += [("change", line) for line in _changes(one, lang)] or [("change", say(WORDS["nothing"], lang))]
    if one.cost:
        lines += [
            (f, getattr(one.cost, f"{key}_{lang}")) for f, key in (("cost", "what"), ("payer",) * 2, ("loser",) * 2)
        ]
    return page(name, "scenario", getattr(one, f"title_{lang}"), "", lines, lang)


def _changes(one: Scenario, lang: str) -> Iterator[str]:
    for entry in one.changes:
        amount = f"{HOW[entry.how]} {shown(getattr(entry, entry.how))} {entry.unit or ''}".strip()
        until = f", {say(WORDS['until'], lang)} {_moment(entry.until, lang)}" if entry.until is not None else ""
        yield f"{entry.parameter} {amount} ({_moment(entry.since, lang)}{until}): {entry.because}"


def _moment(when: object, lang: str) -> str:
    if when == 0:
        return say(WORDS["start"], lang)
    return f"{say(WORDS['month'], lang)} {when}" if isinstance(when, int) else f"{when:%Y-%m}"


def indicator(name: str, lang: str) -> str:
    """Describe an indicator: unit and formula."""
    one = indicators()[name]
    label = one.label_fr if lang == "fr" else one.label_en
    return page(name, "indicator", label, plainly(name, lang), [("unit", one.unit), ("formula", one.formula)], lang)


def plainly(name: str, lang: str) -> str:
    """Return what an indicator is, as one says it to a mayor: its own words, or those of its family."""
    while name and f"plain.{name}" not in words():
        name = name.rstrip("_").rpartition("_")[0] + "_" if "_" in name.rstrip("_") else ""
    return getattr(words()[f"plain.{name}"], lang) if name else ""


def claim(name: str, lang: str) -> str:
    """Describe a claim: what is said and by whom; the answer is that of `sim verdict`."""
    one = claims()[name]
    said = one["statement_fr" if lang == "fr" else "statement"]
    return page(name, "claim", said, "", [("claimed_by", one["claimed_by"][lang])], lang)


# Where names are looked up


@cache
def columns() -> dict[str, dict[str, str]]:
    """Return the columns of the state as 'table.column'."""
    rows = csv.DictReader((HERE / "columns.csv").read_text(encoding="utf-8").splitlines())
    return {f"{row['table']}.{row['column']}": row for row in rows}


def subject(name: str, lang: str) -> str:
    """Return the subject of a parameter in words."""
    return getattr(words()[f"subject.{name.split('.')[0]}"], lang)


@cache
def lines_of_the_month() -> dict[str, tuple[str, str | None]]:
    """Return {phase: (part of the month, reason)} as schedule.py writes them, without loading the phases."""
    found, part = {}, "1"
    for line in (HERE / "schedule.py").read_text(encoding="utf-8").partition("PHASES = (")[2].splitlines():
        if heading := re.match(r"    # (\d+)", line):
            part = heading[1]
        elif listed_ := re.match(r"    (\w+\.\w+),(?:  # (.*))?$", line):
            found[listed_[1]] = (part, listed_[2])
    return found


@cache
def phases() -> dict[str, dict]:
    """Return the phases in order: reason, part of the month, columns read and written."""
    from sim.schedule import PHASES

    found = {}
    for one in PHASES:
        name = f"{one.__module__.rpartition('.')[2]}.{one.__name__}"
        part, reason = lines_of_the_month()[name]
        reason = reason or (one.__doc__ or "").strip().splitlines()[0].rstrip(".")
        found[name] = {"part": part, "reason": reason, "reads": sorted(one.reads), "writes": sorted(one.writes)}
    return found


@cache
def indicators() -> dict:
    """Return the indicators by name; read here because they need the tables of a run."""
    from sim.indicators import INDICATORS

    return {one.name: one for one in INDICATORS}


@cache
def claims() -> dict[str, dict]:
    """Return the claims by identifier."""
    return read_yaml(HERE / "lab" / "claims.yaml", InputError)


def listed(what: str) -> list[dict]:
    """Return what `sim list` shows: one record per thing, its name first."""
    if what not in LISTS:
        raise InputError(f"list: '{what}' is not something that can be listed.\n  Give {', '.join(LISTS)}.")
    return LISTS[what]()


def _territories() -> list[dict]:
    from sim.territory import list_territories

    return [
        {"territory": p.spec, "name": p.name, "departement": p.departement, "population": p.population}
        for p in list_territories()
    ]


LISTS = {
    "scenarios": lambda: [
        {
            "name": s.name,
            "title": s.title_en,
            "question": s.question_en,
            "title_fr": s.title_fr,
            "question_fr": s.question_fr,
        }
        for s in list_scenarios()
    ],
    "territories": _territories,
    "claims": lambda: [{"name": n, "statement": c["statement"]} for n, c in claims().items()],
    "parameters": lambda: [
        {"name": p.name, "value": p.value, "unit": p.unit, "kind": p.kind, "label": p.label_en}
        for p in map(load_parameters().__getitem__, load_parameters())
    ],
    "phases": lambda: [{"name": n, "reason": p["reason"]} for n, p in phases().items()],
    "columns": lambda: [{"name": n, "unit": c["unit"], "description": c["description"]} for n, c in columns().items()],
    "indicators": lambda: [{"name": i.name, "unit": i.unit, "formula": i.formula} for i in indicators().values()],
}


def kinds_of(parameters: list[dict]) -> list[tuple[str, int, int]]:
    """Return (kind, how many parameters, how many of those that studies draw), in the order of KINDS."""
    drawn = set(load_parameters().drawn)
    return [
        (
            kind,
            sum(p["kind"] == kind for p in parameters),
            sum(p["kind"] == kind and p["name"] in drawn for p in parameters),
        )
        for kind in KINDS
    ]


# How it is written


def page(name: str, kind: str, label: str, meaning: str, lines: list[tuple[str, str]], lang: str) -> str:
    """Lay out one explanation: a title, a sentence, then one fact per line."""
    labels = [say(WORDS[key], lang) for key, _ in lines]
    width = max(map(len, labels))
    written = [f"  {label:<{width}}  {text}" for label, (_, text) in zip(labels, lines, strict=True)]
    said = [f"  {meaning[0].upper()}{meaning[1:]}."] if meaning else []
    return "\n".join([f"{name} ({say(WORDS[kind], lang)}): {label}", *said, *written])


def say(words: tuple[str, str], lang: str) -> str:
    """Return the word of a language."""
    return words[LANGUAGES.index(lang)]


def shown(value: float | list[float]) -> str:
    """Return a number as people read it."""
    return ", ".join(f"{v:g}" for v in value) if isinstance(value, (list, tuple)) else f"{value:g}"


def unit(one: Parameter, lang: str) -> str:
    """Return a unit with its meaning."""
    return f"{one.unit} ({UNITS[one.unit][f'meaning_{lang}']})"


def span(one: Parameter, lang: str) -> str:
    """Return the range of a parameter and how it is drawn."""
    to = say(("à", "to"), lang)
    ends = shown(list(one.choices)) if one.choices else f"{one.low:g} {to} {one.high:g}"
    return f"{ends} ({say(LAWS[one.law], lang)})"
