"""« Peigne »: how sure an answer is, and why not surer.

One bar per set of assumptions, sorted. The width of a bar is chance, the shift between bars is ignorance: an error bar
would mix both in one width.
"""

from math import log

from sim.views import charts
from sim.views.charts import INK, PAPER, SOFT, Caveats, Chart, Sheet, Table, kind_of, label, layer, measure, once, panel
from sim.views.words import count, family_of, first_of

COLOURS = {"gains": "#0072B2", "undecided": "#8b9096", "loses": "#D55E00"}
GUESS = "#6a1b9a"
ROUND = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 4, 5, 7, 10, 20, 50, 100)
FIRST_TICKS = (0.5, 2, 5, 10)  # kept before others when there is no room for all
TICK_GAP = 0.07  # ticks nearer than this share of the axis would write over each other


def comb(sheet: Sheet, verdict: dict) -> Chart:
    """Draw the comb of one claim."""
    claim, lang = verdict["claim"], sheet.lang
    entry = sheet.page["claims"][claim]
    style = charts.style_of(verdict, entry)
    bars = sorted(entry["bars"], key=lambda bar: bar["estimate"], reverse=True)
    axis = sheet.word(first_of(f"comb.x.{claim}", f"comb.x.{family_of(claim)}", "comb.x.other"))
    caveats = Caveats(entry, sheet.word("comb.how", level=sheet.level()), axis, verdict["evidence_level"])
    finding = charts.finding(verdict, lang, style)
    drawing = _teeth(sheet, claim, bars, style, axis)
    return charts.framed(sheet, f"comb-{claim}", finding, [drawing], caveats, _table(sheet, bars, style))


def _teeth(sheet: Sheet, claim: str, bars: list[dict], style: str, axis: str) -> dict:
    """Draw the bars, their reference lines and the names of the three classes."""
    size, entry = sheet.size, sheet.page["claims"][claim]
    rows = [_tooth(sheet, rank, bar, style) for rank, bar in enumerate(bars)]
    step = max(5, min(18, 420 // max(1, len(bars))))
    width = size.width - (190 if size.roomy else 110)  # room at the right for the names of the classes
    x = _axis(sheet, entry, bars, style, axis)
    y = {"field": "rank", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.25}}
    scale = {"domain": list(COLOURS), "range": list(COLOURS.values())}
    colour = {"field": "class", "type": "nominal", "legend": None, "scale": scale}
    middle = {"x": {"field": "estimate"} | x, "y": y}
    tips = {"tip_draw": "comb.draw", "tip_range": "comb.estimate", "tip_class": "comb.class"}
    shown = [{"field": field, "type": "nominal", "title": sheet.word(key)} for field, key in tips.items()]
    span = {"x": {"field": "low"} | x, "x2": {"field": "high"}, "y": y, "color": colour, "tooltip": shown}
    layers = [
        layer({"type": "bar", "cornerRadius": 2}, span),
        layer({"type": "tick", "thickness": 2, "height": step - 1, "color": INK, "opacity": 0.7}, middle),
        *_verticals(sheet, claim, entry, style, x),
        *_class_names(sheet, entry, rows, y, width),
        *_guess(sheet, x),
    ]
    total = sum(entry["counts"].values())
    key = "comb.axis" if total == len(bars) else "comb.axis_some"
    caption = sheet.word(key, n=count(total, sheet.lang), shown=count(len(bars), sheet.lang))
    gap = 34 if entry.get("reference") is None else 52  # one or two lines of names above the drawing
    return panel(sheet, caption, rows, layers, width, step * max(1, len(bars)), gap)


def _tooth(sheet: Sheet, rank: int, bar: dict, style: str) -> dict:
    """Return one bar as the row that Vega draws, its tooltip written beforehand."""
    middle, low, high = (measure(bar[name], style, sheet.lang) for name in ("estimate", "low", "high"))
    return {
        "rank": rank,
        "estimate": bar["estimate"],
        "low": bar["low"],
        "high": bar["high"],
        "class": bar["class"],
        "tip_draw": str(bar["draw"]),
        "tip_range": f"{middle} ({sheet.word('card.range', low=low, high=high)})",
        "tip_class": sheet.word(f"comb.{bar['class']}"),
    }


def _axis(sheet: Sheet, entry: dict, bars: list[dict], style: str, title: str) -> dict:
    """Return the horizontal axis: a logarithmic one for ratios, so that × 2 and × 0,5 are as far from « pareil »."""
    fixed = [entry[name] for name in ("same", "claimed", "reference") if entry.get(name) is not None]
    values = [bar[end] for bar in bars for end in ("low", "high")] + fixed
    low, high = min(values), max(values)
    axis = {"title": sheet.size.wrap(title, sheet.size.text), "grid": True, "tickCount": 6, "labelOverlap": False}
    if entry.get("scale") == "log" and low > 0:
        low, high = low / 1.06, high * 1.06
        ticks = _ratio_ticks(low, high)
        axis |= {"values": ticks, "labelExpr": charts.labels({t: measure(t, style, sheet.lang) for t in ticks})}
        scale = {"type": "log", "domain": [low, high], "nice": False}
    else:
        margin = 0.04 * (high - low or 1)
        axis["format"] = "~%" if style == "percent" else "~r"
        scale = {"type": "linear", "domain": [low - margin, high + margin], "zero": False, "nice": False}
    return {"type": "quantitative", "scale": scale, "axis": axis}


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Choose round ratios that lie on the axis and do not write over each other; 1 is always kept."""
    inside = [ratio for ratio in ROUND if low <= ratio <= high]
    kept: list[float] = []
    for ratio in sorted(inside, key=lambda ratio: (ratio != 1, ratio not in FIRST_TICKS)):
        if all(abs(log(ratio / other)) > TICK_GAP * log(high / low) for other in kept):
            kept.append(ratio)
    return sorted(kept)


def _verticals(sheet: Sheet, claim: str, entry: dict, style: str, x: dict) -> list[dict]:
    """Draw « pareil », what is claimed and what is ordinary, each named above its line."""
    second = -8 - sheet.size.text - 4  # the reference is named one line higher: it may lie near the claim
    lines = (("same", [], -8, 2.5), ("claimed", [7, 5], -8, 2.5), ("reference", [2, 4], second, 2))
    layers = []
    for name, dash, dy, width in lines:
        if entry.get(name) is None:
            continue
        text = sheet.word(
            first_of(f"comb.{name}.{claim}", f"comb.{name}"), value=measure(entry[name], style, sheet.lang, digits=3)
        )
        place = {"x": {"datum": entry[name]} | x}
        layers.append(once({"type": "rule", "color": INK, "strokeWidth": width, "strokeDash": dash}, place))
        layers.append(once(label(text, y=0, dy=dy, align="center", baseline="bottom", fontWeight="bold"), place))
    return layers


def _class_names(sheet: Sheet, entry: dict, rows: list[dict], y: dict, width: int) -> list[dict]:
    """Write « gagne », « indécidable », « perd » and how many, beside their bars."""
    layers = []
    for name, colour in COLOURS.items():
        own = [row["rank"] for row in rows if row["class"] == name]
        if own:
            n = count(entry["counts"][name], sheet.lang)
            text = sheet.word("comb.class_count", name=sheet.word(f"comb.{name}"), n=n)
            ink = SOFT if name == "undecided" else colour
            mark = label(text, x=width, dx=14, fontWeight="bold", color=ink)
            layers.append(layer(mark, {"y": y}, rows=[{"rank": own[len(own) // 2]}]))
    return layers


def _guess(sheet: Sheet, x: dict) -> list[dict]:
    """Keep a place for the room's guess: an empty table that the page fills."""
    if sheet.size.name == "still":
        return []
    look = {"y": 2, "align": "center", "baseline": "top", "fontSize": sheet.size.title + 4}
    tip = {"field": "text", "type": "nominal", "title": sheet.word("guess.mark")}
    place = {"x": {"field": "value"} | x, "tooltip": tip}
    marks = label("▼", color=PAPER, **look), label("▽", color=GUESS, **look)  # white inside, or bars show through
    return [{"data": {"name": "guess", "values": []}, "mark": mark, "encoding": place} for mark in marks]


def _table(sheet: Sheet, bars: list[dict], style: str) -> Table:
    """List the bars."""
    lang, names = sheet.lang, ("estimate", "low", "high")
    head = [sheet.word(f"comb.{name}") for name in ("draw", *names, "class")]
    rows = [
        [str(bar["draw"]), *(measure(bar[name], style, lang) for name in names), sheet.word(f"comb.{bar['class']}")]
        for bar in bars
    ]
    if any(bar.get("territory") for bar in bars):
        kinds = {place["key"]: kind_of(place, lang) for place in sheet.page.get("territories", [])}
        head.append(sheet.word("comb.territory"))
        rows = [[*row, kinds.get(bar.get("territory"), "")] for row, bar in zip(rows, bars, strict=True)]
    return Table(head, rows)
