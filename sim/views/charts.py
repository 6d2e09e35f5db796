"""Charts as Vega-Lite specs: the same drawing in a page, a picture and a printed sheet.

Nothing is computed here on results: the lab hands over quantiles, classes and bands ready to be drawn
(`docs/page-data.md`); this file chooses places, words and ink. Each chart carries its nine caveats inside the picture
(`stamp`), so that an image that travels alone still says what it is.
"""

import json
import textwrap
from typing import NamedTuple

from sim.views.words import calendar, count, day, duration, first_of, has, number, percent, rounded, word

INK, SOFT, GRID, PAPER = "#1b1f24", "#5b6168", "#e4e2dc", "#ffffff"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # metrics known beforehand: the same line breaks everywhere

# Okabe-Ito: told apart by colour-blind readers; always with a letter or a label.
CLASS_COLOURS = {"gains": "#0072B2", "undecided": "#8b9096", "loses": "#D55E00"}
MODEL_COLOURS = {
    "A": "#0072B2",
    "P": "#E69F00",
    "E": "#009E73",
    "F": "#CC79A7",
    "S": "#56B4E9",
    "U": "#D55E00",
    "G": "#F0E442",
    "X": "#8b9096",
}
MODELS = tuple(MODEL_COLOURS)
FIRST_WORLD, SECOND_WORLD = "#0072B2", "#B35C00"

HORIZONS = (0, 18, 84, 336)  # the seams of « Trois temps »
NICE_RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 4, 5, 7, 10, 20, 50, 100)
TICK_GAP = 0.05  # ticks nearer than this share of the axis would write over each other


class Size(NamedTuple):
    """How large a chart is drawn: a screen or a sheet, or a phone."""

    name: str
    width: int
    title: int
    text: int
    small: int

    def wrap(self, text: str, font: int, bold: bool = False) -> list[str]:
        """Break a text into lines that fit; no-break spaces hold."""
        return textwrap.wrap(text, int(self.width / (font * (0.56 if bold else 0.5))), break_long_words=False)


WIDE = Size("wide", 1000, 24, 16, 13)
NARROW = Size("narrow", 400, 17, 13, 11)


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


# --- what every chart carries ------------------------------------------------------------------------------------


def stamp(page: dict, lang: str, *, contrast: str, territory: str | None, how: str, unit: str, level: str = "A") -> dict:
    """Return the caveats burnt into a picture: `above` under the title, `below` under the drawing."""
    study = page["study"]
    above = [where(page, territory, lang), word(f"contrast.{contrast}", lang)]
    below = [
        how,
        " ".join([word("chart.not_forecast", lang), worlds_of(study, lang), word(f"level.{level}", lang)]),
        " ".join([word("chart.unit", lang, unit=unit), dates_of(study, lang)]),
        source_of(study, lang),
    ]
    return {"above": above, "below": below}


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
    return word(
        "chart.worlds",
        lang,
        draws=count(study["draws"], lang),
        seeds=count(study["seeds"], lang),
        runs=count(study["runs"], lang),
    )


def dates_of(study: dict, lang: str) -> str:
    """Say from which month to which month worlds run, and whose euros are counted."""
    first, last = calendar(study["start"], 0, lang), calendar(study["start"], study["months"], lang)
    return word("chart.dates", lang, first=first, last=last, year=study["euro_year"])


def source_of(study: dict, lang: str) -> str:
    """Return the source line, with the attribution that the data licence asks for."""
    date = day(study["data_date"], lang)
    return word("chart.source", lang, version=study["version"], id=study["id"], date=date)


def measure(value: float | None, style: str, lang: str, digits: int = 2) -> str:
    """Write a result in the style of its unit: `times`, `percent`, `euros` or `number`."""
    if style == "percent":
        return percent(value, lang, digits)
    text = rounded(value, lang, digits)
    if value is None or style not in ("times", "euros"):
        return text
    return f"×\N{NO-BREAK SPACE}{text}" if style == "times" else (f"{text}\N{NO-BREAK SPACE}€" if lang == "fr" else f"€{text}")


def style_of(verdict: dict, entry: dict | None = None) -> str:
    """Return how a claim's values are written; the lab says so, or its unit does."""
    if entry and entry.get("format"):
        return entry["format"]
    unit = verdict.get("unit") or ""
    if "EUR" in unit.upper() or "€" in unit:
        return "euros"
    return "percent" if unit in ("share", "percent", "%") else "times" if unit in ("ratio", "times") else "number"


def finding(verdict: dict, lang: str, style: str) -> str:
    """Say what the model answers to a claim, in one line that can be quoted."""
    claim, direction, size = verdict["claim"], verdict["direction"], verdict["size"]
    key = first_of(f"finding.{claim}.{direction}", f"finding.{claim[:2]}.{direction}")
    if not has(key):
        statement = verdict[f"statement_{lang}"] if lang == "fr" else verdict["statement"]
        told = word("finding.other", lang, statement=statement, mark=word(f"mark.{direction}", lang))
    else:
        told = word(key, lang)
    if verdict.get("claimed") is not None and size is not None:
        claimed = measure(verdict["claimed"], style, lang)
        how = first_of(f"finding.size.{size}.{direction}", f"finding.size.{size}")
        told = word(how, lang, direction=told, claimed=claimed)
    return word("finding.in_model", lang, finding=told)


def framed(key: str, title: str, panels: list[dict], marks: dict, table: Table, lang: str, size: Size) -> Chart:
    """Set a title above the panels and the caveats below them."""
    below = [line for text in marks["below"] for line in size.wrap(text, size.small)]
    step = round(size.small * 1.4)
    footer = {
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "x": 0,
            "y": 0,
            "text": below,
            "lineHeight": step,
            "fontSize": size.small,
            "color": SOFT,
        },
        "width": size.width,
        "height": step * len(below),
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": PAPER,
        "padding": 14,
        "title": {
            "text": size.wrap(title, size.title, bold=True),
            "subtitle": [line for text in marks["above"] if text for line in size.wrap(text, size.text)],
        },
        "vconcat": [*panels, footer],
        "spacing": 18,
        "config": config(lang, size),
    }
    return Chart(key, title, spec, table)


def config(lang: str, size: Size) -> dict:
    """Return the ink, the letters and the number formats common to all charts."""
    return {
        "font": FONT,
        "locale": {"number": locale(lang)},
        "view": {"stroke": None},
        "concat": {"spacing": 18},
        "axis": {
            "labelFontSize": size.text,
            "titleFontSize": size.text,
            "titleFontWeight": "normal",
            "labelColor": INK,
            "titleColor": INK,
            "gridColor": GRID,
            "domain": False,
            "ticks": False,
            "labelLimit": 0,
            "titleLimit": 0,
            "labelPadding": 8,
            "titlePadding": 12,
            "labelFont": FONT,
            "titleFont": FONT,
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
        return {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\xa0€"], "percent": "\u202f%"}
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]}


# --- « Peigne » ---------------------------------------------------------------------------------------------------


def comb(page: dict, verdict: dict, lang: str, size: Size = WIDE) -> Chart:
    """One bar per set of assumptions: its width is chance, the shift between bars is ignorance."""
    claim = verdict["claim"]
    entry = page["claims"][claim]
    style = style_of(verdict, entry)
    bars = sorted(entry["bars"], key=lambda bar: bar["estimate"])[::-1]
    axis = word(first_of(f"comb.x.{claim}", f"comb.x.{claim[:2]}", "comb.x.other"), lang)
    how = word("comb.how", lang, level=percent(page["study"]["level"], lang))
    marks = stamp(
        page,
        lang,
        contrast=entry["contrast"],
        territory=entry.get("territory"),
        how=how,
        unit=axis,
        level=verdict["evidence_level"],
    )
    title = finding(verdict, lang, style)
    return framed(f"comb-{claim}", title, [_teeth(entry, bars, style, axis, lang, size)], marks, _comb_table(page, bars, style, lang), lang, size)


def _teeth(entry: dict, bars: list[dict], style: str, axis: str, lang: str, size: Size) -> dict:
    """Draw the bars, their three reference lines and the names of the three classes."""
    total = sum(entry["counts"].values())
    key = "comb.axis" if total == len(bars) else "comb.axis_some"
    caption = word(key, lang, n=count(total, lang), shown=count(len(bars), lang))
    rows = [_tooth(rank, bar, style, lang) for rank, bar in enumerate(bars)]
    scale, ticks = _ratio_scale(entry, bars)
    step = max(5, min(18, 420 // max(1, len(bars))))
    width = size.width - (190 if size is WIDE else 110)  # room at the right for the names of the classes
    x = {
        "type": "quantitative",
        "scale": scale,
        "axis": {
            "values": ticks,
            "labelExpr": _labels({tick: measure(tick, style, lang) for tick in ticks}) if ticks else None,
            "title": size.wrap(axis, size.text),
            "format": _axis_format(style),
            "tickCount": 6,
            "grid": True,
        },
    }
    x["axis"] = {name: value for name, value in x["axis"].items() if value is not None}
    y = {"field": "rank", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.25}}
    colour = {
        "field": "class",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(CLASS_COLOURS), "range": list(CLASS_COLOURS.values())},
    }
    teeth = {
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "x": {"field": "low"} | x,
            "x2": {"field": "high"},
            "y": y,
            "color": colour,
            "tooltip": _tooltip(rows[0] if rows else {}, lang),
        },
    }
    middles = {
        "mark": {"type": "tick", "color": PAPER, "thickness": 2, "height": step},
        "encoding": {"x": {"field": "estimate"} | x, "y": y},
    }
    layers = [teeth, middles, *_verticals(entry, style, x, lang, size), *_class_names(entry, rows, y, width, lang), _guess(x, lang, size)]
    return {
        "title": _caption(size.wrap(caption, size.text), size, offset=52 if entry.get("reference") is not None else 34),
        "data": {"values": rows},
        "width": width,
        "height": step * max(1, len(bars)),
        "layer": layers,
    }


def _tooth(rank: int, bar: dict, style: str, lang: str) -> dict:
    """Return one bar as the row that Vega draws, its tooltip texts written beforehand."""
    row = {name: bar[name] for name in ("estimate", "low", "high", "class")} | {"rank": rank}
    row["tip_draw"] = str(bar["draw"])
    row["tip_class"] = word(f"comb.{bar['class']}", lang)
    row["tip_range"] = f"{measure(bar['estimate'], style, lang)} ({measure(bar['low'], style, lang)} – {measure(bar['high'], style, lang)})"
    return row


def _tooltip(row: dict, lang: str) -> list[dict]:
    """Name what a bar shows when it is pointed at."""
    names = {"tip_draw": "comb.draw", "tip_range": "comb.estimate", "tip_class": "comb.class"}
    return [{"field": field, "type": "nominal", "title": word(key, lang)} for field, key in names.items() if field in row]


def _ratio_scale(entry: dict, bars: list[dict]) -> tuple[dict, list[float] | None]:
    """Return the horizontal scale, and its ticks where ratios need chosen ones."""
    fixed = [entry.get(name) for name in ("same", "claimed", "reference")]
    values = [bar[end] for bar in bars for end in ("low", "high")] + [v for v in fixed if v is not None]
    low, high = min(values), max(values)
    if entry.get("scale") != "log" or low <= 0:
        margin = (high - low or 1) * 0.04
        return {"type": "linear", "domain": [low - margin, high + margin], "zero": False, "nice": False}, None
    return {"type": "log", "domain": [low / 1.06, high * 1.06], "nice": False}, _ratio_ticks(low / 1.06, high * 1.06)


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Choose round ratios that lie on the axis and do not write over each other; 1 is always kept."""
    inside = [ratio for ratio in NICE_RATIOS if low <= ratio <= high]
    kept: list[float] = [1] if 1 in inside else []
    for ratio in sorted(inside, key=lambda r: (r not in (0.5, 2, 5, 10), inside.index(r))):
        if all(abs(_place(ratio, low, high) - _place(other, low, high)) > TICK_GAP * 1.4 for other in kept):
            kept.append(ratio)
    return sorted(kept)


def _place(ratio: float, low: float, high: float) -> float:
    """Return where a ratio falls on a logarithmic axis, from 0 to 1."""
    from math import log

    return log(ratio / low) / log(high / low)


def _labels(texts: dict[float, str]) -> str:
    """Return a Vega expression that writes each tick as given (numbers are formatted in one place, `words.py`)."""
    cases = [f"abs(datum.value - {value}) < 1e-9 ? {json.dumps(text, ensure_ascii=False)}" for value, text in texts.items()]
    return " : ".join([*cases, "''"])


def _axis_format(style: str) -> str:
    """Return the number format of an axis whose ticks Vega chooses."""
    return {"percent": "~%", "euros": "~r"}.get(style, "~r")


def _verticals(entry: dict, style: str, x: dict, lang: str, size: Size) -> list[dict]:
    """Draw « pareil », what is claimed and what is ordinary, each named above its line."""
    lines = (
        ("same", [], "comb.same", -8, 2.5),
        ("claimed", [7, 5], "comb.claimed", -8, 2.5),
        ("reference", [2, 4], "comb.reference", -8 - size.text - 4, 2),
    )
    layers = []
    for name, dash, key, dy, width in lines:
        if entry.get(name) is None:
            continue
        place = {"x": {"datum": entry[name]} | x}
        text = word(key, lang, value=measure(entry[name], style, lang, digits=3))
        layers.append({"data": {"values": [{}]}, "mark": {"type": "rule", "color": INK, "strokeWidth": width, "strokeDash": dash}, "encoding": place})
        mark = {"type": "text", "text": text, "y": 0, "dy": dy, "baseline": "bottom", "fontWeight": "bold"}
        layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": place})
    return layers


def _class_names(entry: dict, rows: list[dict], y: dict, width: int, lang: str) -> list[dict]:
    """Write « gagne », « indécidable », « perd » and how many, beside their bars."""
    layers = []
    for name, colour in CLASS_COLOURS.items():
        ranks = [row["rank"] for row in rows if row["class"] == name]
        if not ranks:
            continue
        middle = {"rank": ranks[len(ranks) // 2]}
        text = word("comb.class_count", lang, name=word(f"comb.{name}", lang), n=count(entry["counts"][name], lang))
        mark = {"type": "text", "text": text, "x": width, "dx": 14, "align": "left", "baseline": "middle", "fontWeight": "bold", "color": colour if name != "undecided" else SOFT}
        layers.append({"data": {"values": [middle]}, "mark": mark, "encoding": {"y": y}})
    return layers


def _guess(x: dict, lang: str, size: Size) -> dict:
    """Keep a place for the room's guess: an empty table that the page fills."""
    return {
        "data": {"name": "guess", "values": []},
        "mark": {"type": "text", "y": 2, "baseline": "top", "fontSize": size.title, "text": "▽", "color": "#6a1b9a", "fontWeight": "bold"},
        "encoding": {"x": {"field": "value"} | x, "tooltip": {"field": "text", "type": "nominal", "title": word("guess.mark", lang)}},
    }


def _caption(text: list[str], size: Size, offset: int = 14) -> dict:
    """Say what a vertical axis counts, written flat above it: turned text is read with the head on one side."""
    return {"text": text, "anchor": "start", "fontSize": size.text, "fontWeight": "normal", "offset": offset, "frame": "group", "lineHeight": round(size.text * 1.3)}


def _comb_table(page: dict, bars: list[dict], style: str, lang: str) -> Table:
    """List the bars."""
    head = [word(f"comb.{name}", lang) for name in ("draw", "estimate", "low", "high", "class")]
    rows = [
        [str(bar["draw"]), *(measure(bar[name], style, lang) for name in ("estimate", "low", "high")), word(f"comb.{bar['class']}", lang)]
        for bar in bars
    ]
    if any(bar.get("territory") for bar in bars):
        kinds = {place["key"]: kind_of(place, lang) for place in page.get("territories", [])}
        head.append(word("comb.territory", lang))
        rows = [[*row, kinds.get(bar.get("territory"), "")] for row, bar in zip(rows, bars, strict=True)]
    return Table(head, rows)


# --- « Trois temps » ----------------------------------------------------------------------------------------------


def three_times(page: dict, item: dict, lang: str, size: Size = WIDE, clock: str = "stretches") -> Chart:
    """When the effect comes: one axis, three equal stretches (18 months, 7 years, 28 years)."""
    what = word(f"indicator.{item['indicator']}", lang)
    unit = word(f"unit.{item['unit']}", lang)
    how = " ".join(
        [
            word("times.how", lang, level=percent(page["study"]["level"], lang)),
            word("times.seam" if clock == "stretches" else "times.real", lang),
        ]
    )
    marks = stamp(page, lang, contrast=item["contrast"], territory=item.get("territory"), how=how, unit=unit)
    contrast = item["contrast"]
    told = word(
        f"finding.time.{item['finding']}",
        lang,
        cause=word(f"cause.{contrast}", lang),
        of_cause=word(f"of_cause.{contrast}", lang),
        what=what,
    )
    caption = word("times.gap", lang, what=what, unit=unit)
    panel = _threads(page, item, caption, lang, size, clock)
    key = f"times-{item['indicator']}-{item.get('territory') or 'all'}"
    title = word("finding.in_model", lang, finding=told)
    return framed(key, title, [panel], marks, _times_table(page, item, lang), lang, size)


def _threads(page: dict, item: dict, caption: str, lang: str, size: Size, clock: str) -> dict:
    """Draw the threads of ignorance and, around one of them, the band of chance."""
    rows = [
        {"month": month, "thread": thread, "middle": middle, "low": low, "high": high}
        for thread, line in enumerate(item["threads"])
        for month, middle, low, high in zip(item["months"], line["middle"], line["low"], line["high"], strict=True)
    ]
    start, last = page["study"]["start"], item["months"][-1]
    width, height = size.width - 70, 380 if size is WIDE else 260
    x = {"field": "month", "type": "quantitative", "scale": _time_scale(width, clock), "axis": _time_axis(start, lang, size, clock)}
    y = {"type": "quantitative", "title": None, "axis": {"tickCount": 5, "format": "+~r" if item.get("same") == 0 else "~r"}, "scale": {"zero": False}}
    # Pointing at a thread moves the band to it; without a pointer it lies on the central one.
    pick = {"name": "pick", "select": {"type": "point", "fields": ["thread"], "on": "pointerover", "nearest": True, "clear": False}, "value": [{"thread": item["central"]}]}
    picked = {"filter": {"param": "pick", "empty": False}}
    tips = [
        {"field": "month", "title": word("times.month", lang)},
        {"field": "middle", "title": word("times.middle", lang), "format": ".2r"},
        {"field": "low", "title": word("times.low", lang), "format": ".2r"},
        {"field": "high", "title": word("times.high", lang), "format": ".2r"},
    ]
    detail = {"field": "thread", "type": "nominal"}
    layers = [
        *_seams(start, last, width, clock, lang, x, size),
        {"transform": [picked], "mark": {"type": "area", "color": FIRST_WORLD, "opacity": 0.22}, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "color": SOFT, "strokeWidth": 1.3, "opacity": 0.75}, "encoding": {"x": x, "y": y | {"field": "middle"}, "detail": detail}},
        {"transform": [picked], "mark": {"type": "line", "color": FIRST_WORLD, "strokeWidth": 4}, "encoding": {"x": x, "y": y | {"field": "middle"}}},
        *_same_line(item, y, width, lang),
        {"params": [pick], "mark": {"type": "point", "opacity": 0, "size": 60}, "encoding": {"x": x, "y": y | {"field": "middle"}, "tooltip": tips}},
    ]
    return {"title": _caption(size.wrap(caption, size.text), size), "data": {"values": rows}, "width": width, "height": height, "layer": layers}


def _time_scale(width: int, clock: str) -> dict:
    """Return a linear scale bent at the seams, or a straight one."""
    if clock != "stretches":
        return {"domain": [0, HORIZONS[-1]], "nice": False}
    return {"domain": list(HORIZONS), "range": [0, width / 3, 2 * width / 3, width], "nice": False}


def _time_axis(start: str, lang: str, size: Size, clock: str) -> dict:
    """Name the horizons, with their calendar month under them."""
    ticks = {month: [word(f"times.tick.{month}", lang), calendar(start, month, lang)] for month in HORIZONS}
    if clock != "stretches":
        ticks.pop(18)  # too near the start to be written in real time
    cases = [f"datum.value == {month} ? {json.dumps(lines, ensure_ascii=False)}" for month, lines in ticks.items()]
    return {"values": sorted(ticks), "labelExpr": " : ".join([*cases, "''"]), "title": None, "grid": False, "labelFlush": True, "labelOverlap": False, "labelLineHeight": round(size.text * 1.25)}


def _seams(start: str, last: int, width: int, clock: str, lang: str, x: dict, size: Size) -> list[dict]:
    """Draw the two dashed seams and the year 2050, and shade what this study did not simulate."""
    layers = []
    if last < HORIZONS[-1]:
        blank = {"values": [{"month": last, "end": HORIZONS[-1]}]}
        layers.append({"data": blank, "mark": {"type": "rect", "color": "#f1efe9"}, "encoding": {"x": x, "x2": {"field": "end"}}})
        text = {"type": "text", "text": size.wrap(word("times.not_run", lang), size.text * 2), "x": width, "dx": -12, "y": 14, "align": "right", "baseline": "top", "color": SOFT, "fontStyle": "italic"}
        layers.append({"data": {"values": [{}]}, "mark": text})
    in_2050 = (2050 - int(start[:4])) * 12 - int(start[5:7]) + 1
    if 0 < in_2050 <= last:
        year = {"values": [{"month": in_2050}]}
        name = {"type": "text", "text": "2050", "y": 0, "baseline": "bottom", "dy": -3, "fontSize": size.small, "color": SOFT}
        layers.append({"data": year, "mark": {"type": "rule", "color": SOFT, "strokeWidth": 0.8}, "encoding": {"x": x}})
        layers.append({"data": year, "mark": name, "encoding": {"x": x}})
    if clock == "stretches":
        seams = {"values": [{"month": month} for month in HORIZONS[1:3]]}
        layers.append({"data": seams, "mark": {"type": "rule", "strokeDash": [3, 5], "strokeWidth": 2, "color": SOFT}, "encoding": {"x": x}})
    return layers


def _same_line(item: dict, y: dict, width: int, lang: str) -> list[dict]:
    """Draw the level at which both worlds are equal."""
    if item.get("same") is None:
        return []
    place = {"y": {"datum": item["same"]} | {k: v for k, v in y.items() if k != "title"}}
    text = {"type": "text", "text": word("times.same", lang), "x": width, "dx": 6, "align": "left", "baseline": "middle", "fontWeight": "bold"}
    return [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "strokeWidth": 2.5, "color": INK}, "encoding": place},
        {"data": {"values": [{}]}, "mark": text, "encoding": place},
    ]


def _times_table(page: dict, item: dict, lang: str) -> Table:
    """List the central set of assumptions month by month."""
    line = item["threads"][item["central"]]
    head = [word(f"times.{name}", lang) for name in ("month", "middle", "low", "high")]
    rows = [
        [f"{month} · {calendar(page['study']['start'], month, lang)}", *(number(value, lang) for value in values)]
        for month, *values in zip(item["months"], line["middle"], line["low"], line["high"], strict=True)
    ]
    return Table(head, rows)


# --- « Survie des projets » ---------------------------------------------------------------------------------------


def survival(page: dict, lang: str, size: Size = WIDE) -> Chart:
    """Share of projects still alive by age, in two worlds, and the paired difference under it."""
    item = page["survival"]
    first, second = item["curves"][0]["who"], item["curves"][1]["who"]
    level = percent(page["study"]["level"], lang)
    marks = stamp(
        page,
        lang,
        contrast=item["contrast"],
        territory=item.get("territory"),
        how=word(f"survival.how.{item['band']}", lang, level=level),
        unit=word("unit.share_of_projects", lang),
    )
    told = word(f"finding.survival.{item['finding']}", lang, who=word(f"who.{first}", lang), other=word(f"who.{second}", lang))
    panels = [_alive(item, lang, size), _followed(item, lang, size)]
    if item.get("difference"):
        panels.append(_gap(item, lang, size))
    return framed("survival", word("finding.in_model", lang, finding=told), panels, marks, _survival_table(item, lang), lang, size)


def _years_axis(item: dict, lang: str, title: bool) -> dict:
    """Count the age of projects in years."""
    last = max(curve["months"][-1] for curve in item["curves"])
    every = 12 if last <= 120 else 48
    ticks = list(range(0, last + 1, every))
    texts = {month: word("survival.year" if month == 12 else "survival.years", lang, n=month // 12) for month in ticks}
    return {
        "field": "month",
        "type": "quantitative",
        "scale": {"domain": [0, last], "nice": False},
        "axis": {"values": ticks, "labelExpr": _labels(texts), "title": word("survival.axis", lang) if title else None, "grid": False},
    }


def _colour_of(item: dict) -> dict:
    """Give the first world one colour and the second another."""
    names = [curve["who"] for curve in item["curves"]]
    return {"field": "who", "type": "nominal", "legend": None, "scale": {"domain": names, "range": [FIRST_WORLD, SECOND_WORLD]}}


def _alive(item: dict, lang: str, size: Size) -> dict:
    """Draw the two curves, their ribbons and, where half have ended, their medians."""
    rows = [
        {"month": month, "alive": alive, "low": low, "high": high, "who": curve["who"]}
        for curve in item["curves"]
        for month, alive, low, high in zip(curve["months"], curve["alive"], curve["low"], curve["high"], strict=True)
    ]
    width, height = size.width - 70, 320 if size is WIDE else 220
    x, colour = _years_axis(item, lang, title=not item.get("difference")), _colour_of(item)
    y = {"type": "quantitative", "title": None, "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}}
    tips = [
        {"field": "month", "title": word("times.month", lang)},
        {"field": "alive", "title": word("survival.alive", lang), "format": ".0%"},
    ]
    layers = [
        {"mark": {"type": "area", "opacity": 0.18, "interpolate": "step-after"}, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour}},
        {"mark": {"type": "line", "strokeWidth": 3.5, "interpolate": "step-after"}, "encoding": {"x": x, "y": y | {"field": "alive"}, "color": colour, "tooltip": tips}},
        *_medians(item, x, y, colour, height, lang, size),
        *_names_of_curves(item, width, lang, size),
    ]
    caption = _caption(size.wrap(word("survival.alive", lang), size.text), size)
    return {"title": caption, "data": {"values": rows}, "width": width, "height": height, "layer": layers}


def _names_of_curves(item: dict, width: int, lang: str, size: Size) -> list[dict]:
    """Name the two curves inside the frame, at the top right, in their own colours."""
    layers = []
    for line, (curve, colour) in enumerate(zip(item["curves"], (FIRST_WORLD, SECOND_WORLD), strict=True)):
        name = word(f"who.{curve['who']}", lang)
        mark = {"type": "text", "text": f"■ {name}", "x": width, "y": 4 + line * round(size.text * 1.5), "align": "right", "baseline": "top", "color": colour, "fontWeight": "bold"}
        layers.append({"data": {"values": [{}]}, "mark": mark})
    return layers


def _medians(item: dict, x: dict, y: dict, colour: dict, height: int, lang: str, size: Size) -> list[dict]:
    """Mark the age at which half of the projects have ended, and the age that the claim would give."""
    last = max(curve["months"][-1] for curve in item["curves"])
    found = [
        {"month": curve["median"], "alive": 0.5, "end": 0, "who": curve["who"], "text": word("survival.median", lang, age=duration(curve["median"], lang))}
        for curve in item["curves"]
        if curve.get("median") is not None and curve["median"] <= last
    ]
    layers = []
    if found:
        drop = {"x": x, "y": y | {"field": "alive"}, "y2": {"field": "end"}, "color": colour}
        layers.append({"data": {"values": found}, "mark": {"type": "rule", "strokeWidth": 2}, "encoding": drop})
        for place, row in enumerate(found):
            mark = {"type": "text", "align": "left", "dx": 6, "baseline": "bottom", "y": height - 8 - place * round(size.text * 1.4), "text": row["text"]}
            layers.append({"data": {"values": [row]}, "mark": mark, "encoding": {"x": x, "color": colour}})
    claimed = item.get("claimed_median")
    if claimed is not None and claimed <= last:
        row = {"values": [{"month": claimed, "alive": 0.5, "end": 0}]}
        rule = {"type": "rule", "strokeDash": [7, 5], "strokeWidth": 2, "color": INK}
        text = {"type": "text", "align": "left", "dx": 6, "y": height / 2 - 8, "text": word("survival.claimed", lang, age=duration(claimed, lang))}
        layers.append({"data": row, "mark": rule, "encoding": {"x": x, "y": y | {"field": "alive"}, "y2": {"field": "end"}}})
        layers.append({"data": row, "mark": text, "encoding": {"x": x}})
    return layers


def _followed(item: dict, lang: str, size: Size) -> dict:
    """Write under the curves how many projects each point still rests on."""
    rows = [
        {"month": month, "text": count(n, lang), "who": curve["who"]}
        for curve in item["curves"]
        for month, n in curve["still_followed"]
    ]
    caption = _caption([word("survival.followed_row", lang)], size, offset=4)
    return {
        "title": caption,
        "data": {"values": rows},
        "width": size.width - 70,
        "height": round(size.text * 1.5) * 2,
        "mark": {"type": "text", "fontSize": size.small, "align": "center"},
        "encoding": {
            "x": _years_axis(item, lang, title=False) | {"axis": None},
            "y": {"field": "who", "type": "nominal", "axis": None, "sort": [curve["who"] for curve in item["curves"]]},
            "text": {"field": "text"},
            "color": _colour_of(item),
        },
    }


def _gap(item: dict, lang: str, size: Size) -> dict:
    """Draw the paired difference: two ribbons can overlap and the difference still be sure."""
    gap = item["difference"]
    rows = [
        {"month": month, "middle": middle, "low": low, "high": high}
        for month, middle, low, high in zip(gap["months"], gap["middle"], gap["low"], gap["high"], strict=True)
    ]
    x = _years_axis(item, lang, title=True)
    y = {"type": "quantitative", "title": None, "axis": {"format": "+.0%", "tickCount": 3}}
    return {
        "title": _caption(size.wrap(word("survival.difference", lang), size.text), size),
        "data": {"values": rows},
        "width": size.width - 70,
        "height": 110,
        "layer": [
            {"mark": {"type": "area", "opacity": 0.22, "color": FIRST_WORLD}, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "strokeWidth": 3, "color": FIRST_WORLD}, "encoding": {"x": x, "y": y | {"field": "middle"}}},
            {"data": {"values": [{}]}, "mark": {"type": "rule", "strokeWidth": 2, "color": INK}, "encoding": {"y": {"datum": 0} | y}},
        ],
    }


def _survival_table(item: dict, lang: str) -> Table:
    """List both curves by age."""
    names = [word(f"who.{curve['who']}", lang) for curve in item["curves"]]
    alive = [dict(zip(curve["months"], curve["alive"], strict=True)) for curve in item["curves"]]
    rows = [
        [word("survival.months", lang, n=month), *(percent(curve.get(month), lang) for curve in alive)] for month in alive[0]
    ]
    return Table([word("survival.axis", lang), *names], rows)


# --- « Escalier de la prime » -------------------------------------------------------------------------------------

STEP_COLOURS = {"alone": "#8b9096", "together": "#0072B2", "coordination": "#D55E00", "engineering": "#E69F00", "premium": "#009E73"}
PART_COLOURS = {"perceived": "#66c2a5", "recognised": "#3b9d7e", "paid": "#006d52", "unseen": "#ffffff"}


def stairs(page: dict, lang: str, size: Size = WIDE) -> Chart:
    """From the value of members alone to the premium, step by step; below zero is possible and shows."""
    item = page["premium"]
    unit = word("unit.value_100", lang)
    how = word("premium.how", lang, level=percent(page["study"]["level"], lang))
    marks = stamp(page, lang, contrast=item["contrast"], territory=item.get("territory"), how=how, unit=unit)
    told = word("finding.in_model", lang, finding=word(f"finding.premium.{item['finding']}", lang))
    return framed("premium", told, [_steps(item, lang, size)], marks, _stairs_table(item, lang), lang, size)


def _steps(item: dict, lang: str, size: Size) -> dict:
    """Draw the steps from the level of the members alone, each with its amount, and the last one split by who sees it."""
    width, height = size.width - (250 if size is WIDE else 20), 380 if size is WIDE else 260
    rows = [
        {"step": _step_name(step["key"], lang, size), "key": step["key"], "start": step["start"], "end": step["end"]}
        | {"top": max(step["start"], step["end"], step.get("high") or step["end"]), "text": _amount(step, lang)}
        for step in item["steps"]
        if step["key"] != "alone"  # a line, not a bar: a bar would have to start at zero and flatten the others
    ]
    spans = [
        {"step": _step_name(step["key"], lang, size), "low": step["low"], "high": step["high"]}
        for step in item["steps"]
        if step.get("low") is not None
    ]
    parts = [part | {"step": _step_name("parts", lang, size)} for part in item.get("parts") or []]
    order = [row["step"] for row in rows] + [part["step"] for part in parts[:1]]
    axis = {"title": None, "labelAngle": 0, "labelExpr": "split(datum.label, '|')", "labelOverlap": False}
    x = {"field": "step", "type": "nominal", "sort": None, "scale": {"domain": order, "paddingInner": 0.3}, "axis": axis}
    y = {"type": "quantitative", "axis": {"title": None, "tickCount": 6}, "scale": {"zero": False}}
    colours = STEP_COLOURS | PART_COLOURS
    scale = {"domain": list(colours), "range": list(colours.values())}
    box = {"x": x, "y": y | {"field": "start"}, "y2": {"field": "end"}, "color": {"field": "key", "scale": scale, "legend": None}}
    above = {"x": x, "y": y | {"field": "top"}, "text": {"field": "text"}}
    layers = [
        *_level_of_alone(item, y, lang),
        {"mark": {"type": "bar", "stroke": INK, "strokeWidth": 0.8}, "encoding": box},
        {"data": {"values": spans}, "mark": {"type": "rule", "strokeWidth": 4, "color": INK}, "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "text", "dy": -8, "baseline": "bottom", "fontWeight": "bold"}, "encoding": above},
        *_parts(parts, box, width, lang, size),
    ]
    caption = _caption(size.wrap(word("premium.axis", lang), size.text), size)
    return {"title": caption, "data": {"values": rows}, "width": width, "height": height, "layer": layers}


def _parts(parts: list[dict], box: dict, width: int, lang: str, size: Size) -> list[dict]:
    """Split the premium by who sees it; what nobody sees or pays is an empty dashed box."""
    layers = []
    for line, part in enumerate(reversed(parts)):
        dash = {"strokeDash": [4, 3]} if part["key"] == "unseen" else {}
        name = word(f"premium.{part['key']}", lang)
        layers.append({"data": {"values": [part]}, "mark": {"type": "bar", "stroke": INK, "strokeWidth": 1} | dash, "encoding": box})
        if size is WIDE:
            ink = {"fontSize": size.small + 1, "align": "left", "baseline": "top", "y": line * round(size.text * 1.6)}
            swatch = {"type": "text", "text": "□" if part["key"] == "unseen" else "■", "color": PART_COLOURS[part["key"]] if not dash else INK, "x": width + 14}
            layers.append({"data": {"values": [{}]}, "mark": swatch | ink})
            layers.append({"data": {"values": [{}]}, "mark": {"type": "text", "text": name, "x": width + 34} | ink})
    return layers


def _step_name(key: str, lang: str, size: Size) -> str:
    """Name a step in at most two short lines."""
    text = word(f"premium.{key}", lang)
    return "|".join(textwrap.wrap(text, 16 if size is WIDE else 10, break_long_words=False))


def _amount(step: dict, lang: str) -> str:
    """Write what a step adds or takes, as the lab gives it; the level that it reaches if it does not."""
    if step.get("amount") is None:
        return number(step["end"], lang)
    sign = "+" if step["amount"] > 0 else ""
    return sign + rounded(step["amount"], lang)


def _level_of_alone(item: dict, y: dict, lang: str) -> list[dict]:
    """Draw the level of the members alone across the chart: above it is gain, below it is loss."""
    alone = next(step["end"] for step in item["steps"] if step["key"] == "alone")
    place = {"y": {"datum": alone} | y}
    name = {"type": "text", "text": word("premium.level", lang, value=number(alone, lang)), "x": 4, "align": "left", "dy": 5, "baseline": "top"}
    return [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": INK, "strokeWidth": 2.5}, "encoding": place},
        {"data": {"values": [{}]}, "mark": name, "encoding": place},
    ]


def _stairs_table(item: dict, lang: str) -> Table:
    """List the steps and the parts."""
    head = [word(f"premium.{name}", lang) for name in ("step", "start", "end")]
    rows = [
        [word(f"premium.{step['key']}", lang), number(step["start"], lang, 3), number(step["end"], lang, 3)]
        for step in [*item["steps"], *(item.get("parts") or [])]
    ]
    return Table(head, rows)


# --- rendering ----------------------------------------------------------------------------------------------------


def render_chart(spec: dict, form: str = "svg", scale: float = 2.0) -> str | bytes:
    """Draw a spec: `svg` gives text, `png` gives bytes. No browser and no network are used."""
    import vl_convert  # only here: it carries a JavaScript engine, and most commands draw nothing

    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    return svg if form == "svg" else vl_convert.svg_to_png(svg, scale=scale)


def vega_bundle() -> str:
    """Return the one Vega bundle (Vega, Vega-Lite, Embed) that draws every chart of a page."""
    import vl_convert

    return vl_convert.javascript_bundle()
