"""« Escalier de la prime »: from what members are worth apart to the premium of the alliance, step by step.

Stacked bars cannot go below zero; these steps can, in the same place. The level of the members apart is a line, not a
bar: a bar would have to start at zero and would flatten the steps.
"""

import textwrap

from sim.views import charts
from sim.views.charts import INK, Caveats, Chart, Sheet, Table, label, layer, once, panel
from sim.views.words import number, rounded

STEPS = {"together": "#0072B2", "coordination": "#D55E00", "engineering": "#E69F00", "premium": "#009E73"}
PARTS = {"perceived": "#66c2a5", "recognised": "#3b9d7e", "paid": "#006d52", "unseen": "#ffffff"}


def stairs(sheet: Sheet) -> Chart:
    """Draw the stairs of the premium."""
    item = sheet.page["premium"]
    caveats = Caveats(item, sheet.word("premium.how", level=sheet.level()), sheet.word("unit.value_100"))
    finding = sheet.word(f"finding.premium.{item['finding']}")
    return charts.framed(sheet, "premium", finding, [_steps(sheet, item)], caveats, _table(sheet, item))


def _steps(sheet: Sheet, item: dict) -> dict:
    """Draw the steps, each with its amount, the interval of the last one, and who sees it."""
    size = sheet.size
    width, height = size.width - (250 if size.roomy else 20), 380 if size.roomy else 260
    rows = [_step(sheet, step) for step in item["steps"] if step["key"] in STEPS]
    parts = [part | {"step": _name(sheet, "parts")} for part in item.get("parts") or []]
    order = [row["step"] for row in rows] + [part["step"] for part in parts[:1]]
    axis = {"title": None, "labelAngle": 0, "labelExpr": "split(datum.label, '|')", "labelOverlap": False}
    x = {"field": "step", "type": "nominal", "scale": {"domain": order, "paddingInner": 0.3}, "axis": axis}
    y = {"type": "quantitative", "axis": {"title": None, "tickCount": 6}, "scale": {"zero": False}}
    colours = STEPS | PARTS
    colour = {"field": "key", "legend": None, "scale": {"domain": list(colours), "range": list(colours.values())}}
    box = {"x": x, "y": y | {"field": "start"}, "y2": {"field": "end"}, "color": colour}
    span = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
    amount = {"x": x, "y": y | {"field": "top"}, "text": {"field": "text"}}
    layers = [
        *_apart(sheet, item, y),
        layer({"type": "bar", "stroke": INK, "strokeWidth": 0.8}, box),
        layer({"type": "rule", "strokeWidth": 4, "color": INK}, span, rows=[row for row in rows if "low" in row]),
        layer({"type": "text", "dy": -8, "baseline": "bottom", "fontWeight": "bold"}, amount),
        *_parts(sheet, parts, box, width),
    ]
    return panel(sheet, sheet.word("premium.axis"), rows, layers, width, height)


def _step(sheet: Sheet, step: dict) -> dict:
    """Return one step as the row that Vega draws, with what it adds or takes written as the lab gives it."""
    row = {"step": _name(sheet, step["key"]), "key": step["key"], "start": step["start"], "end": step["end"]}
    ends = [step["start"], step["end"]]
    if step.get("low") is not None:
        row |= {"low": step["low"], "high": step["high"]}
        ends.append(step["high"])
    if step.get("amount") is None:
        text = number(step["end"], sheet.lang)
    else:
        text = ("+" if step["amount"] > 0 else "") + rounded(step["amount"], sheet.lang)
    return row | {"top": max(ends), "text": text}


def _name(sheet: Sheet, key: str) -> str:
    """Name a step in a few short lines, kept apart by a bar that the axis splits."""
    return "|".join(textwrap.wrap(sheet.word(f"premium.{key}"), 16 if sheet.size.roomy else 10, break_long_words=False))


def _apart(sheet: Sheet, item: dict, y: dict) -> list[dict]:
    """Draw the level of the members apart across the chart: above it is gain, below it is loss."""
    alone = next(step["end"] for step in item["steps"] if step["key"] == "alone")
    place = {"y": {"datum": alone} | y}
    name = label(sheet.word("premium.level", value=number(alone, sheet.lang)), x=4, dy=5, baseline="top")
    return [once({"type": "rule", "color": INK, "strokeWidth": 2.5}, place), once(name, place)]


def _parts(sheet: Sheet, parts: list[dict], box: dict, width: int) -> list[dict]:
    """Split the premium by who sees it; what nobody sees or pays is an empty dashed box."""
    layers, size = [], sheet.size
    for line, part in enumerate(reversed(parts)):
        empty = part["key"] == "unseen"
        mark = {"type": "bar", "stroke": INK, "strokeWidth": 1} | ({"strokeDash": [4, 3]} if empty else {})
        layers.append(layer(mark, box, rows=[part]))
        if size.roomy:
            look = {"fontSize": size.small + 1, "baseline": "top", "y": line * round(size.text * 1.6)}
            ink = INK if empty else PARTS[part["key"]]
            layers.append(once(label("□" if empty else "■", x=width + 14, color=ink, **look)))
            layers.append(once(label(sheet.word(f"premium.{part['key']}"), x=width + 34, **look)))
    return layers


def _table(sheet: Sheet, item: dict) -> Table:
    """List the steps and the parts."""
    head = [sheet.word(f"premium.{name}") for name in ("step", "start", "end")]
    rows = [
        [sheet.word(f"premium.{step['key']}"), *(number(step[name], sheet.lang, 3) for name in ("start", "end"))]
        for step in [*item["steps"], *(item.get("parts") or [])]
    ]
    return Table(head, rows)
