"""What all charts share: the title that is the finding, the nine caveats inside the picture, the ink, the drawing.

Charts are Vega-Lite specs, the same in a page, a picture and a printed sheet; each lives in its own file (`comb.py`,
`three_times.py`, `survival.py`, `stairs.py`). Nothing is computed here on results: the lab hands over quantiles,
classes and bands ready to be drawn (`docs/page-data.md`); charts choose places, words and ink.
"""

import json
import textwrap
from functools import cache
from typing import NamedTuple

from sim.views.words import calendar, count, day, family_of, first_of, has, percent, rounded, word

INK, SOFT, GRID, PAPER = "#1b1f24", "#5b6168", "#e4e2dc", "#ffffff"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # metrics known beforehand: the same line breaks everywhere
FIRST_WORLD, SECOND_WORLD = "#0072B2", "#B35C00"  # blue and brown: told apart by colour-blind readers, dark on white
EURO = "\N{NO-BREAK SPACE}€"


class Size(NamedTuple):
    """How large a chart is drawn, and whether it will answer a pointer."""

    name: str
    width: int
    title: int
    text: int
    small: int

    @property
    def roomy(self) -> bool:
        """Say whether it is for a screen or a sheet rather than a phone."""
        return self.width > 600

    def wrap(self, text: str, font: int, letter: float = 0.5) -> list[str]:
        """Break a text into lines that fit, a letter being `letter` times as wide as high; no-break spaces hold."""
        return textwrap.wrap(text, int(self.width / (font * letter)), break_long_words=False)


WIDE = Size("wide", 1000, 24, 16, 13)
STILL = WIDE._replace(name="still")  # the same without what only a pointer uses
NARROW = Size("narrow", 400, 17, 13, 11)


class Sheet(NamedTuple):
    """What a chart is drawn on: the study's data, a language, a size."""

    page: dict
    lang: str
    size: Size = WIDE

    def word(self, key: str, **blanks) -> str:
        """Return a word of the list in the sheet's language."""
        return word(key, self.lang, **blanks)

    def level(self) -> str:
        """Return the share of worlds that bands hold."""
        return percent(self.page["study"]["level"], self.lang)


class Table(NamedTuple):
    """The numbers of a chart, as text, for « Voir les chiffres »."""

    head: list[str]
    rows: list[list[str]]


class Chart(NamedTuple):
    """One drawing: its finding, its Vega-Lite spec and its numbers."""

    key: str
    title: str
    spec: dict
    table: Table


# --- what every chart carries -------------------------------------------------------------------------------------


def framed(sheet: Sheet, key: str, finding: str, panels: list[dict], caveats: "Caveats", table: Table) -> Chart:
    """Set the finding above the panels and the caveats around them, inside the picture."""
    size = sheet.size
    title = sheet.word("finding.in_model", finding=finding)
    above, below = ([line for text in texts for line in size.wrap(text, font)] for texts, font in caveats.lines(sheet))
    foot = {"type": "text", "align": "left", "baseline": "top", "x": 0, "y": 0, "text": below}
    step = round(size.small * 1.4)
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": PAPER,
        "padding": 14,
        "title": {"text": size.wrap(title, size.title, letter=0.56), "subtitle": above},
        "vconcat": [
            *panels,
            once(foot | {"lineHeight": step, "fontSize": size.small, "color": SOFT})
            | {"width": size.width, "height": step * len(below)},
        ],
        "spacing": 18,
        "config": config(sheet),
    }
    return Chart(key, title, _short(spec), table)


class Caveats(NamedTuple):
    """What a picture that travels alone still says: nine things, the finding being the first."""

    item: dict  # the part of the study that is drawn: its contrast, its territory, its own counts if it has some
    how: str  # what bands, threads or bars mean
    unit: str
    evidence: str = "A"

    def lines(self, sheet: Sheet) -> tuple[tuple[list[str], int], tuple[list[str], int]]:
        """Return the texts above and below the drawing, each with its size of letters."""
        # A part of a study may rest on fewer, or longer, worlds than the whole.
        own = {name: self.item[name] for name in ("draws", "seeds", "runs", "last_month") if name in self.item}
        study, lang = sheet.page["study"] | own, sheet.lang
        above = [where(sheet.page, self.item.get("territory"), lang), sheet.word(f"contrast.{self.item['contrast']}")]
        below = [
            self.how,
            f"{sheet.word('chart.not_forecast')} {worlds_of(study, lang)} {sheet.word(f'level.{self.evidence}')}",
            f"{sheet.word('chart.unit', unit=self.unit)} {dates_of(study, lang)}",
            source_of(study, lang),
        ]
        return ([text for text in above if text], sheet.size.text), (below, sheet.size.small)


def where(page: dict, key: str | None, lang: str) -> str:
    """Name a territory by its type and size, never by its name."""
    places = page.get("territories", [])
    if key is None:
        kinds = ", ".join(dict.fromkeys(kind_of(place, lang) for place in places))
        return word("territory.together", lang, kinds=kinds) if kinds else ""
    place = next(place for place in places if place["key"] == key)
    size = word("territories.size_plain", lang, population=rounded(place["population"], lang))
    return f"{word('territory.type', lang, kind=kind_of(place, lang))} ({size})"


def kind_of(place: dict, lang: str) -> str:
    """Return the type of a territory in words."""
    return word(f"territory.{place['kind']}", lang)


def worlds_of(study: dict, lang: str) -> str:
    """Say how many simulated worlds stand behind a chart."""
    return word("chart.worlds", lang, **{name: count(study[name], lang) for name in ("draws", "seeds", "runs")})


def dates_of(study: dict, lang: str) -> str:
    """Say from which month to which month worlds run, and whose euros are counted."""
    first = calendar(study["start"], 0, lang)
    last = calendar(study["start"], study.get("last_month", study["months"]), lang)
    return word("chart.dates", lang, first=first, last=last, year=study["euro_year"])


def source_of(study: dict, lang: str) -> str:
    """Return the source line, with the attribution that the data licence asks for."""
    date = day(study["data_date"], lang)
    return word("chart.source", lang, version=study["version"], id=study["id"], date=date)


# --- how results are written --------------------------------------------------------------------------------------


def measure(value: float | None, style: str, lang: str, digits: int = 2) -> str:
    """Write a result in the style of its unit: `times`, `percent`, `euros` or `number`."""
    if style == "percent":
        return percent(value, lang, digits)
    text = rounded(value, lang, digits)
    if value is None or style == "number":
        return text
    if style == "times":
        return f"×\N{NO-BREAK SPACE}{text}"
    return text + EURO if lang == "fr" else f"€{text}".replace("€\N{MINUS SIGN}", "\N{MINUS SIGN}€")


def style_of(verdict: dict, entry: dict | None = None) -> str:
    """Return how a claim's values are written; the lab says so, or its unit does."""
    if entry and entry.get("format"):
        return entry["format"]
    styles = {"share": "percent", "ratio": "times", "EUR/EUR": "euros"}
    return styles.get(verdict.get("unit") or "", "number")


def finding(verdict: dict, lang: str, style: str) -> str:
    """Say what the model answers to a claim, in one line that can be quoted."""
    claim, direction, size = verdict["claim"], verdict["direction"], verdict["size"]
    key = first_of(f"finding.{claim}.{direction}", f"finding.{family_of(claim)}.{direction}")
    if has(key):
        told = word(key, lang)
    else:
        statement = verdict["statement_fr"] if lang == "fr" else verdict["statement"]
        told = word("finding.other", lang, statement=statement, mark=word(f"mark.{direction}", lang))
    if verdict.get("claimed") is None or size is None:
        return told
    how = first_of(f"finding.size.{size}.{direction}", f"finding.size.{size}")
    return word(how, lang, direction=told, claimed=measure(verdict["claimed"], style, lang))


# --- drawing ------------------------------------------------------------------------------------------------------


def layer(mark: dict, encoding: dict | None = None, rows: list[dict] | None = None, **more) -> dict:
    """Return one layer; without rows of its own it draws those of its panel."""
    data = {} if rows is None else {"data": {"values": rows}}
    return data | {"mark": mark} | ({"encoding": encoding} if encoding else {}) | more


def once(mark: dict, encoding: dict | None = None) -> dict:
    """Return a layer drawn once, whatever the rows."""
    return layer(mark, encoding, rows=[{}])


def panel(
    sheet: Sheet, caption: str, rows: list[dict], layers: list[dict], width: int, height: int, gap: int = 14
) -> dict:
    """Return one drawing under its caption.

    The caption says what the vertical axis counts, written flat: turned text is read with the head on one side.
    """
    font = sheet.size.text
    title = {"text": sheet.size.wrap(caption, font), "fontSize": font, "lineHeight": round(font * 1.3), "offset": gap}
    look = {"anchor": "start", "fontWeight": "normal", "frame": "group"}
    return {"title": title | look, "data": {"values": rows}, "width": width, "height": height, "layer": layers}


def label(text: str | list[str], **look) -> dict:
    """Return a text mark that starts where it stands."""
    return {"type": "text", "text": text, "align": "left", "baseline": "middle"} | look


def labels(texts: dict[float, str | list[str]]) -> str:
    """Return a Vega expression that writes each tick as given: numbers are formatted in one place, `words.py`."""
    written = {value: json.dumps(text, ensure_ascii=False) for value, text in texts.items()}
    cases = [f"abs(datum.value - {value}) < 1e-9 ? {text}" for value, text in written.items()]
    return " : ".join([*cases, "''"])


def config(sheet: Sheet) -> dict:
    """Return the ink, the letters and the number formats common to all charts."""
    size = sheet.size
    return {
        "font": FONT,
        "aria": False,  # one description of the whole picture, in the page, instead of one per mark
        "locale": {"number": locale(sheet.lang)},
        "view": {"stroke": None},
        "axis": {
            "labelFont": FONT,
            "labelFontSize": size.text,
            "labelColor": INK,
            "labelLimit": 0,  # French labels are long, and would be cut
            "labelPadding": 8,
            "titleFont": FONT,
            "titleFontSize": size.text,
            "titleFontWeight": "normal",
            "titleColor": INK,
            "titleLimit": 0,
            "titlePadding": 12,
            "gridColor": GRID,
            "domain": False,
            "ticks": False,
        },
        "title": {
            "font": FONT,
            "fontSize": size.title,
            "fontWeight": "bold",
            "color": INK,
            "lineHeight": round(size.title * 1.2),
            "subtitleFont": FONT,
            "subtitleFontSize": size.text,
            "subtitleColor": SOFT,
            "subtitleLineHeight": round(size.text * 1.35),
            "subtitlePadding": 10,
            "anchor": "start",
            "frame": "group",
            "offset": 20,
            "limit": 0,
        },
        "text": {"font": FONT, "fontSize": size.text, "color": INK},
    }


def locale(lang: str) -> dict:
    """Return how Vega writes numbers: decimal comma and narrow spaces in French."""
    if lang == "fr":
        return {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", EURO], "percent": "\u202f%"}
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]}


def _short(value):
    """Keep five significant digits of every number: more cannot be seen and would double the file."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return [_short(inner) for inner in value] if isinstance(value, list) else value


def render_chart(spec: dict, form: str = "svg", scale: float = 2.0) -> str | bytes:
    """Draw a spec: `svg` gives text, `png` gives bytes. No browser and no network are used."""
    import vl_convert  # only here: it carries a JavaScript engine, and most commands draw nothing

    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    return svg if form == "svg" else vl_convert.svg_to_png(svg, scale=scale)


@cache
def vega_bundle() -> str:
    """Return the one Vega bundle (Vega, Vega-Lite, Embed) that draws every chart of a page."""
    import vl_convert

    return vl_convert.javascript_bundle()
