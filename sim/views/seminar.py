"""One HTML file with everything inside: the verdicts of a folder, their charts, and the code that makes them move.

The file asks nothing of any network, reads with scripts off, and is the same page that a server would give.
"""

import base64
import gzip
import json
import os
import re
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

from sim.errors import InputError, OutputError
from sim.views import charts, scenes
from sim.views.charts import NARROW, STILL, WIDE, Chart, Sheet
from sim.views.comb import comb
from sim.views.scenes import both, more, say, scene, whole
from sim.views.stairs import stairs
from sim.views.survival import survival
from sim.views.three_times import three_times
from sim.views.words import LANGUAGES, calendar, count, number, typography, word, words

PAGE = Path(__file__).with_name("page")
MODULES = ("main", "language", "charts", "scenes", "session")
NEEDED = ("claim", "statement", "statement_fr", "direction", "size", "evidence_level", "text_fr", "text_en")
SHOWN_WORDS = (  # of the glossary, those that the page uses
    "alliance",
    "alliance_engineering",
    "alliance_premium",
    "assumption",
    "chance",
    "claim",
    "confidence",
    "coordination_cost",
    "durability",
    "evidence_level",
    "frugality",
    "ignorance",
    "interval",
    "leverage",
    "paired_worlds",
    "parameter_draw",
    "reference_value",
    "run",
    "socio_economic_model",
    "solo_project",
    "trust",
    "verdict_direction_size",
)
CLIENT_WORDS = ("ui.scene", "ui.copied", "ui.saved", "guess.mark")  # those that scripts write


def write_page(folder: str | Path, out: str | Path, lang: str = "fr") -> Path:
    """Write the page of a folder of verdicts (or of one run) as one HTML file, and return its path."""
    folder, out = Path(folder), Path(out)
    if lang not in LANGUAGES:
        raise InputError(f"--lang {lang}: the page speaks {' and '.join(LANGUAGES)}.")
    if (folder / "verdict.json").is_file():
        html = verdict_page(read_verdicts(folder / "verdict.json"), _read(folder / "page.json", {}), lang)
    elif (folder / "run.json").is_file():
        html = run_page(_read(folder / "run.json", {}), lang)
    else:
        raise InputError(
            f"{folder}: there is no verdict.json and no run.json to make a page of.\n"
            "  Give the folder that `sim verdict --out DIR` or `sim run --out DIR` wrote."
        )
    _write(out, html)
    return out


def read_verdicts(file: Path) -> list[dict]:
    """Read a list of verdicts and refuse what the page could not show honestly."""
    found = _read(file, [])
    if not isinstance(found, list) or not found:
        raise InputError(f"{file}: it should hold a list of verdicts, and holds none.\n  Run `sim verdict` again.")
    for verdict in found:
        missing = [name for name in NEEDED if not isinstance(verdict, dict) or name not in verdict]
        if missing:
            name = verdict.get("claim", "?") if isinstance(verdict, dict) else verdict
            raise InputError(f"{file}: the verdict '{name}' lacks {', '.join(missing)}.\n  Run `sim verdict` again.")
    return found


def _read(file: Path, absent: object):
    """Read a JSON file; a page can do without page.json, not with a broken one."""
    if not file.is_file():
        return absent
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: it is not JSON ({error}).\n  Was it cut short? Run `sim verdict` again.") from None


def _write(out: Path, html: str) -> None:
    """Write the file whole or not at all."""
    draft = out.with_name(f"{out.name}.tmp-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(html, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        raise OutputError(f"{out}: the page cannot be written ({error.strerror}).\n  Choose another file.") from None


# --- verdicts -----------------------------------------------------------------------------------------------------


def verdict_page(verdicts: list[dict], page: dict, lang: str = "fr") -> str:
    """Return the page of a study; if a control fails, it says so and holds no verdict."""
    verdicts = scenes.normalised(verdicts)
    if scenes.controls_state(verdicts) != "passed":
        verdicts = [verdict for verdict in verdicts if scenes.is_control(verdict)]
        page = {name: page[name] for name in ("study", "territories") if name in page}
    drawn = draw_all(verdicts, page)
    claims = [verdict for verdict in verdicts if not scenes.is_control(verdict)]
    body = [scenes.summary(verdicts, page)]
    if claims:
        body += [scenes.guesses(claims, page), scenes.what_this_is(page), *_times(page, drawn), _money(page, drawn)]
        body.append(_cards(claims, page, drawn))
        body += [scenes.unsaid(), scenes.takeaway(verdicts, page)]
    else:
        body += [scenes.what_this_is(page), scenes.unsaid()]
    body += [scenes.parameters(page), scenes.glossary(f"term.{name}" for name in SHOWN_WORDS)]
    key = "ui.page_title_one" if len(claims) == 1 else "ui.page_title" if claims else "ui.page_title_none"
    title = {tongue: word(key, tongue, n=count(len(claims), tongue)) for tongue in LANGUAGES}
    return _assemble(title, "".join(body), drawn, scenes.level_of(verdicts), page.get("study", {}), lang)


def draw_all(verdicts: list[dict], page: dict) -> dict[str, dict[str, dict[str, Chart]]]:
    """Draw every chart that the data allow, in each size and language: drawn[key][size][language]."""
    makers: dict[str, Callable[[Sheet], Chart]] = {}
    if page.get("study"):
        for verdict in verdicts:
            if verdict["claim"] in page.get("claims", {}):
                makers[f"comb-{verdict['claim']}"] = partial(comb, verdict=verdict)
        for item in page.get("three_times", []):
            key = f"times-{item['indicator']}-{item.get('territory') or 'all'}"
            makers[key] = partial(three_times, item=item)
            makers[f"{key}-real"] = partial(three_times, item=item, clock="real")
        makers |= {name: make for name, make in (("survival", survival), ("premium", stairs)) if page.get(name)}
    return {
        key: {size.name: {lang: make(Sheet(page, lang, size)) for lang in LANGUAGES} for size in (STILL, WIDE, NARROW)}
        for key, make in makers.items()
    }


def _figure(drawn: dict[str, dict], key: str) -> str:
    """Return a chart of the study, if it has it."""
    return scenes.figure(drawn[key]["still"], real=f"{key}-real" in drawn) if key in drawn else ""


def _times(page: dict, drawn: dict[str, dict]) -> list[str]:
    """Return the scene of the three times, if the study followed them."""
    keys = [key for key in drawn if key.startswith("times-") and not key.endswith("-real")]
    return [scene("3", _figure(drawn, keys[0])), *(more(_figure(drawn, key)) for key in keys[1:])] if keys else []


def _money(page: dict, drawn: dict[str, dict]) -> str:
    """Return the scene of money: the stairs of the premium, then who pays, gains and loses."""
    picture = _figure(drawn, "premium")
    return scene("4", picture) + more(scenes.money(page)) if picture else scene("4", scenes.money(page))


def _cards(claims: list[dict], page: dict, drawn: dict[str, dict]) -> str:
    """Return the board, then one card per claim in their order."""
    extra = {(page.get("survival") or {}).get("claim"): "survival"}
    cards = []
    for verdict in claims:
        claim = verdict["claim"]
        figures = [_figure(drawn, f"comb-{claim}"), _figure(drawn, extra.get(claim, ""))]
        cards.append(scenes.card(verdict, page, figures))
    return scene("5", scenes.board(claims, page)) + "".join(cards)


# --- one run ------------------------------------------------------------------------------------------------------


def run_page(run: dict, lang: str = "fr") -> str:
    """Return the page of a single run: its indicators at each horizon, and why one world answers nothing."""
    horizons = run.get("horizons") or {}
    names = list(dict.fromkeys(name for values in horizons.values() for name in values))
    months = [key for key in ("18", "84", "336", "2050") if key in horizons]

    def grid(tongue: str) -> str:
        head = [word("run.indicator", tongue), *(_horizon(key, tongue) for key in months), word("run.unit", tongue)]
        values = {name: [_value(horizons[key].get(name), tongue) for key in months] for name in names}
        rows = [[_indicator(name, tongue), *values[name], _unit(horizons, name)] for name in names]
        return scenes.table(charts.Table(head, rows))

    facts = [
        say("run.months", "li", n=whole(run.get("months")), start=lambda tongue: calendar(run["start"], 0, tongue)),
        say("run.seed", "li", seed=run.get("seed")),
        say("run.agents", "li", n=whole(run.get("organisations"))),
    ]
    place = run.get("territory") or {}
    if place.get("population"):
        facts.insert(0, say("territories.size_plain", "li", population=whole(place["population"])))
    told = f"{say('run.lead', 'p', 'lead')}<ul>{''.join(facts)}</ul>{both(grid, 'div')}"
    body = f'<section class="summary" id="summary"><h2>{say("scene.run")}</h2>{told}</section>'
    title = {tongue: word("run.title", tongue) for tongue in LANGUAGES}
    return _assemble(title, body + scenes.unsaid(), {}, "A", {}, lang)


def _indicator(name: str, lang: str) -> str:
    """Name an indicator; one that this version does not know keeps the name that the run gave it."""
    from sim.indicators import INDICATORS

    known = {indicator.name: indicator for indicator in INDICATORS}
    if name not in known:
        return name
    return typography(known[name].label_fr if lang == "fr" else known[name].label_en, lang)


def _horizon(key: str, lang: str) -> str:
    """Name a horizon."""
    return key if key == "2050" else word(f"times.tick.{key}", lang)


def _value(found: dict | None, lang: str) -> str:
    """Write an indicator's value."""
    value = (found or {}).get("value")
    return number(value, lang, 3) if isinstance(value, (int, float)) else "–"


def _unit(horizons: dict, name: str) -> str:
    """Return the unit of an indicator."""
    return next((values[name].get("unit") or "" for values in horizons.values() if name in values), "")


# --- assembling ---------------------------------------------------------------------------------------------------


def _assemble(title: dict, body: str, drawn: dict, level: str, study: dict, lang: str) -> str:
    """Fill the skeleton of the page."""
    slots = {
        "lang": lang,
        "checked_fr": "checked" if lang == "fr" else "",
        "checked_en": "checked" if lang == "en" else "",
        "title": escape(title[lang]),
        "style": (PAGE / "page.css").read_text(encoding="utf-8"),
        "heading": both(lambda tongue: escape(title[tongue])),
        "level": f"{say('level.thought', 'strong')} {say(f'level.{level}')}",
        "why": say(f"level.why.{level}", "p"),
        "contents": _contents(body),
        "body": body,
        "foot": _foot(study),
        "words": _json({key: {tongue: getattr(words()[key], tongue) for tongue in LANGUAGES} for key in CLIENT_WORDS}),
        "charts": _packed(drawn),
        "imports": _imports(),
        "vega": charts.vega_bundle().replace("</script", "<\\/script") if drawn else "",
    }
    html = (PAGE / "page.html").read_text(encoding="utf-8")
    for key in _texts(html):
        html = html.replace("{{say:" + key + "}}", say(key)).replace("{{fr:" + key + "}}", escape(word(key, lang)))
    for name, value in slots.items():
        html = html.replace("{{" + name + "}}", value)
    return html


def _contents(body: str) -> str:
    """Return the way to each part that the page has."""
    parts = {"summary": "scene.summary"} | {f"scene-{n}": f"scene.{n}" for n in range(1, 8)}
    parts |= {"parameters": "parameter.title", "glossary": "glossary.title"}
    return " ".join(f'<a href="#{id_}">{say(key)}</a>' for id_, key in parts.items() if f'id="{id_}"' in body)


def _texts(html: str) -> list[str]:
    """Return the words that the skeleton asks for, written {{say:key}}, or {{fr:key}} inside an attribute."""
    return sorted(set(re.findall(r"\{\{(?:say|fr):([a-z0-9_.]+)\}\}", html)))


def _foot(study: dict) -> str:
    """Say version, worlds and study at the foot of the page."""
    if not study:
        return ""
    parts = [
        say("ui.version", version=study["version"]),
        say("ui.worlds", n=whole(study["runs"])),
        say("ui.study", id=study["id"]),
    ]
    if study.get("quick"):
        parts.append(say("ui.quick"))
    source = both(lambda tongue: escape(charts.source_of(study, tongue)), "p")
    command = f"<p>{say('ui.command')} <code>{escape(study['command'])}</code></p>" if study.get("command") else ""
    return f"<p>{' · '.join(parts)}</p>{source}{command}"


def _json(value: object) -> str:
    """Return JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def _packed(drawn: dict[str, dict]) -> str:
    """Return all specs as one gzip, base64: four drawings of the same data weigh little more than one."""
    specs = {
        key: {size: {lang: chart.spec for lang, chart in sizes[size].items()} for size in ("wide", "narrow")}
        for key, sizes in drawn.items()
    }
    return base64.b64encode(gzip.compress(_json(specs).encode(), 9, mtime=0)).decode()


def _imports() -> str:
    """Return an import map that holds the page's modules: the same files that a server would serve."""
    found = {}
    for name in MODULES:
        code = (PAGE / f"{name}.mjs").read_bytes()
        found[f"page/{name}"] = f"data:text/javascript;base64,{base64.b64encode(code).decode()}"
    return _json({"imports": found})
