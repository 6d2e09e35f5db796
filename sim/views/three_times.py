"""« Trois temps »: when an effect comes, on one axis of three equal stretches (18 months, 7 years, 28 years).

A band of chance around ONE set of assumptions, and a thin thread per set: an outer envelope would be read as a
probability, and a lone median line as the future.
"""

from sim.views import charts
from sim.views.charts import FIRST_WORLD, INK, SOFT, Caveats, Chart, Sheet, Table, label, layer, once, panel
from sim.views.words import calendar, number

HORIZONS = (0, 18, 84, 336)
BLANK = "#f1efe9"


def three_times(sheet: Sheet, item: dict, clock: str = "stretches") -> Chart:
    """Draw one indicator's difference between two worlds; `clock` is `stretches` or `real`."""
    what, unit = sheet.word(f"indicator.{item['indicator']}"), sheet.word(f"unit.{item['unit']}")
    seam = sheet.word("times.seam" if clock == "stretches" else "times.real")
    how = f"{sheet.word('times.how', level=sheet.level())} {seam}"
    cause, of_cause = sheet.word(f"cause.{item['contrast']}"), sheet.word(f"of_cause.{item['contrast']}")
    finding = sheet.word(f"finding.time.{item['finding']}", what=what, cause=cause, of_cause=of_cause)
    caveats = Caveats({"last_month": item["months"][-1]} | item, how, unit)
    drawing = _threads(sheet, item, sheet.word("times.gap", what=what, unit=unit), clock)
    key = f"times-{item['indicator']}-{item.get('territory') or 'all'}"
    return charts.framed(sheet, key, finding, [drawing], caveats, _table(sheet, item))


def _threads(sheet: Sheet, item: dict, caption: str, clock: str) -> dict:
    """Draw the threads of ignorance and, around one of them, the band of chance."""
    rows = [
        {"month": month, "thread": thread, "middle": middle, "low": low, "high": high}
        for thread, line in enumerate(item["threads"])
        for month, middle, low, high in zip(item["months"], line["middle"], line["low"], line["high"], strict=True)
    ]
    width, height = sheet.size.width - 70, 380 if sheet.size.roomy else 260
    x = {"field": "month", "type": "quantitative", "scale": _scale(width, clock), "axis": _axis(sheet, clock)}
    style = "+~r" if item.get("same") == 0 else "~r"
    y = {"type": "quantitative", "axis": {"title": None, "tickCount": 5, "format": style}, "scale": {"zero": False}}
    chosen, pointing = _pick(sheet, item, x, y)
    middle = {"x": x, "y": y | {"field": "middle"}}
    band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
    thin = {"type": "line", "color": SOFT, "strokeWidth": 1.3, "opacity": 0.75}
    layers = [
        *_not_run(sheet, item["months"][-1], x, width),
        *_seams(sheet, item["months"][-1], x, clock),
        layer({"type": "area", "color": FIRST_WORLD, "opacity": 0.22}, band, transform=chosen),
        layer(thin, middle | {"detail": {"field": "thread", "type": "nominal"}}),
        layer({"type": "line", "color": FIRST_WORLD, "strokeWidth": 4}, middle, transform=chosen),
        *_same(sheet, item, y, width),
        *pointing,
    ]
    return panel(sheet, caption, rows, layers, width, height)


def _pick(sheet: Sheet, item: dict, x: dict, y: dict) -> tuple[list[dict], list[dict]]:
    """Return the filter of the thread that wears the band, and the layer that moves it to the one pointed at."""
    if sheet.size.name == "still":
        return [{"filter": f"datum.thread === {item['central']}"}], []
    select = {"type": "point", "fields": ["thread"], "on": "pointerover", "nearest": True, "clear": False}
    pick = {"name": "pick", "select": select, "value": [{"thread": item["central"]}]}
    tips = [{"field": "month", "title": sheet.word("times.month")}]
    tips += [
        {"field": name, "title": sheet.word(f"times.{name}"), "format": ".2r"} for name in ("middle", "low", "high")
    ]
    dots = {"x": x, "y": y | {"field": "middle"}, "tooltip": tips}
    pointing = layer({"type": "point", "opacity": 0, "size": 60}, dots, params=[pick])
    return [{"filter": {"param": "pick", "empty": False}}], [pointing]


def _scale(width: int, clock: str) -> dict:
    """Return a linear scale bent at the seams, or a straight one."""
    if clock != "stretches":
        return {"domain": [0, HORIZONS[-1]], "nice": False}
    return {"domain": list(HORIZONS), "range": [0, width / 3, 2 * width / 3, width], "nice": False}


def _axis(sheet: Sheet, clock: str) -> dict:
    """Name the horizons, with their calendar month under them."""
    start = sheet.page["study"]["start"]
    named = [month for month in HORIZONS if clock == "stretches" or month != 18]  # too near the start in real time
    texts = {month: [sheet.word(f"times.tick.{month}"), calendar(start, month, sheet.lang)] for month in named}
    look = {"grid": False, "labelFlush": True, "labelOverlap": False, "labelLineHeight": round(sheet.size.text * 1.25)}
    return {"title": None, "values": named, "labelExpr": charts.labels(texts)} | look


def _not_run(sheet: Sheet, last: int, x: dict, width: int) -> list[dict]:
    """Shade what this study did not simulate: an empty stretch is not a nil effect."""
    if last >= HORIZONS[-1]:
        return []
    text = sheet.size.wrap(sheet.word("times.not_run"), sheet.size.text * 2)
    note = label(text, x=width, dx=-12, y=14, align="right", baseline="top", color=SOFT, fontStyle="italic")
    place = {"x": x, "x2": {"field": "end"}}
    return [layer({"type": "rect", "color": BLANK}, place, rows=[{"month": last, "end": HORIZONS[-1]}]), once(note)]


def _seams(sheet: Sheet, last: int, x: dict, clock: str) -> list[dict]:
    """Draw the year 2050, and the two dashed seams at which time changes scale."""
    year, month = map(int, sheet.page["study"]["start"].split("-"))
    in_2050 = (2050 - year) * 12 - (month - 1)
    layers = []
    if 0 < in_2050 <= last:
        name = label("2050", y=0, dy=-3, align="center", baseline="bottom", fontSize=sheet.size.small, color=SOFT)
        layers += [layer({"type": "rule", "color": SOFT, "strokeWidth": 0.8}, {"x": x}, rows=[{"month": in_2050}])]
        layers += [layer(name, {"x": x}, rows=[{"month": in_2050}])]
    if clock == "stretches":
        seam = {"type": "rule", "strokeDash": [3, 5], "strokeWidth": 2, "color": SOFT}
        layers += [layer(seam, {"x": x}, rows=[{"month": month} for month in HORIZONS[1:3]])]
    return layers


def _same(sheet: Sheet, item: dict, y: dict, width: int) -> list[dict]:
    """Draw the level at which both worlds are equal."""
    if item.get("same") is None:
        return []
    place = {"y": {"datum": item["same"]} | y}
    name = label(sheet.word("times.same"), x=width, dx=6, fontWeight="bold")
    return [once({"type": "rule", "strokeWidth": 2.5, "color": INK}, place), once(name, place)]


def _table(sheet: Sheet, item: dict) -> Table:
    """List the central set of assumptions month by month."""
    start, line = sheet.page["study"]["start"], item["threads"][item["central"]]
    head = [sheet.word(f"times.{name}") for name in ("month", "middle", "low", "high")]
    rows = [
        [f"{month} · {calendar(start, month, sheet.lang)}", *(number(value, sheet.lang) for value in values)]
        for month, *values in zip(item["months"], line["middle"], line["low"], line["high"], strict=True)
    ]
    return Table(head, rows)
