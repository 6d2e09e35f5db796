"""The command `sim`: arguments in, calls, exit codes; no logic.

Exit codes: 0 done; 1 a run or a claim could not be completed; 2 bad input; 130 interrupted. Results go to standard
output, everything else to standard error; with --json, standard output is one JSON object.
"""

import gc
import os
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import InputError, RunError, SimError
from sim.loading import look_for_dead_objects_less

app = typer.Typer(
    name="sim",
    help="Simulator of territorial alliances: real places, sourced numbers, claims put to the test.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

INTERRUPTED = 130
EVERY = 30.0  # seconds between two lines of progress in a log

# Numbers arrive as text: sim/config.py checks them, in the same words for the command line and for Python.
Territory = Annotated[
    str, typer.Option(help="epci:SIREN, dep:86, reg:75, france, sample:N, synthetic:N, a name or a graph file.")
]
Scenarios = Annotated[list[str] | None, typer.Argument(help="Names (sim list scenarios) or YAML files, in order.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def run(
    territory: Territory,
    scenario: Scenarios = None,
    months: Annotated[str, typer.Option(help="1 to 1200.")] = "84",
    seed: Annotated[str, typer.Option(help="0 to 2^63 - 1.")] = "1",
    start: Annotated[str, typer.Option(help="First month, YYYY-MM.")] = "2026-01",
    around: Annotated[str, typer.Option(help="Add the neighbours up to so many steps away.")] = "0",
    scale: Annotated[str, typer.Option(help="A smaller copy: above 0, at most 1.")] = "1",
    out: Annotated[Path | None, typer.Option(help="Folder to write; without it nothing is written.")] = None,
    check: Annotated[bool, typer.Option(help="Check every account row by row, after every phase.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads that share a large territory; all processors, if not said.")
    ] = None,
    json: Json = False,
):
    """Run one territory, month after month."""
    from sim.loading import loading_what_runs
    from sim.running import Prepared, configured, stored
    from sim.warming import compiled_by_two

    config = configured(
        territory, scenario=tuple(scenario or ()), months=months, seed=seed, start=start, around=around, scale=scale,
        strict=check,
    )  # fmt: skip
    prepared = Prepared(config, threads=threads)
    for note in prepared.territory.notes:
        say(note)
    loading_what_runs()
    with compiled_by_two(prepared), progress(config.months) as each_month:
        if out is None:
            summary = prepared.run(each_month).summary
        else:
            summary, there = stored(prepared, out, each_month)
            say(f"{out}: this run is already there." if there else f"Written to {out}.")
    show(summary, json, run_as_text)


@app.command()
def verdict(
    claim: Annotated[list[str] | None, typer.Argument(help="Claims, for example H2; all by default.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for verdict.json and the page.")] = Path("out/verdict"),
    quick: Annotated[bool, typer.Option("--quick", help="Fewer worlds: minutes, and wider intervals.")] = False,
    json: Json = False,
):
    """Put the claims to the test; what is already run in the folder is not run again."""
    from sim.lab.verdict import controls_hold, run_verdict
    from sim.views.seminar import write_page

    verdicts = run_verdict(claim, quick=quick, out=out, workers=os.cpu_count() or 1)
    page, hold = write_page(out, out / "verdict.html"), controls_hold(verdicts)
    show({"controls_hold": hold, "page": str(page), "verdicts": verdicts}, json, verdicts_as_text)
    if not hold:
        raise RunError(
            "A control failed: the other verdicts are not given.\n  The line of the control says what it found."
        )


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="The --out of a run or of a verdict.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write; it needs no network.")],
    lang: Annotated[str, typer.Option(help="Language first shown: fr or en.")] = "fr",
):
    """Write the page of a run or of verdicts: one file that opens anywhere."""
    from sim.views.seminar import write_page

    say(f"Written to {write_page(folder, out, lang)}.")


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(help="The name of a stored run.")],
    store: Annotated[Path, typer.Option(help="The folder of the run, or the folder that holds it.")],
    json: Json = False,
):
    """Run a stored run again and say whether it is identical to the bit."""
    from sim.results import find
    from sim.running import machine, replayed

    before, after = replayed(find(run_id, store))
    identical = before["digest"] == after.summary["digest"]
    differ = sorted(t for t, digest in after.summary["digests"].items() if before["digests"].get(t) != digest)
    answer = {
        "run_id": run_id, "identical": identical, "differ": differ, "same_platform": before["platform"] == machine(),
        "stored_platform": before["platform"], "platform": machine(),
    }  # fmt: skip
    show(answer, json, replay_as_text)
    raise typer.Exit(0 if identical else 1)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A parameter, column, phase, indicator, scenario or claim.")],
    lang: Annotated[str, typer.Option(help="Language of the answer, en or fr.")] = "en",
):
    """Say what a name means: unit, source, range, who uses it."""
    from sim import glossary

    print(glossary.explain(name, lang))


@app.command("list")
def list_(
    what: Annotated[
        str, typer.Argument(help="scenarios, territories, claims, parameters, phases, columns or indicators.")
    ],
    json: Json = False,
):
    """List what there is."""
    from sim import glossary

    show({what: glossary.listed(what)}, json, lines)


@app.command()
def bench(
    only: Annotated[list[str] | None, typer.Option(help="Measure one row by its name; can be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Run the whole nation over 336 months: many minutes.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Instead: the same hot loop in other frameworks.")] = False,
    json: Json = False,
):
    """Measure the speed of the simulator on this machine, row by row of its goals."""
    from sim import bench

    show(bench.measure(only, full=full, peers=peers), json, bench.as_text)


# what is printed


def say(message: str) -> None:
    """Tell the person something; standard output belongs to the result."""
    print(message, file=sys.stderr)


def show(answer: Any, json: bool, text: Callable[[Any], str]) -> None:
    """Print an answer, as JSON or as text."""
    from sim.results import as_json

    print(as_json(answer) if json else text(answer))


def run_as_text(summary: dict[str, Any]) -> str:
    """Return the horizons of a run as a table."""
    place, horizons = summary["territory"], summary["horizons"]
    head = (
        f"{place['name']}: {place['population']:,} inhabitants, {summary['organisations']:,} organisations\n"
        f"run {summary['run_id']}, {summary['months']} months from {summary['start']}, seed {summary['seed']}; "
        f"largest residual {summary['ledger']['max_residual_cents']} cents"
        f" in {summary['ledger']['checks']:,} checks\n"
    )
    if not horizons:
        return head + "No horizon (18, 84, 336 months, 2050) lies within the run."
    names = next(iter(horizons.values()))
    rows = [("", *horizons, "unit")]
    rows += [(name, *(amount(h[name]["value"]) for h in horizons.values()), names[name]["unit"]) for name in names]
    return head + columns(rows)


def verdicts_as_text(answer: dict[str, Any]) -> str:
    """Return one paragraph per verdict, the controls first, then where the page is."""
    paragraphs = []
    for v in answer["verdicts"]:
        words = ", ".join(f"{what} {v[what]}" for what in ("direction", "size") if v[what])
        lines = textwrap.wrap(v["text_en"], 100)
        paragraphs.append("\n  ".join([f"{v['claim']}  {v['statement']}", words, *lines]))
    level = "Evidence level A: mechanisms only, not confronted with data. Not a forecast for any place."
    return "\n\n".join([*paragraphs, level, f"Page, in French and English: {answer['page']}"])


def replay_as_text(answer: dict[str, Any]) -> str:
    """Return the answer of a replay, the platforms first."""
    platform = "the same platform" if answer["same_platform"] else "another platform than the stored run's"
    verdict = "identical to the bit" if answer["identical"] else f"different in {', '.join(answer['differ'])}"
    return f"Replayed on {platform}.\nRun {answer['run_id']}: {verdict}."


def lines(answer: dict[str, list[dict[str, Any]]]) -> str:
    """Return one line per item, its values in columns; parameters end with the share of each kind."""
    shown = {name: items for name, items in answer.items() if name != "scenarios"}
    if "scenarios" in answer:  # in one language: the line is long enough
        shown["scenarios"] = [{k: s[k] for k in ("name", "title", "question")} for s in answer["scenarios"]]
    found = columns([tuple(str(value) for value in item.values()) for items in shown.values() for item in items])
    return found + shares_of_kinds(answer["parameters"]) if "parameters" in answer else found


def shares_of_kinds(parameters: list[dict[str, Any]]) -> str:
    """Return how many parameters are laws, statistics, calibrated, assumptions: of all, and of those drawn."""
    from sim import glossary

    found = glossary.kinds_of(parameters)
    everyone, drawn = (max(1, sum(row[k] for row in found)) for k in (1, 2))
    rows = [
        (kind, f"{n} of {everyone} ({n / everyone:.0%})", f"{d} of the {drawn} drawn by studies ({d / drawn:.0%})")
        for kind, n, d in found
    ]
    return "\n\n" + columns(rows)


def columns(rows: list[tuple[str, ...]]) -> str:
    """Return rows as text in columns as wide as their widest cell."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def amount(value: float | None) -> str:
    """Return a number with as many digits as a person reads."""
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def told_now_and_then(months: int) -> Callable[[int], None]:
    """Return what tells the month on standard error, at most once every EVERY seconds."""
    began = last = time.monotonic()

    def tell(month: int):
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            say(f"month {month} of {months}, {now - began:,.0f} s")

    return tell


@contextmanager
def progress(months: int):
    """Show a bar on standard error where somebody watches it; in a log, a line now and then when a run is long."""
    if not sys.stderr.isatty():
        yield told_now_and_then(months)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("months", total=months)
        yield lambda month: bar.update(task, completed=month)


# the door


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code; a mistake is said in one message, without a traceback."""
    look_for_dead_objects_less()
    code = code_of(arguments)
    gc.freeze()  # nothing is looked through once more: the system takes all memory back
    sys.exit(code)


def code_of(arguments: list[str] | None = None) -> int:
    """Return the exit code of a command line."""
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="sim", standalone_mode=False) or 0
    except typer.TyperException as error:
        say(f"{error.format_message().rstrip('.')}.\n  See sim --help, or sim COMMAND --help.")
        return 2
    except InputError as error:
        say(str(error))
        return 2
    except SimError as error:
        say(str(error))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:  # typer turns most interruptions into this code
        say("Interrupted: nothing was left half-written.")
    return code


if __name__ == "__main__":
    main()
