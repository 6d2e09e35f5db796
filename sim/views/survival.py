"""Survival: the share of projects still alive by age, in two worlds, and the difference under it.

Not a mean duration: most projects are still alive when the run ends.
"""

from sim.views import charts
from sim.views.charts import FIRST_WORLD, INK, SECOND_WORLD, Caveats, Chart, Sheet, Table, label, layer, once, panel
from sim.views.words import count, duration, percent


def survival(sheet: Sheet) -> Chart:
    """Draw the survival of projects."""
    item = sheet.page["survival"]
    who, other = (sheet.word(f"who.{curve['who']}") for curve in item["curves"])
    how = sheet.word(f"survival.how.{item['band']}", level=sheet.level())
    if all(curve.get("median") is None for curve in item["curves"]):
        how = f"{how} {sheet.word('survival.no_median')}"
    finding = sheet.word(f"finding.survival.{item['finding']}", who=who, other=other)
    panels = [_alive(sheet, item), _followed(sheet, item), *_gap(sheet, item)]
    caveats = Caveats(item, how, sheet.word("unit.share_of_projects"))
    return charts.framed(sheet, "survival", finding, panels, caveats, _table(sheet, item))


def _width(sheet: Sheet) -> int:
    return sheet.size.width - 70


def _last(item: dict) -> int:
    """Return the age at which the follow-up ends."""
    return max(curve["months"][-1] for curve in item["curves"])


def _age(sheet: Sheet, item: dict, named: bool) -> dict:
    """Count the age of projects in years."""
    last = _last(item)
    ticks = range(0, last + 1, 12 if last <= 120 else 48)
    texts = {tick: sheet.word("survival.year" if tick == 12 else "survival.years", n=tick // 12) for tick in ticks}
    title = sheet.word("survival.axis") if named else None
    axis = {"values": list(ticks), "labelExpr": charts.labels(texts), "title": title, "grid": False}
    return {"field": "month", "type": "quantitative", "scale": {"domain": [0, last], "nice": False}, "axis": axis}


def _colour(item: dict) -> dict:
    """Give each world its colour."""
    scale = {"domain": [curve["who"] for curve in item["curves"]], "range": [FIRST_WORLD, SECOND_WORLD]}
    return {"field": "who", "type": "nominal", "legend": None, "scale": scale}


def _alive(sheet: Sheet, item: dict) -> dict:
    """Draw the two curves, their ribbons, their names and, where half have ended, their medians."""
    rows = [
        {"month": month, "alive": alive, "low": low, "high": high, "who": curve["who"]}
        for curve in item["curves"]
        for month, alive, low, high in zip(curve["months"], curve["alive"], curve["low"], curve["high"], strict=True)
    ]
    height = 320 if sheet.size.roomy else 220
    x = _age(sheet, item, named=not item.get("difference"))
    axis = {"title": None, "format": ".0%", "tickCount": 5}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    tips = [{"field": "month", "title": sheet.word("times.month")}]
    tips += [{"field": "alive", "title": sheet.word("survival.alive"), "format": ".0%"}]
    ribbon = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": _colour(item)}
    line = {"x": x, "y": y | {"field": "alive"}, "color": _colour(item), "tooltip": tips}
    layers = [
        layer({"type": "area", "opacity": 0.18, "interpolate": "step-after"}, ribbon),
        layer({"type": "line", "strokeWidth": 3.5, "interpolate": "step-after"}, line),
        *_medians(sheet, item, x, y, height),
        *_names(sheet, item),
    ]
    return panel(sheet, sheet.word("survival.alive"), rows, layers, _width(sheet), height)


def _names(sheet: Sheet, item: dict) -> list[dict]:
    """Name the two curves inside the frame, at the top right, in their own colours."""
    colours, step = (FIRST_WORLD, SECOND_WORLD), round(sheet.size.text * 1.5)
    look = {"x": _width(sheet), "align": "right", "baseline": "top", "fontWeight": "bold"}
    return [
        once(label("■ " + sheet.word("who." + curve["who"]), y=4 + line * step, color=colours[line], **look))
        for line, curve in enumerate(item["curves"])
    ]


def _medians(sheet: Sheet, item: dict, x: dict, y: dict, height: int) -> list[dict]:
    """Mark the age at which half of the projects have ended, and the age that the claim would give."""
    drop = {"x": x, "y": y | {"field": "alive"}, "y2": {"field": "end"}}
    found = [(curve["median"], curve["who"]) for curve in item["curves"] if curve.get("median") is not None]
    layers = []
    for line, (month, who) in enumerate(found):
        row = [{"month": month, "alive": 0.5, "end": 0, "who": who}]
        text = sheet.word("survival.median", age=duration(month, sheet.lang))
        name = label(text, dx=6, baseline="bottom", y=height - 8 - line * round(sheet.size.text * 1.4))
        layers.append(layer({"type": "rule", "strokeWidth": 2}, drop | {"color": _colour(item)}, rows=row))
        layers.append(layer(name, {"x": x, "color": _colour(item)}, rows=row))
    claimed = item.get("claimed_median")
    if claimed is not None and claimed <= _last(item):
        row = [{"month": claimed, "alive": 0.5, "end": 0}]
        name = label(sheet.word("survival.claimed", age=duration(claimed, sheet.lang)), dx=6, y=height / 2 - 8)
        layers.append(layer({"type": "rule", "strokeDash": [7, 5], "strokeWidth": 2, "color": INK}, drop, rows=row))
        layers.append(layer(name, {"x": x}, rows=row))
    return layers


def _followed(sheet: Sheet, item: dict) -> dict:
    """Write under the curves how many projects each point still rests on."""
    rows = [
        {"month": month, "text": count(n, sheet.lang), "who": curve["who"]}
        for curve in item["curves"]
        for month, n in curve["still_followed"]
    ]
    order = [curve["who"] for curve in item["curves"]]
    places = {
        "x": _age(sheet, item, named=False) | {"axis": None},
        "y": {"field": "who", "type": "nominal", "axis": None, "sort": order},
        "text": {"field": "text"},
        "color": _colour(item),
    }
    numbers = layer({"type": "text", "fontSize": sheet.size.small, "align": "center"}, places)
    height = 2 * round(sheet.size.text * 1.5)
    return panel(sheet, sheet.word("survival.followed_row"), rows, [numbers], _width(sheet), height, gap=4)


def _gap(sheet: Sheet, item: dict) -> list[dict]:
    """Draw the paired difference: two ribbons can overlap and the difference still be sure."""
    gap = item.get("difference")
    if not gap:
        return []
    rows = [
        {"month": month, "middle": middle, "low": low, "high": high}
        for month, middle, low, high in zip(gap["months"], gap["middle"], gap["low"], gap["high"], strict=True)
    ]
    x = _age(sheet, item, named=True)
    y = {"type": "quantitative", "axis": {"title": None, "format": "+.0%", "tickCount": 3}}
    layers = [
        layer(
            {"type": "area", "opacity": 0.22, "color": FIRST_WORLD},
            {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        ),
        layer({"type": "line", "strokeWidth": 3, "color": FIRST_WORLD}, {"x": x, "y": y | {"field": "middle"}}),
        once({"type": "rule", "strokeWidth": 2, "color": INK}, {"y": {"datum": 0} | y}),
    ]
    return [panel(sheet, sheet.word("survival.difference"), rows, layers, _width(sheet), 110)]


def _table(sheet: Sheet, item: dict) -> Table:
    """List both curves by age."""
    names = [sheet.word(f"who.{curve['who']}") for curve in item["curves"]]
    alive = [dict(zip(curve["months"], curve["alive"], strict=True)) for curve in item["curves"]]
    rows = [
        [sheet.word("survival.months", n=month), *(percent(curve.get(month), sheet.lang) for curve in alive)]
        for month in alive[0]
    ]
    return Table([sheet.word("survival.axis"), *names], rows)
