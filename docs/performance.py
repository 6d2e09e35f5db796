"""Draw docs/performance.svg and write the tables of docs/performance.md from what benchmarks/ keeps.

The roofline puts every kernel where callgrind counted it: instructions for each byte that it moves to and from memory
(benchmarks/instructions.csv), and the instructions that it does in a second of the measured month (profile.csv). Its
two roofs are what this machine can do (machine.csv). Tables stand between marks in the page; the rest of it is
written by hand. To do it again: python docs/performance.py
"""

import csv
import math
import re
import sys
from pathlib import Path

from sim.bench import ROWS, Row, shown

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "benchmarks"
PAGE, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 560, 70, 20, 20, 55
X, Y = (0.05, 60.0), (0.8, 20.0)  # instructions a byte, thousand millions of instructions a second
LEAST, SHOWN = 2.0, 4.0  # ns: smaller kernels are not drawn, or not named
NOW, BEFORE = "now", "before"


def lines(name: str) -> list[dict[str, str]]:
    """Return the lines of a file of benchmarks/."""
    return list(csv.DictReader((KEPT / name).read_text(encoding="utf-8").splitlines()))


def profile(label: str, kind: str) -> dict[str, float]:
    """Return ns per agent-month under a label."""
    chosen = (line for line in lines("profile.csv") if line["label"] == label and line["kind"] == kind)
    return {line["name"]: float(line["ns_per_agent_month"]) for line in chosen}


def ceilings() -> dict[str, float]:
    """Return what the machine can do."""
    return {line["name"]: float(line["value"]) for line in lines("machine.csv")}


def kernels() -> list[tuple[str, float, float, float]]:
    """Return name, instructions a byte, instructions a nanosecond and nanoseconds of kernels, then of the month."""
    times, found = profile(NOW, "kernel"), []
    counted = {line["kernel"]: line for line in lines("instructions.csv")}
    total = {"instructions": 0.0, "bytes": 0.0, "ns": 0.0}
    for name, ns in times.items():
        if name not in counted:
            continue
        n, moved = float(counted[name]["instructions"]), float(counted[name]["bytes"])
        total = {"instructions": total["instructions"] + n, "bytes": total["bytes"] + moved, "ns": total["ns"] + ns}
        if ns >= LEAST:
            found.append((name, n / max(moved, 0.01), n / ns, ns))
    found.append(
        ("all kernels", total["instructions"] / total["bytes"], total["instructions"] / total["ns"], total["ns"])
    )
    return found


def at(x: float, y: float) -> tuple[float, float]:
    """Return where a point of both logarithmic axes is drawn."""
    across = math.log(min(max(x, X[0]), X[1]) / X[0]) / math.log(X[1] / X[0])
    up = math.log(min(max(y, Y[0]), Y[1]) / Y[0]) / math.log(Y[1] / Y[0])
    return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def chart() -> str:
    """Return the roofline as SVG."""
    top = ceilings()
    bandwidth, rate = top["triad"], top["instructions"]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    out = [f'{head} font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for value in (0.1, 0.3, 1, 3, 10, 30):
        x, y = at(value, Y[0])
        out += [path(f"M{x:.1f} {y:.1f}V{TOP}", "#e4e4e4"), text(x, y + 18, value, "middle")]
    for value in (1, 2, 5, 10, 20):
        x, y = at(X[0], value)
        out += [path(f"M{x:.1f} {y:.1f}H{WIDTH - RIGHT}", "#e4e4e4"), text(x - 8, y + 4, f"{value:g}", "end")]
    (x0, y0), (x1, y1), (x2, y2) = at(X[0], X[0] * bandwidth), at(rate / bandwidth, rate), at(X[1], rate)
    out.append(path(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", "#222"))
    out.append(text(x2, y2 - 8, f"most instructions of one core: {rate:.3g} G/s", "end"))
    x, y = at(X[0] * 1.1, X[0] * 1.1 * bandwidth)
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    out.append(text(x, y - 8, f"memory: {bandwidth:.3g} GB/s", "start", f"rotate({turn:.1f} {x:.1f} {y:.1f})"))
    drawn = [(*at(per_byte, speed), name, ns, per_byte) for name, per_byte, speed, ns in kernels()]
    taken = [(x - radius(ns), y + 5, 2 * radius(ns)) for x, y, _, ns, _ in drawn]
    for x, y, name, ns, per_byte in sorted(drawn, key=lambda circle: -circle[3]):
        fill = "#c0392b" if name == "all kernels" else "#2b6cb0"
        said = f"{name}: {ns:.1f} ns, {per_byte:.3g} instructions a byte"
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius(ns):.1f}" fill="{fill}" fill-opacity="0.55">'
        out.append(f"{circle}<title>{said}</title></circle>")
        label = "all kernels of the month" if name == "all kernels" else name.split(".")[1]
        if ns >= SHOWN and (spot := free(x, y, radius(ns) + 3, 6.6 * len(label), taken)):
            out.append(text(*spot, label, "start", fill=fill))
    across, up = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    out.append(text(across, HEIGHT - 12, "instructions for each byte moved to or from memory", "middle"))
    label = "thousand million instructions a second"
    out.append(text(0, 0, label, "middle", f"translate(18 {up}) rotate(-90)"))
    return "\n".join([*out, "</svg>"]) + "\n"


def path(steps: str, colour: str) -> str:
    """Return a line."""
    return f'<path d="{steps}" fill="none" stroke="{colour}" stroke-width="{2 if colour == "#222" else 1}"/>'


def text(x: float, y: float, said: object, anchor: str, turn: str = "", fill: str = "#333") -> str:
    """Return words."""
    turned = f' transform="{turn}"' if turn else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{turned}>{said}</text>'


def radius(ns: float) -> float:
    """Return how large a kernel is drawn."""
    return 3 + math.sqrt(min(ns, 400)) / 2


def free(x: float, y: float, r: float, long: float, taken: list) -> tuple[float, float] | None:
    """Return where a label of this length lies on no other one and on no circle; keep the place."""
    for dy in (4, -9, 17, -21, 29, -33, 41):
        for left in (x + r, x - r - long, x - long / 2):
            top = y + dy
            inside = left > LEFT and left + long < WIDTH - RIGHT and TOP < top < HEIGHT - BOTTOM
            if inside and all(abs(top - b) > 11 or left > a + c or left + long < a for a, b, c in taken):
                taken.append((left, top, long))
                return left, top
    return None


# tables


def goals() -> str:
    """Return the last kept value of every row, with its goal."""
    kept = {line["name"]: line for line in lines("results.csv") if line["value"]}
    out = ["| row | measured | goal | beyond | |", "|---|---|---|---|---|"]
    for row in ROWS.values():
        line = kept.get(row.name)
        value = float(line["value"]) if line and line["value"] else None
        unit = "" if row.unit == "1" else f" {row.unit}"
        found = "not measured" if value is None else f"{shown(value)}{unit}"
        verdict = ""
        if row.goal is not None and value is not None:
            verdict = judged(value, row)
        note = " *" if line and "EXTRAPOLATED" in line["note"] else ""
        out.append(f"| `{row.name}` | {found}{note} | {told(row.goal)} | {told(row.beyond)} | {verdict} |")
    first = next((kept[name] for name in ROWS if name in kept), None)
    if first:
        out.append(f"\nLast kept on {first['date']}: {first['machine']}.")
    if loads := [float(line["value"]) for line in lines("results.csv") if line["name"] == "load_average_before"]:
        out.append(f"Other processes wanted {min(loads):.1f} to {max(loads):.1f} of its cores when these runs began.")
    return "\n".join(out)


def judged(value: float, row: Row) -> str:
    """Return which goal a value meets."""
    sign = 1 if row.more else -1
    if row.beyond is not None and sign * value >= sign * row.beyond:
        return "beyond"
    return "met" if sign * value >= sign * row.goal else "**missed**"


def told(value: float | None) -> str:
    """Return a goal."""
    return "" if value is None else shown(value)


def before_and_after() -> str:
    """Return the largest kernels before and now."""
    before, now = profile(BEFORE, "kernel"), profile(NOW, "kernel")
    totals = profile(BEFORE, "total"), profile(NOW, "total")
    names = sorted(before.keys() | now.keys(), key=lambda name: (-max(before.get(name, 0), now.get(name, 0)), name))
    out = ["| kernel | before, ns | now, ns |", "|---|---|---|"]
    out.append(f"| the whole month | {totals[0]['month']:.0f} | {totals[1]['month']:.0f} |")
    out += [f"| `{name}` | {ns(before, name)} | {ns(now, name)} |" for name in names[:26]]
    return "\n".join(out)


def ns(found: dict[str, float], name: str) -> str:
    """Return nanoseconds, or nothing for a kernel that was not there."""
    return f"{found[name]:.1f}" if name in found else ""


def by_phase() -> str:
    """Return the largest phases."""
    found, total = profile(NOW, "phase"), profile(NOW, "total")["month"]
    out = ["| phase | ns | share |", "|---|---|---|"]
    out += [f"| `{name}` | {ns:.1f} | {ns / total:.0%} |" for name, ns in list(found.items())[:20]]
    return "\n".join(out)


def counted() -> str:
    """Return what a month asks of the machine for one agent."""
    kept = lines("instructions.csv")
    total = {name: sum(float(line[name]) for line in kept) for name in kept[0] if name != "kernel"}
    top, ns = ceilings(), profile(NOW, "total")["kernels"]
    least = {
        "instructions": total["instructions"] / top["instructions"],
        "bytes": total["bytes"] / top["triad"],
        "mispredicted": total["mispredicted"] * top["branch guessed wrong"],
    }
    out = [
        "| in all kernels, per agent-month | counted | would take, at the most that this core does |",
        "|---|---|---|",
    ]
    for name, label in (
        ("instructions", "instructions"), ("branches", "of which branches"), ("mispredicted", "branches guessed wrong"),
        ("loads_and_stores", "loads and stores"), ("bytes", "bytes to and from memory beyond 1 MiB of cache"),
    ):  # fmt: skip
        time = f"{least[name]:.0f} ns" if name in least else ""
        out.append(f"| {label} | {total[name]:,.1f} | {time} |")
    out.append(f"| measured | | {ns:.0f} ns |")
    return "\n".join(out)


def peers() -> str:
    """Return what an agent-step costs in each framework."""
    kept = {line["name"]: line for line in lines("results.csv") if line["name"].startswith("peers.")}
    names = dict.fromkeys(name.split(".")[1] for name in kept)
    out = ["| framework | ns an agent-step | times ours |", "|---|---|---|"]
    for name in names:
        if f"peers.{name}.ns" in kept:
            cost, times = (shown(float(kept[f"peers.{name}.{what}"]["value"])) for what in ("ns", "times_ours"))
            out.append(f"| {name} | {cost} | {times} |")
    return "\n".join(out)


def machine() -> str:
    """Return the ceilings."""
    kept = lines("machine.csv")
    out = [f"| one core of {kept[0]['processor']} | |", "|---|---|"]
    return "\n".join([*out, *(f"| {line['name']} | {line['value']} {line['unit']} |" for line in kept)])


TABLES = {
    "goals": goals,
    "kernels": before_and_after,
    "phases": by_phase,
    "counted": counted,
    "machine": machine,
    "peers": peers,
}


def filled(page: str) -> str:
    """Return the page with its tables written anew."""
    for name, table in TABLES.items():
        mark = rf"(?s)(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = table()
        page, found = re.subn(mark, lambda m, text=text: m[1] + text + "\n" + m[2], page)
        if found != 1:
            sys.exit(f"docs/performance.md has {found} places for the table '{name}'")
    return page


def main() -> None:
    """Write both files."""
    CHART.write_text(chart(), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
