"""The house decisions that a machine can hold: imports point one way, kernels stay kernels, twins are compared."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

from sim import kernels
from tests import naive

ROOT = Path(__file__).parent.parent
SIM = ROOT / "sim"
KERNELS = sorted((SIM / "kernels").glob("[!_]*.py"))

# From left to right; nothing imports what is on its left. Names on one line may use each other.
LAYERS = (
    "cli bench",
    "views glossary",
    "lab",
    "model",
    "running results warming loading",
    "engine",
    "record schedule",
    "agents alliances initial accounts cohort spreading",
    "state ledger threads invariants phases territory data scenarios parameters config indicators",
    "kernels",
    "errors code_id cache doors",
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names.split()}
IN_KERNELS = {"numpy", "numba", "math", "typing", "sim.kernels"}

# NumPy takes other code on other processors for these (other bits); kernels use Python's math.
FORBIDDEN = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power", "sin", "cos", "tan", "tanh"),
    *("dot", "vdot", "inner", "matmul", "einsum", "random", "linalg"),
}
# What draws by itself: results belong to keyed chance. Statistics on results may resample, with their own luck.
MAY_RESAMPLE = ("lab", "model.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path, kind):
    return [node for node in ast.walk(tree(path)) if isinstance(node, kind)]


def imports(path):
    """Return every module that a file imports, with the names taken from it, wherever the statement stands."""
    found = {alias.name for node in nodes(path, ast.Import) for alias in node.names}
    for node in nodes(path, ast.ImportFrom):
        found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def kernels_of(path):
    """Return the compiled functions of a kernel file."""
    module = importlib.import_module(f"sim.kernels.{path.stem}")
    return {
        name: thing
        for name, thing in vars(module).items()
        if hasattr(thing, "py_func") and thing.py_func.__module__ == module.__name__
    }


def compiled(path):
    """Return the definitions of compiled functions and their decorators; an intrinsic is an instruction, not one."""
    return [
        node
        for node in nodes(path, ast.FunctionDef)
        if node.decorator_list and ast.unparse(node.decorator_list[0]) != "intrinsic"
    ]


# imports


def test_every_part_has_its_place_among_the_layers():
    parts = {
        p.stem if p.is_file() else p.name for p in SIM.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    missing = sorted(parts - set(RANK) - {"__init__"})
    assert not missing, f"{missing}: say in LAYERS what may import them"


@pytest.mark.parametrize("path", sorted(SIM.rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_imports_what_is_on_its_left(path):
    here = path.relative_to(SIM).parts[0].removesuffix(".py")
    if here == "__init__":  # the public names, loaded when they are used
        return
    for module in sorted(imports(path)):
        head, *rest = module.split(".")
        if head == "sim" and rest and rest[0] in RANK:
            assert RANK[rest[0]] >= RANK[here], f"{path.relative_to(ROOT)} imports {module}, which is on its left"


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: p.stem)
def test_a_kernel_file_imports_only_what_it_may(path):
    by_hand = path.stem in ("ahead", "around", "atomic", "desk", "stack", "watch")  # what numba has no word for
    may = (*IN_KERNELS, "llvmlite", "platform") if by_hand else IN_KERNELS
    foreign = sorted(m for m in imports(path) if not any(m == ok or m.startswith(f"{ok}.") for ok in may))
    assert not foreign, f"{path.name} imports {foreign}"
    top = {id(node) for node in tree(path).body}
    inside = [node.lineno for node in nodes(path, ast.Import | ast.ImportFrom) if id(node) not in top]
    assert not inside, f"{path.name}:{inside}: imported inside a function, its compiled code would not be made anew"


def test_the_cache_sees_the_imports_that_python_sees():
    """The fingerprint of compiled code follows imports read as text; Python's own parser must find the same."""
    names = {path.stem for path in KERNELS}
    for path in KERNELS:
        modules = {m.split(".")[2] for m in imports(path) if m.startswith("sim.kernels.")}
        assert modules & names <= kernels.uses(path.read_text(encoding="utf-8"), names), path.name


@pytest.mark.parametrize("path", sorted(SIM.rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_draws_chance_but_the_keyed_generator(path):
    if path.relative_to(SIM).parts[0] in MAY_RESAMPLE:
        return
    assert not {"random", "secrets", "numpy.random"} & {m.rpartition(".")[0] or m for m in imports(path)}
    drawn = [n.lineno for n in nodes(path, ast.Attribute) if n.attr in ("random", "rng", "default_rng", "RandomState")]
    assert not drawn, f"{path.relative_to(ROOT)}:{drawn} draws its own chance; key it with sim/kernels/chance.py"


# kernels


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: p.stem)
def test_kernels_are_compiled_one_way(path):
    """Without the lock, explicit guards instead of exceptions, kept on disk, no reordering of sums."""
    for function in compiled(path):
        where = f"{path.name}: {function.name}"
        assert len(function.decorator_list) == 1, where
        decorator = function.decorator_list[0]
        assert isinstance(decorator, ast.Call), where
        assert ast.unparse(decorator.func) == "njit", where
        options = {k.arg: ast.literal_eval(k.value) for k in decorator.keywords}
        expected = {"nogil": True, "error_model": "numpy", "cache": True}
        if not makes_arrays(function):
            expected["_nrt"] = False  # counting references to arrays would cost more than the work
        assert options.pop("forceinline", True) is True, where  # put inside its caller; changes no result
        assert options == expected, f"{where}: {options}"


def makes_arrays(function) -> bool:
    """Return True when a kernel makes an array, which needs numba's counting of references."""
    makers = {"empty", "zeros", "full", "copy", "take", "sort"}
    return any(isinstance(n, ast.Attribute) and n.attr in makers for n in ast.walk(function))


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: p.stem)
def test_kernels_give_the_same_bits_on_every_processor(path):
    for node in nodes(path, ast.Attribute):
        library = ast.unparse(node.value)
        assert not (library in ("np", "numpy") and node.attr in FORBIDDEN), f"{path.name}:{node.lineno}: np.{node.attr}"
    for node in nodes(path, ast.BinOp):
        assert not isinstance(node.op, ast.MatMult), f"{path.name}:{node.lineno}: @ gives other bits with threads"
        inside = [f for f in compiled(path) if f.lineno <= node.lineno <= f.end_lineno]
        if inside and isinstance(node.op, ast.Pow):
            constant = isinstance(node.right, ast.Constant | ast.UnaryOp) and not any(
                isinstance(part, ast.Name) for part in ast.walk(node.right)
            )
            assert not constant, f"{path.name}:{node.lineno}: a constant power is not Python's; write x*x"


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: p.stem)
def test_kernels_do_not_raise(path):
    for function in compiled(path):
        raised = [n.lineno for n in ast.walk(function) if isinstance(n, ast.Raise | ast.Assert | ast.Try)]
        assert not raised, f"{path.name}:{raised}: callers validate, kernels compute"


# twins


@cache
def used_elsewhere():
    """Return the (kernel file, function) pairs that are used outside their own file."""
    used = set()
    for path in sorted(SIM.rglob("*.py")):
        aliases = {}
        for node in nodes(path, ast.ImportFrom):
            for alias in node.names:
                if node.module == "sim.kernels":
                    aliases[alias.asname or alias.name] = alias.name
                elif (node.module or "").startswith("sim.kernels."):
                    used.add((node.module.split(".")[2], alias.name))
        for node in nodes(path, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in aliases:
                used.add((aliases[node.value.id], node.attr))
    return used


@cache
def used_in_tests():
    """Return ('kernel', file, function) and ('twin', file, function) for all that tests use."""
    used = set()
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        aliases = {
            alias.asname or alias.name: alias.name
            for node in nodes(path, ast.ImportFrom)
            if node.module == "sim.kernels"
            for alias in node.names
        }
        for node in nodes(path, ast.Attribute):
            text = ast.unparse(node).split(".")
            if len(text) == 3 and text[0] == "naive":
                used.add(("twin", text[1], text[2]))
            elif len(text) == 2 and text[0] in aliases:
                used.add(("kernel", aliases[text[0]], text[1]))
    return used


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: p.stem)
def test_every_kernel_is_compared_with_its_twin(path):
    """A twin that no test calls proves nothing.

    A kernel that only its own file uses is a part: it is judged through those that others use.
    """
    own = kernels_of(path)
    inside = {n.id for n in nodes(path, ast.Name) if isinstance(n.ctx, ast.Load)}
    public = sorted(name for name in own if (path.stem, name) in used_elsewhere() or name not in inside)
    twins = getattr(naive, path.stem, None)
    without = [name for name in public if not hasattr(twins, name)]
    assert not without, f"{path.name}: no twin in tests/naive.py for {without}"
    alone = [
        name
        for name in public
        if not {("kernel", path.stem, name), ("twin", path.stem, name)} <= used_in_tests()
    ]  # fmt: skip
    assert not alone, f"{path.name}: no test compares {alone} with tests/naive.py"


def test_twins_are_plain_python():
    assert not any(m.split(".")[0] in ("numpy", "numba", "sim") for m in imports(Path(naive.__file__)))


# decisions

NUMBERED = {
    "COUNT_ORGANISATIONS": 1, "ORGANISATION_TRAITS": 2, "DESIRE": 3, "FIRST_TIES": 4, "TIE_BREAK": 6,
    "SAMPLE_TERRITORIES": 7, "DEATHS": 20, "BIRTHS": 21, "MOVES": 22, "AGEING": 23, "VOLUNTEERS": 24,
    "EACH_MONTH": 44, "COMMON_SHOCK": 31, "LOAN_REFUSED": 32, "OWN_OF_PLACE": 42, "GENERAL_INTEREST": 43,
    "ENTRY": 41,
    "PROJECT_TRAITS": 61,
    "RECRUIT": 62, "CANDIDATES": 63, "PERCEPTION_NOISE": 64, "ACCEPT": 65, "PROMISE": 66, "ABANDON": 67, "REVIEW": 68,
    "SEE_LINK": 69, "BID": 70, "INNOVATE": 71, "SHAPLEY_SAMPLE": 73, "TIE_MEETING": 75, "PARTNER_PLAN": 76,
    "RECRUIT_COUNT": 77, "FOUNDER_PLAN": 78, "NEED_CALLS": 79, "SCALE": 80,
    "ORDERED": 81, "DECLARED": 82, "PLACEBO": 90,
    "CATALYSTS": 110, "MANDATE": 111, "NEW_OFFICIAL": 112,
    "NEED_ORDER": 115, "NEED_SHOCK": 116, "OPINION": 117,
    "STRATEGY": 100, "RISK_ZONE": 101, "LOOK_ELSEWHERE": 102, "TAKE_UP": 103,
}  # fmt: skip


def numbers_of_decisions():
    assigned = [n for n in tree(SIM / "kernels" / "decisions.py").body if isinstance(n, ast.Assign)]
    return [(node.targets[0].id, ast.literal_eval(node.value)) for node in assigned if node.targets[0].id != "INITIAL"]


def test_no_two_decisions_share_a_number():
    names, numbers = zip(*numbers_of_decisions(), strict=True)
    assert len(set(names)) == len(names), "a decision is defined twice"
    assert len(set(numbers)) == len(numbers), "two decisions would draw the same luck"
    assert not {30, 40, 60} & set(numbers), "a number is not used again"


def test_a_decision_keeps_its_number_for_ever():
    """Another number is other luck: runs that were stored could not be played again."""
    assert dict(numbers_of_decisions()) == NUMBERED, "add a new decision to NUMBERED; never change or remove one"
