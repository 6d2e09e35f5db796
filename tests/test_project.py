"""The repository itself: what it contains, what it must never contain, and that its locks agree."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Written in pieces, so that this file does not contain what it looks for.
FOREIGN = re.compile(
    "|".join(
        (
            "py" + r"pi\.(org|io)", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "jsdel" + r"ivr\.net",
            "deb" + r"ian\.org", "file:" + "//", "(?<!no-emit-)index" + "-url", "(?<!no-emit-)find" + "-links",
            r"(?<![\w.])/" + r"(work|farm|root|home)/",
        )
    )
)  # fmt: skip
LARGEST = 2_000_000  # bytes


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def pinned(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if re.match(r"[a-z0-9]", line))


def test_no_registry_and_no_path_of_a_machine_is_written_anywhere():
    files = tracked()
    if not files:
        pytest.skip("not a git repository")
    found = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert not found


def test_no_file_is_heavy():
    heavy = [f"{path.name}: {path.stat().st_size} bytes" for path in tracked() if path.stat().st_size > LARGEST]
    assert not heavy


def test_the_lock_of_make_run_is_a_part_of_the_lock_of_make_test():
    small, large = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {"numpy", "mesa", "hatchling", "vl-convert-python"} <= set(small)
    assert {"pytest", "solara", "playwright"} <= set(large) - set(small)
    differ = {name: (version, large.get(name)) for name, version in small.items() if large.get(name) != version}
    assert not differ


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    bare = [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not bare


def test_each_folder_of_the_package_says_what_lives_there():
    folders = {path.parent for path in (ROOT / "sim").rglob("*.py")}
    silent = []
    for folder in sorted(folders):
        door = folder / "__init__.py"
        if not door.exists() or not ast.get_docstring(ast.parse(door.read_text(encoding="utf-8"))):
            silent.append(str(folder.relative_to(ROOT)))
    assert not silent


def test_every_name_that_the_package_offers_is_there():
    import sim

    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="'sim' has no attribute 'runn'"):
        sim.runn  # noqa: B018


def test_the_python_of_the_readme_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len([line for line in block.splitlines() if line.strip()]) == 10, "the README promises ten lines"
    exec(compile(block, "README.md", "exec"), {})
    assert "A territory the size of Grand Poitiers" in capsys.readouterr().out


def test_the_readme_names_rooms_and_commands_that_exist():
    from sim.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = re.findall(r"`((?:sim|docs|tests|experiments)/[\w./]*)`", text)
    assert len(rooms) > 10
    assert not [room for room in rooms if not (ROOT / room).exists()]
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert set(re.findall(r"(?:bin/|`)sim (\w+)", text)) <= commands
