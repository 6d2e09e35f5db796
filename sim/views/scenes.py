"""What each scene of the page shows, as HTML in both languages at once; the page's style sheet shows one of them.

Every text comes from `words.csv` or, for the answers themselves, from `verdict.json`. If a control fails, no verdict
is written into the page at all: hiding one with a style would leave it for whoever looks.
"""

import math
import re
from collections.abc import Callable, Iterable
from html import escape

from sim.views import charts
from sim.views.charts import Chart, Table, measure, style_of
from sim.views.words import (
    LANGUAGES,
    count,
    day,
    duration,
    family_of,
    first_of,
    has,
    number,
    percent,
    rounded,
    typography,
    word,
    words,
)

ALIASES = {"depends_on": "depends", "not_applicable": None}  # the lab's words for an answer
SHAPES = {
    "supported": '<circle cx="12" cy="12" r="9" fill="currentColor"/>',
    "refuted": '<path d="M4 4 20 20M20 4 4 20" stroke="currentColor" stroke-width="4.5" stroke-linecap="round"/>',
    "undecided": '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="3"/>',
    "depends": '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="3"/>'
    '<path d="M12 4a8 8 0 0 0 0 16Z" fill="currentColor"/>',
    "not_tested": '<path d="M4 12h16" stroke="currentColor" stroke-width="3"/>',
}
COLON = {"fr": "\N{NO-BREAK SPACE}: ", "en": ": "}
PRIORS = (("card.prior", "p", "p0"), ("card.prior_size", "p_size", "p0_size"))
# The seven models: the same order, letter and colour everywhere (Okabe-Ito), and the outside.
MODELS = {
    "A": "#0072B2",
    "P": "#E69F00",
    "E": "#009E73",
    "F": "#CC79A7",
    "S": "#56B4E9",
    "U": "#D55E00",
    "G": "#F0E442",
    "X": "#8b9096",
}
# What a person may answer before seeing: the question decides, not the result.
GUESSES = {
    "H1": (-0.1, 0, 0.1, 0.3, 1),
    "H1a": (-0.1, 0, 0.1, 0.3, 1),
    "H2": (0.8, 1, 1.2, 1.5, 2, 3),
    "H3": (0.8, 1, 1.2, 1.5, 2, 3),
    "H4": (0, 1, 2, 3, 5, 7, 10),
    "H4b": (0, 1, 2, 3, 5, 7, 10),
}


# --- both languages ---------------------------------------------------------------------------------------------


def both(make: Callable[[str], str], tag: str = "span", **attributes: str) -> str:
    """Return what `make` writes in each language, each marked with its own."""
    extra = "".join(f' {name.rstrip("_")}="{escape(value)}"' for name, value in attributes.items())
    return "".join(f'<{tag} lang="{lang}"{extra}>{make(lang)}</{tag}>' for lang in LANGUAGES)


def say(key: str, tag: str = "span", class_: str = "", **blanks) -> str:
    """Return a word of the list in both languages; a blank that differs by language is a function of it."""

    def text(lang: str) -> str:
        values = {name: blank(lang) if callable(blank) else blank for name, blank in blanks.items()}
        return escape(word(key, lang, **values), quote=False)

    return both(text, tag, class_=class_) if class_ else both(text, tag)


def whole(value: int | None) -> Callable[[str], str]:
    """Return a blank for a whole number."""
    return lambda lang: count(value, lang)


def told(thing: dict, field: str, lang: str) -> str:
    """Return a text of the lab in one language, escaped and set as printers do."""
    names = (f"{field}_fr", field) if lang == "fr" else (f"{field}_en", field)
    text = next((thing[name] for name in names if thing.get(name)), "")
    return escape(typography(text, lang), quote=False)


def mark(answer: str | None, lang: str) -> str:
    """Return an answer as a shape and a word: never a colour alone."""
    if answer is None:
        return f'<span class="mark none">{escape(word("mark.none", lang))}</span>'
    shape = f'<svg viewBox="0 0 24 24" aria-hidden="true">{SHAPES[answer]}</svg>'
    return f'<span class="mark">{shape} {escape(word(f"mark.{answer}", lang))}</span>'


def table(texts: Table, caption: str = "") -> str:
    """Return a table of texts."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in texts.head)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in texts.rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    grid = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table class="numbers">{title}{grid}</table></div>'


def figure(chart: dict[str, Chart], real: bool = False) -> str:
    """Return a chart drawn beforehand, its numbers, and a place where scripts may draw it live."""
    key = chart["fr"].key
    still = both(lambda lang: _picture(chart[lang], lang), "div", class_="still")
    numbers = both(lambda lang: table(chart[lang].table, chart[lang].title), "div")
    off, on = f'<span class="off">{say("ui.real_time")}</span>', f'<span class="on">{say("ui.three_stretches")}</span>'
    clock = f'<button type="button" class="clock js" aria-pressed="false">{off}{on}</button>' if real else ""
    return (
        f'<figure class="chart" data-chart="{key}">{still}<div class="live"></div><figcaption>'
        f'<details class="figures"><summary>{say("ui.numbers")}</summary>{numbers}</details>'
        f'{clock}<button type="button" class="picture js">{say("ui.save_image")}</button></figcaption></figure>'
    )


def _picture(chart: Chart, lang: str) -> str:
    """Return the SVG of a chart with one description for those who do not see it."""
    svg = charts.render_chart(chart.spec)
    svg = re.sub(r'^<svg([^>]*?) width="\d+" height="\d+"', r"<svg\1", svg)
    label = f"{word('chart.picture', lang)}{COLON[lang]}{chart.title}"
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)


def scene(number_: str, body: str, title: str | None = None, notes: bool = True) -> str:
    """Return one scene: its title, what it shows, and what a facilitator may say."""
    heading = say(f"scene.{number_}") if title is None else title
    words = f'<aside class="notes">{say(f"notes.{number_}", "p")}</aside>' if notes else ""
    return f'<section class="scene" id="scene-{number_}" data-step><h2>{heading}</h2>{body}{words}</section>'


def more(body: str) -> str:
    """Return what a scene shows after its first picture: under it on a page, one by one on a stage."""
    return f'<div class="more" data-step>{body}</div>'


# --- answers ------------------------------------------------------------------------------------------------------


def normalised(verdicts: list[dict]) -> list[dict]:
    """Return verdicts whose answers are the four words of the page, or none."""
    return [
        verdict | {name: ALIASES.get(verdict.get(name), verdict.get(name)) for name in ("direction", "size")}
        for verdict in verdicts
    ]


def is_control(verdict: dict) -> bool:
    """Say whether a verdict is a control: H0a, H0b ..."""
    return verdict["claim"].startswith("H0")


def controls_state(verdicts: list[dict]) -> str:
    """Return `passed`, `failed` or `pending`: a study without controls is pending, never passed."""
    answers = [verdict["direction"] for verdict in verdicts if is_control(verdict)]
    if "refuted" in answers:
        return "failed"
    return "passed" if answers and set(answers) == {"supported"} else "pending"


def controls(verdicts: list[dict]) -> str:
    """Say whether what should not happen does not happen, and list the checks."""
    checks = [verdict for verdict in verdicts if is_control(verdict)]
    state = controls_state(verdicts)
    failed = [check["claim"] for check in checks if check["direction"] == "refuted"]
    key = {"passed": "controls.passed", "pending": "controls.pending", "failed": "controls.failed"}[state]
    if state == "passed" and len(checks) == 1:
        key = "controls.passed_one"
    if len(failed) > 1:
        key = "controls.failed_many"
    verdict_line = say(key, "strong", n=whole(len(failed or checks)), which=", ".join(failed))
    rows = "".join(_check(check) for check in checks)
    listing = f"<details><summary>{say('controls.list')}</summary><ul>{rows}</ul></details>" if checks else ""
    hidden = say("controls.hidden", "p") if state == "failed" else ""
    sign = {"passed": "✔", "failed": "✕", "pending": "○"}[state]
    line = f'<span class="sign" aria-hidden="true">{sign}</span> <b>H0</b> {say("controls.statement")} {verdict_line}'
    return f'<div class="controls {state}"><p>{line}</p>{hidden}{listing}</div>'


def _check(verdict: dict) -> str:
    """Return one control: what must hold, and whether it does."""
    answer = say(f"controls.{verdict['direction']}", "em")
    statement = both(lambda lang: told(verdict, "statement", lang))
    return f'<li class="{verdict["direction"]}"><b>{verdict["claim"]}</b> {statement} {answer}</li>'


def board(verdicts: list[dict], page: dict, linked: bool = True) -> str:
    """Return one line per claim: two answers, the value, what is claimed, what is ordinary. Ordered by number."""
    rows = "".join(_line(verdict, page, linked) for verdict in verdicts if not is_control(verdict))
    names = ("direction", "size", "says", "claimed", "reference")
    head = f'<th scope="col" colspan="2">{say("board.claim")}</th>'
    head += "".join(f'<th scope="col">{say(f"board.{name}")}</th>' for name in names)
    answers = ("supported", "refuted", "undecided", "depends")
    legend = both(lambda lang: " ".join(mark(answer, lang) for answer in answers), "p", class_="legend")
    grid = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table class="board">{grid}</table></div>{legend}'


def _line(verdict: dict, page: dict, linked: bool) -> str:
    """Return one line of the board."""
    claim, style = verdict["claim"], style_of(verdict, page.get("claims", {}).get(verdict["claim"]))
    name = f'<a href="#card-{claim}">{claim}</a>' if linked else claim
    cells = [
        ("statement", lambda lang: _statement(verdict, lang)),
        ("sens", lambda lang: mark(verdict["direction"], lang)),
        ("ampleur", lambda lang: mark(verdict["size"], lang)),
        ("value", lambda lang: value_of(verdict, style, lang)),
        ("claimed", lambda lang: measure(verdict.get("claimed"), style, lang, 3)),
        ("reference", lambda lang: measure(verdict.get("reference_value"), style, lang, 3)),
    ]
    row = "".join(f'<td class="{name_}">{both(make)}</td>' for name_, make in cells)
    return f'<tr><th scope="row">{name}</th>{row}</tr>'


def _statement(verdict: dict, lang: str) -> str:
    """Return a claim between the quotation marks of its language."""
    text = told(verdict, "statement", lang)
    return f"«\N{NO-BREAK SPACE}{text}\N{NO-BREAK SPACE}»" if lang == "fr" else f"“{text}”"


def value_of(verdict: dict, style: str, lang: str) -> str:
    """Return the estimate and its interval, at most two significant digits."""
    if verdict["direction"] == "not_tested" or verdict.get("estimate") is None:
        return "–"
    low, high, *_ = verdict.get("interval") or (None, None)
    value = f"<b>{measure(verdict['estimate'], style, lang)}</b>"
    if low is None or high is None:
        return value
    ends = word("card.range", lang, low=measure(low, style, lang), high=measure(high, style, lang))
    return f'{value} <span class="range">({ends})</span>'


def card(verdict: dict, page: dict, drawn: list[str]) -> str:
    """Return one card: who says it, what the model answers, when it holds, what it rests on."""
    claim, style = verdict["claim"], style_of(verdict, page.get("claims", {}).get(verdict["claim"]))
    statement = both(lambda lang: _statement(verdict, lang))
    said_by = both(
        lambda lang: f"{escape(word('card.said_by', lang))}{COLON[lang]}{told(verdict, 'claimed_by', lang)}",
        "p",
        class_="said",
    )
    answer = [
        f'<h4 class="part">{say("card.says")}</h4>',
        _answers(verdict, style),
        both(lambda lang: told(verdict, "text", lang), "p", class_="sentence"),
        _interval_note(verdict),
        _prior(verdict),
        *drawn,
        _shares(verdict),
        _by_place(verdict, page, style),
    ]
    return (
        f'<article class="card" id="card-{claim}" data-step data-claim="{claim}">'
        f"<header><h3><b>{claim}</b> {statement}</h3>{said_by}</header>"
        f'<p class="veil">{say("card.veil")}</p><div class="answer">{"".join(answer)}</div>'
        f'<div class="three">{_when(verdict)}{_not_said(claim)}{_rests_on(verdict, page)}</div>'
        f"<footer>{_footer(verdict, page)}{_copy(verdict, page)}</footer></article>"
    )


def _answers(verdict: dict, style: str) -> str:
    """Return the two answers and the value, side by side and equally large."""
    parts = [
        ("board.direction", lambda lang: mark(verdict["direction"], lang)),
        ("board.size", lambda lang: mark(verdict["size"], lang)),
        ("board.says", lambda lang: value_of(verdict, style, lang)),
    ]
    return (
        '<div class="answers">'
        + "".join(f"<div><h5>{say(key)}</h5>{both(make)}</div>" for key, make in parts)
        + "</div>"
    )


def _interval_note(verdict: dict) -> str:
    """Say what the interval holds."""
    level = (verdict.get("interval") or [None, None, None])[2]
    if level is None or verdict["direction"] == "not_tested":
        return ""
    return say("card.interval_note", "p", "small", level=lambda lang: percent(level, lang))


def _prior(verdict: dict) -> str:
    """Say what the chosen ranges gave before any run, and whether the verdict is theirs."""
    parts = []
    if verdict.get("prior_driven"):
        parts.append(f'<p><b class="label">{say("card.prior_label")}</b> {say("card.prior_driven")}</p>')
    lines = [_before_after(key, verdict.get(p), verdict.get(p0)) for key, p, p0 in PRIORS]
    if any(lines):
        parts.append(f'<p class="small">{" ".join(lines)}</p>')
    return f'<div class="prior">{"".join(parts)}</div>' if parts else ""


def _before_after(key: str, p: float | None, p0: float | None) -> str:
    """Say in how many sets of assumptions in 100 a claim held before any run, and after."""
    if p is None or p0 is None:
        return ""
    return say(key, p0=whole(round(100 * p0)), p=whole(round(100 * p)))


def _shares(verdict: dict) -> str:
    """Show why bars differ: chance, ignorance, form of the model; a pattern and a number for each."""
    shares = {name: (verdict.get("uncertainty") or {}).get(name) for name in ("chance", "ignorance", "form")}
    if any(share is None for share in shares.values()):
        return ""
    bars = "".join(f'<i class="{name}" style="flex-grow:{share:.4f}"></i>' for name, share in shares.items())
    names = " · ".join(_key(name, share) for name, share in shares.items())
    return (
        f'<div class="shares"><h4>{say("card.shares")}</h4><div class="bar" aria-hidden="true">{bars}</div>'
        f'<p class="small">{names}</p></div>'
    )


def _key(name: str, share: float) -> str:
    """Return one entry under the bar of shares."""
    told_ = say("card.share", name=lambda lang: word(f"card.{name}", lang), share=lambda lang: percent(share, lang))
    return f'<span class="key {name}"></span>{told_}'


def _by_place(verdict: dict, page: dict, style: str) -> str:
    """List the same answer by type of territory, in the order of the study: no ranking."""
    found, places = verdict.get("by_place") or {}, {place["key"]: place for place in page.get("territories", [])}
    rows = [
        (places[key], values) for key, values in found.items() if key in places and values and values[0] is not None
    ]
    if not rows:
        return ""
    rows.sort(key=lambda row: list(places).index(row[0]["key"]))
    items = "".join(f"<li>{_in_place(place, values, style)}</li>" for place, values in rows)
    return f'<div class="places"><h4>{say("card.by_place")}</h4><ul>{items}</ul></div>'


def _in_place(place: dict, values: list[float], style: str) -> str:
    """Return the answer in one type of territory."""
    middle, low, high = values

    def text(lang: str) -> str:
        ends = word("card.range", lang, low=measure(low, style, lang), high=measure(high, style, lang))
        return (
            f"{charts.kind_of(place, lang)} <b>{measure(middle, style, lang)}</b> <span class='range'>({ends})</span>"
        )

    return both(text)


def _when(verdict: dict) -> str:
    """Say under which condition the claim holds, or what the answer depends on."""
    conditional = verdict["direction"] == "depends" or verdict["size"] == "depends"
    key = "card.when" if conditional else "card.depends"
    if verdict["direction"] == "not_tested":
        return ""
    could = ""  # what so many draws could have settled at all
    if verdict.get("power_fr"):
        could = f'<p class="small">{both(lambda lang: told(verdict, "power", lang))}</p>'
    if not verdict.get("conditions_fr"):
        return f"<div><h4>{say('card.when')}</h4>{say('card.no_condition', 'p')}{could}</div>"
    return f"<div><h4>{say(key)}</h4>{both(lambda lang: told(verdict, 'conditions', lang), 'p')}{could}</div>"


def _not_said(claim: str) -> str:
    """Say what no reader should take from a card."""
    own = first_of(f"not_said.{claim}", f"not_said.{family_of(claim)}", "not_said.all")
    more = say(own, "p") if own != "not_said.all" else ""
    return f"<div><h4>{say('card.not_said')}</h4>{say('not_said.all', 'p')}{more}</div>"


def _rests_on(verdict: dict, page: dict) -> str:
    """Count the assumptions behind an answer and lead to each of them."""
    known = page.get("parameters", {})
    names = [name for name in verdict.get("assumptions") or [] if name in known]
    if not names:
        return ""
    team = sum(known[name]["kind"] == "assumption" for name in names)
    key = "card.assumptions_one" if len(names) == 1 else "card.assumptions"
    line = say(key, "p", n=whole(len(names)), team=whole(team))
    links = "".join(_link(name, known[name]) for name in names)
    return (
        f"<div><h4>{say('card.rests_on')}</h4>{line}<details><summary>{say('card.which')}</summary>"
        f"<ul>{links}</ul></details></div>"
    )


def _link(name: str, entry: dict) -> str:
    """Return a way from a card to one of its assumptions."""
    return f'<li><a href="#parameter-{name}">{both(lambda lang: told(entry, "label", lang))}</a></li>'


def _footer(verdict: dict, page: dict) -> str:
    """Return the level, the worlds, the date of registration and what exactly is measured."""
    study = page.get("study", {})

    def line(lang: str) -> str:
        numbers = {name: count(verdict[name], lang) for name in ("runs", "draws", "seeds", "forms")}
        parts = [word(f"level.{verdict['evidence_level']}", lang), word("card.worlds", lang, **numbers)]
        date = verdict.get("registered") or study.get("registered")
        if date:
            parts.append(word("card.registered", lang, date=day(date, lang)))
        return escape(" · ".join(parts))

    estimand = f'<p class="small">{say("card.estimand")} <code>{escape(verdict["estimand"])}</code></p>'
    return f"{both(line, 'p')}{estimand}"


def _copy(verdict: dict, page: dict) -> str:
    """Return the button that copies a sentence which keeps its limits when it travels."""
    id_ = page.get("study", {}).get("id", "")

    def sentence(lang: str) -> str:
        tail = word("card.quote", lang, level=verdict["evidence_level"], id=id_)
        return f"{typography(verdict.get(f'text_{lang}') or '', lang)} ({tail})"

    data = " ".join(f'data-{lang}="{escape(sentence(lang))}"' for lang in LANGUAGES)
    return f'<button type="button" class="copy js" {data}>{say("ui.copy_sentence")}</button>'


# --- scenes -------------------------------------------------------------------------------------------------------


def summary(verdicts: list[dict], page: dict) -> str:
    """Return the answer first: the controls, then the board."""
    claims = [verdict for verdict in verdicts if not is_control(verdict)]
    lead = say("summary.lead", "p", "lead", n=whole(len(claims)))
    shown = board(verdicts, page) if controls_state(verdicts) == "passed" else ""
    added = say("summary.never_added", "p") if shown else ""
    told_ = f"{lead}{controls(verdicts)}{shown}{added}"
    return f'<section class="summary" id="summary"><h2>{say("scene.summary")}</h2>{told_}</section>'


def guesses(verdicts: list[dict], page: dict) -> str:
    """Ask before showing: one row of answers per claim, with a count of raised hands."""
    rows = []
    for verdict in verdicts:
        claim = verdict["claim"]
        if claim not in GUESSES or not has(f"guess.{family_of(claim)}"):
            continue
        style = style_of(verdict, page.get("claims", {}).get(claim))
        choices = "".join(_choice(value, style) for value in GUESSES[claim])
        legend = f"<legend><b>{claim}</b> {say(f'guess.{family_of(claim)}')}</legend>"
        rows.append(
            f'<fieldset class="guess" data-claim="{claim}">{legend}<div class="choices">{choices}</div></fieldset>'
        )
    tools = f'<p class="js"><button type="button" class="reset">{say("ui.reset_votes")}</button></p>'
    tools += say("ui.session_note", "p", "small")
    return scene("1", f"{say('guess.lead', 'p')}{''.join(rows)}{tools}")


def _choice(value: float, style: str) -> str:
    """Return one possible guess: a button that adds a vote, and how many votes it has."""

    same = value == (1 if style == "times" else 0 if style == "percent" else None)

    def text(lang: str) -> str:
        sign = "+" if style == "percent" and value > 0 else ""
        return word("comb.same", lang) if same else sign + measure(value, style, lang)

    data = " ".join(f'data-{lang}="{escape(text(lang))}"' for lang in LANGUAGES)
    button = f'<button type="button" data-value="{value}" {data}>{both(text)}</button>'
    hands = f'<input type="number" min="0" max="999" inputmode="numeric" aria-label="{escape(word("ui.votes", "fr"))}">'
    return f'<div class="choice">{button}{hands}</div>'


def what_this_is(page: dict) -> str:
    """Say what the page is and is not, which worlds are compared, and which sizes are simulated."""
    lists = _points("is.title", "is.1", "is.2", "is.3") + _points("isnot.title", "isnot.1", "isnot.2", "isnot.3")
    worlds = "".join(_world(name) for name in ("W0", "W1", "W2", "W3", "W4"))
    compared = f'<div><h3>{say("worlds.title")}</h3><ul class="worlds">{worlds}</ul></div>'
    return scene("2", f'<div class="two">{lists}</div><div class="two">{compared}{territories(page)}</div>')


def _points(title: str, *keys: str) -> str:
    """Return a title and its points."""
    return f"<div><h3>{say(title)}</h3><ul>{''.join(f'<li>{say(key)}</li>' for key in keys)}</ul></div>"


def _world(name: str) -> str:
    """Return one of the five worlds in plain words."""
    return f"<li><b>{say(f'worlds.{name}')}</b> {say(f'worlds.plain.{name}')}</li>"


def territories(page: dict) -> str:
    """Show simulated territories as discs whose area is their population; names stay in the note."""
    places = page.get("territories", [])
    if not places:
        return ""
    largest = max(place["population"] for place in places)
    items = "".join(_place(place, largest) for place in places)
    names = ", ".join(f"({n}) {place['name']}" for n, place in enumerate(places, 1))
    note = say("territories.note", "p", "small", names=names)
    lead = say("territories.lead", "p")
    return f'<div class="territories"><h3>{say("territories.title")}</h3>{lead}<ul>{items}</ul>{note}</div>'


def _place(place: dict, largest: int) -> str:
    """Return one territory: a disc, a type, a size, and how many others the model cannot tell from it."""
    radius = 46 * math.sqrt(place["population"] / largest)
    disc = f'<svg viewBox="0 0 100 100" aria-hidden="true"><circle cx="50" cy="50" r="{radius:.1f}"/></svg>'

    size = "territories.size" if place.get("communes") else "territories.size_plain"
    told_ = say(size, population=whole(place["population"]), communes=whole(place.get("communes")))
    if place.get("twins") is not None:
        key = {0: "territories.twins_none", 1: "territories.twins_one"}.get(place["twins"], "territories.twins")
        told_ += "<br>" + say(key, class_="small", n=whole(place["twins"]))
    kind = say(f"territory.{place['kind']}")
    return f"<li>{disc}<div><b>{kind}</b><br>{told_}</div></li>"


def money(page: dict) -> str:
    """Show who pays, who gains and who loses among the seven models, in their fixed order."""
    who = page.get("who")
    if not who:
        return f"<h3>{say('money.title')}</h3>{say('money.none', 'p')}"
    lead = say("money.lead", "p", horizon=lambda lang: duration(who["horizon"], lang))
    rows = "".join(_payer(row) for row in sorted(who["rows"], key=lambda row: list(MODELS).index(row["model"])))
    head = "".join(
        f'<th scope="col">{say(f"money.{name}")}</th>' for name in ("model", "pays", "difference", "interval")
    )
    grid = f'<table class="money"><thead><tr>{head}<th></th></tr></thead><tbody>{rows}</tbody></table>'
    unit = say("chart.unit", unit=lambda lang: word(f"unit.{who['unit']}", lang))
    differs = say(f"contrast.{who['contrast']}")
    return f'<h3>{say("money.title")}</h3>{lead}<div class="scroll">{grid}</div><p class="small">{unit} {differs}</p>'


def _payer(row: dict) -> str:
    """Return one model's line: letter, colour and name; then what it pays and what changes."""
    letter = f'<i class="letter" style="--hue:{MODELS[row["model"]]}">{row["model"]}</i>'
    sign = "+" if (row["difference"] or 0) > 0 else ""
    pays = both(lambda lang: rounded(row["pays"], lang))
    changes = both(lambda lang: f"<b>{sign}{rounded(row['difference'], lang)}</b>")
    ends = say("card.range", low=lambda lang: rounded(row["low"], lang), high=lambda lang: rounded(row["high"], lang))
    name = f"{letter} {say('model.' + row['model'])}"
    cells = "".join(f"<td>{cell}</td>" for cell in (pays, changes, ends, say("money." + row["change"])))
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def unsaid() -> str:
    """List what the model does not say, and leave room for what the room knows."""
    items = "".join(f"<li>{say(f'unsaid.{n}')}</li>" for n in range(1, 6))
    box = '<textarea rows="5" class="js" aria-labelledby="objections"></textarea>'
    asked = f'<h3 id="objections">{say("unsaid.objections")}</h3>{say("unsaid.placeholder", "p", "small js")}'
    return scene("6", f'<ul class="big">{items}</ul>{asked}<div class="objections">{box}</div>')


def takeaway(verdicts: list[dict], page: dict) -> str:
    """Return the sheet that people leave with: answers on the front, limits on the back."""
    study, passed = page.get("study", {}), controls_state(verdicts) == "passed"
    front = f"{controls(verdicts)}{board(verdicts, page, linked=False) if passed else ''}"
    back = "".join(f"<li>{say(f'unsaid.{n}')}</li>" for n in range(1, 6))
    sheet, save = (
        f'<button type="button" class="{name}">{say(f"ui.{key}")}</button>'
        for name, key in (("sheet-print", "print_sheet"), ("save", "save_session"))
    )
    tools = f'<p class="js tools">{sheet} {save}</p>'
    stamp = f"{say('level.thought')} {say('level.' + level_of(verdicts))} {say('chart.not_forecast')}"
    lines = '<p class="rule"></p>' * 2
    body = (
        f'{say("takeaway.lead", "p")}{tools}<div class="sheet front"><p class="stamp">{stamp}</p>{front}</div>'
        f'<div class="sheet back"><h3>{say("scene.6")}</h3><ul>{back}</ul><h3>{say("takeaway.next")}</h3>{lines}'
        f"{_reference(study)}</div>"
    )
    return scene("7", body)


def _reference(study: dict) -> str:
    """Say how to cite the page, where the data come from, and how to do it all again."""
    if not study:
        return ""
    cite = say("takeaway.cite", "p", version=study["version"], id=study["id"])
    data = say("takeaway.attribution", "p", date=lambda lang: day(study["data_date"], lang))
    command = f"<p>{say('ui.command')} <code>{escape(study.get('command') or '')}</code></p>"
    ranges = say("takeaway.registered", "p", hash=study["ranges_hash"]) if study.get("ranges_hash") else ""
    return f'<div class="reference small">{cite}{data}{command}{ranges}{say("takeaway.files", "p")}</div>'


def level_of(verdicts: list[dict]) -> str:
    """Return the weakest evidence level among the verdicts: the page is as strong as that."""
    return max(
        (verdict.get("evidence_level") or "A" for verdict in verdicts), key=lambda level: -ord(level), default="A"
    )


def parameters(page: dict) -> str:
    """List every assumption with its range, its kind and its source: the third click."""
    known = page.get("parameters") or {}
    if not known:
        return ""
    head = "".join(
        f'<th scope="col">{say(f"parameter.{name}")}</th>' for name in ("name", "range", "unit", "kind", "source")
    )
    rows = "".join(_parameter(name, entry) for name, entry in known.items())
    grid = f'<table class="parameters"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return (
        f'<section class="annex" id="parameters"><h2>{say("parameter.title")}</h2>{say("parameter.lead", "p")}'
        f'<details><summary>{say("card.which")}</summary><div class="scroll">{grid}</div></details></section>'
    )


def _parameter(name: str, entry: dict) -> str:
    """Return one assumption as a line that cards point at."""

    def ends(lang: str) -> str:
        if not isinstance(entry.get("low"), (int, float)) or not isinstance(entry.get("high"), (int, float)):
            return number(entry["value"], lang, 3) if isinstance(entry.get("value"), (int, float)) else "–"
        return escape(word("card.range", lang, low=number(entry["low"], lang, 3), high=number(entry["high"], lang, 3)))

    name_ = both(lambda lang: f"{told(entry, 'label', lang)}<br><small>{told(entry, 'meaning', lang)}</small>")
    source = f"{escape(str(entry.get('source') or ''))} <small>{escape(str(entry.get('date') or ''))}</small>"
    kind = say(first_of(f"kind.{entry['kind']}", "kind.assumption"))
    cells = "".join(f"<td>{cell}</td>" for cell in (both(ends), escape(str(entry.get("unit") or "")), kind, source))
    return f'<tr id="parameter-{name}"><th scope="row">{name_}<br><code>{name}</code></th>{cells}</tr>'


def glossary(keys: Iterable[str]) -> str:
    """Explain the words of the page in plain French."""
    items = "".join(_entry(key) for key in keys)
    body = f"<details><summary>{say('glossary.lead')}</summary><dl>{items}</dl></details>"
    return f'<section class="annex" id="glossary"><h2>{say("glossary.title")}</h2>{body}</section>'


def _entry(key: str) -> str:
    """Return one word, its English and its definition; shown in French whatever the language of the page."""
    term, english = escape(word(key, "fr")), escape(word(key, "en"))
    plain = escape(typography(words()[key].plain_fr, "fr"))
    return (
        f'<dt lang="fr" class="always">{term} <small>({english})</small></dt><dd lang="fr" class="always">{plain}</dd>'
    )
