"""From a registered study to verdicts: controls first, then one object per claim.

A verdict answers two questions, direction and size, by rules fixed beforehand (uncertainty.decide) on effects by
draw from which chance was taken off. If one control fails, nothing else is said.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from sim.errors import InputError, OutputError, RunError
from sim.lab import controls, design, page, prior, runner, uncertainty
from sim.lab.answers import claim_verdict, control_verdict
from sim.lab.design import Size, Study, load_study
from sim.lab.store import Store
from sim.lab.table import Runs, Table
from sim.results import as_json


def run_verdict(
    claims: Iterable[str] | None = None,
    quick: bool = True,
    out: str | Path | None = None,
    workers: int = 2,
    progress: bool = True,
    study: Study | None = None,
    simulate: Callable = runner.simulate,
) -> list[dict]:
    """Run what is missing of the study and return the verdicts, controls first.

    If a control fails, only the controls are returned. With `out`, the folder keeps the finished units (a killed
    study goes on from there), verdict.json and page.json.
    """
    study = load_study() if study is None else study
    wanted = wanted_claims(claims, study)
    folder = None if out is None else Path(out)
    runs = run_study(study, study.quick if quick else study.full, quick, folder, workers, progress, simulate)
    verdicts = answer(runs, wanted)
    if folder is not None:
        save(folder / "verdict.json", verdicts)
        save(folder / "page.json", page.page(runs, verdicts))
    return verdicts


def wanted_claims(claims: Iterable[str] | None, study: Study) -> list[str]:
    """Return the claims to answer: all of the study's, or those asked for by name (H4 asks for H4a and H4b)."""
    known = list(study.tests)
    if not claims:
        return known
    found = []
    for asked in claims:
        matches = [name for name in known if name == asked or name.rstrip("abc") == asked]
        if not matches and not asked.startswith("H0"):
            raise InputError(f"No claim is called '{asked}'.\n  This study answers H0, {', '.join(known)}.")
        found += [name for name in matches if name not in found]
    return [name for name in known if name in found]


def run_study(
    study: Study,
    size: Size,
    quick: bool,
    folder: Path | None,
    workers: int,
    progress: bool,
    simulate: Callable = runner.simulate,
) -> Runs:
    """Run every unit of the study that the folder does not hold yet."""
    from sim.code_id import code_id
    from sim.parameters import load_parameters

    parameters = load_parameters()
    check_ranges(study, parameters)
    store = Store(folder)
    share = {"code": code_id(), "workers": workers, "progress": progress, "simulate": simulate}
    units = design.units(study, size, parameters)
    uncertainty.refuse_shared_seeds(np.array(sorted({(u.draw, u.repeat): u.seed for u in units}.values()), np.uint64))
    checks = design.control_units(study, size, parameters)
    own = runner.run_units(checks, study, store, task=controls.run_controls, **share)
    outcomes = runner.run_units(units, study, store, **share)
    long = runner.run_units(design.long_units(study, size, parameters), study, store, **share)
    return Runs(study, size, parameters, outcomes, long, own, share["code"], quick)


def check_ranges(study: Study, parameters):
    """Refuse to answer when the ranges are not those registered with the study."""
    if study.ranges_hash != parameters.ranges_hash:
        raise RunError(
            f"The ranges of the parameters (hash {parameters.ranges_hash[:12]}) are not those registered with the "
            f"study '{study.study}' ({study.ranges_hash[:12] or 'none'}).\n"
            "  Ranges are fixed before verdicts are seen: put them back, or register a study with another name."
        )


def answer(runs: Runs, wanted: Iterable[str]) -> list[dict]:
    """Return the verdicts of finished runs: the controls, then, if all hold, the claims."""
    if not runs.outcomes:
        raise RunError("There is no run to answer from.\n  Run the study first: sim verdict --out DIR.")
    table = Table(runs)
    found = controls.judge(runs.own, runs.outcomes, table.log_frugality("W4")[:, :1], table.gaps_of_luck("W1"))
    verdicts = [control_verdict(control, runs) for control in found]
    if controls.failed(found):
        return verdicts
    chances = prior.prior(runs.parameters, tuple(design.drawn_names(runs.parameters)))
    return verdicts + [claim_verdict(name, table, chances) for name in wanted]


def controls_hold(verdicts: Iterable[Mapping]) -> bool:
    """Return True when every control among the verdicts holds."""
    return all(v["direction"] == "supported" for v in verdicts if v["claim"].startswith("H0"))


def save(file: Path, content: object):
    """Write JSON in one go: a reader sees the old file or the new one, never half of it."""
    temporary = file.with_name(f"{file.name}.tmp-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(as_json(content) + "\n", encoding="utf-8")
        temporary.replace(file)
    except OSError as problem:
        raise OutputError(f"--out {file.parent}: it cannot be written ({problem.strerror}).") from None


def load_verdicts(folder: str | Path) -> list[dict]:
    """Read the verdicts of a folder, or say that there are none."""
    file = Path(folder) / "verdict.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"{folder}: it holds no verdict.\n  Run: sim verdict --out {folder}") from None
