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
from sim.lab.answers import besides, claim_verdict, control_verdict, missing, not_tested
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
    runs = run_study(study, study.quick if quick else study.full, quick, folder, workers, progress, simulate, wanted)
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
    wanted: Iterable[str] | None = None,
) -> Runs:
    """Run every unit that the wanted claims (all of them by default) need and that the folder does not hold yet.

    The controls need the five worlds of engineering: when no claim reads them, a small part of them is run.
    """
    from sim.code_id import code_id
    from sim.parameters import load_parameters

    parameters = load_parameters()
    check_ranges(study, parameters)
    store = Store(folder)
    share = {"code": code_id(), "workers": workers, "progress": progress, "simulate": simulate}
    asked = list(study.tests) if wanted is None else list(wanted)
    whole = any(study.tests[name].family is None for name in asked)
    units = [u for u in design.units(study, size, parameters) if whole or design.for_controls(study, u)]
    uncertainty.refuse_shared_seeds(np.array(sorted({(u.draw, u.repeat): u.seed for u in units}.values()), np.uint64))
    checks = design.control_units(study, size, parameters)
    own = runner.run_units(checks, study, store, task=controls.run_controls, **share)
    outcomes = runner.run_units(units, study, store, **share)
    long = []
    if whole:
        long = runner.run_units(design.long_units(study, size, parameters), study, store, **share)
    own_worlds = {}
    for name in families_of(study, asked, parameters):
        runs = design.family_units(study, name, size, quick, parameters)
        own_worlds[name] = runner.run_units(runs, study, store, task=runner.run_family, **share)
    return Runs(study, size, parameters, outcomes, long, own, share["code"], quick, own_worlds)


def families_of(study: Study, asked: Iterable[str], parameters) -> list[str]:
    """Return the families of worlds that claims need, less those that this version of the model cannot run."""
    needed = {part for name in asked if not missing(study.tests[name], parameters) for part in parts(study, name)}
    return [name for name in study.families if name in needed]


def parts(study: Study, claim: str) -> tuple[str, ...]:
    """Return the families of one claim."""
    family = study.tests[claim].family
    return () if family is None else tuple(family.split("+"))


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
    found = controls.judge(runs.own, everything(runs), table.log_frugality("W4")[:, :1], table.gaps_of_luck("W1"))
    verdicts = [control_verdict(control, runs) for control in found]
    if controls.failed(found):
        return verdicts
    chances = prior.prior(runs.parameters, tuple(design.drawn_names(runs.parameters)))
    for name in wanted:
        lacking = missing(runs.study.tests[name], runs.parameters)
        if lacking:
            verdicts.append(not_tested(name, runs, lacking))
            continue
        first, *others = [Table.of_family(runs, family) for family in parts(runs.study, name)] or [table]
        more = {}
        for family, other in zip(parts(runs.study, name)[1:], others, strict=True):
            if family == "H7delays":
                more |= besides(family, other, max(other.horizons))
        verdicts.append(claim_verdict(name, first, chances, more))
    return verdicts


def everything(runs: Runs) -> list[dict]:
    """Return the outcomes of all runs that claims read."""
    return [*runs.outcomes, *(outcome for outcomes in runs.families.values() for outcome in outcomes)]


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
