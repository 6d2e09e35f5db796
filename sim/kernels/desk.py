"""Where threads that share the rows of a kernel meet, without Python: its lock is one thread's at a time.

Whoever calls such a kernel (`by_blocks`, sim/kernels/__init__.py) offers it on a desk, to threads that wait at it
(`serve`). Those that come call the very same function, with the same arguments: it takes blocks of rows until none is
left. Then the desk is cleared, once all who came have left. Nobody is woken, and nobody waits for Python's lock: each
would take tens of microseconds, as long as many kernels.

The desk is an array of int64, of WORDS, each word on a line of memory of its own:

    NUMBER      of the latest offer
    GATE        OPEN while an offer stands, and how many are inside, or look in
    ENTERED     how many came for this offer; at most MOST may work
    CODE, FRAME  addresses of the function, and of its arguments
    BUSY        1 while somebody's offer stands: who finds it so works alone
    WAITING     threads that wait here, or work for somebody
    POSTED      changes when Python has a job for those who wait: they leave
"""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.kernels.watch import LOOKS, give_way, look, rest, tell

LINE = 8
NUMBER, GATE, ENTERED, MOST, CODE, FRAME, BUSY, WAITING, POSTED = range(0, 9 * LINE, LINE)
WORDS = 9 * LINE
OPEN = 2**32
ADDRESS, BYTES = ir.IntType(64), ir.IntType(8).as_pointer()


@intrinsic
def add(context, words, amount):
    """Add to the first number of an array of int64; return what it was. What is written before is seen before."""

    def generate(code, builder, signature, arguments):
        column = code.make_array(signature.args[0])(code, builder, arguments[0])
        amount = code.cast(builder, arguments[1], signature.args[1], types.int64)
        return builder.atomic_rmw("add", column.data, amount, "acq_rel")

    whole = words == types.int64[::1] and isinstance(amount, types.Integer)
    return (types.int64(words, amount), generate) if whole else None


@intrinsic
def acquire(context, words):
    """Set the first number of an array to 1, where it is 0; return whether it was."""

    def generate(code, builder, signature, arguments):
        column = code.make_array(signature.args[0])(code, builder, arguments[0])
        found = builder.cmpxchg(column.data, ADDRESS(0), ADDRESS(1), "acq_rel", "monotonic")
        return builder.extract_value(found, 1)

    return (types.boolean(words), generate) if words == types.int64[::1] else None


@intrinsic
def fork(context):
    """Return the addresses of a function and of what it needs to do what the function that asks does.

    It has the same arguments, but for the last two, both int64: the number that `join` gives, and 0. They lie in the
    memory of the function that asks: it must not return before the other has.
    """

    def generate(code, builder, signature, arguments):
        mine = builder.function
        passed = mine.args[2:]  # after where the answer goes, and what went wrong
        kind = ir.LiteralStructType([value.type for value in passed])
        frame = cgutils.alloca_once(builder, kind)
        for at, value in enumerate(passed):
            builder.store(value, cgutils.gep_inbounds(builder, frame, 0, at))
        task = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), [BYTES, ADDRESS]), f"{mine.name}.task")
        task.linkage = "internal"
        inside = ir.IRBuilder(task.append_basic_block())
        given = inside.bitcast(task.args[0], kind.as_pointer())
        values = [inside.load(cgutils.gep_inbounds(inside, given, 0, at)) for at in range(len(passed) - 2)]
        answers = [inside.bitcast(inside.alloca(ADDRESS, size=4), value.type) for value in mine.args[:2]]
        inside.call(mine, [*answers, *values, task.args[1], ADDRESS(0)])
        inside.ret_void()
        return code.make_tuple(
            builder, signature.return_type, [builder.ptrtoint(task, ADDRESS), builder.ptrtoint(frame, ADDRESS)]
        )

    return types.UniTuple(types.int64, 2)(), generate


@intrinsic
def join(context, code, frame, number):
    """Call what `fork` has given in another thread."""

    def generate(target, builder, signature, arguments):
        kind = ir.FunctionType(ir.VoidType(), [BYTES, ADDRESS]).as_pointer()
        code, frame, number = arguments
        builder.call(builder.inttoptr(code, kind), [builder.inttoptr(frame, BYTES), number])
        return target.get_dummy_value()

    whole = code == frame == number == types.int64
    return (types.none(code, frame, number), generate) if whole else None


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def offer(desk, most, code, frame):
    """Offer what `fork` has given to at most so many threads; return whether the desk was free."""
    if not acquire(desk[BUSY:]):
        return False
    desk[MOST], desk[CODE], desk[FRAME], desk[ENTERED] = most, code, frame, 0
    add(desk[GATE:], OPEN)
    add(desk[NUMBER:], 1)
    return True


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def withdraw(desk):
    """Let nobody come any more, and wait until all who came have left."""
    add(desk[GATE:], -OPEN)
    looks = 0
    while look(desk[GATE:]) != 0:
        rest()
        looks += 1
        if looks % LOOKS == 0:
            give_way()
    tell(desk[BUSY:], 0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def enter(desk):
    """Work on what is offered, if it still is."""
    if add(desk[GATE:], 1) >= OPEN:
        number = 1 + add(desk[ENTERED:], 1)
        if number <= desk[MOST]:
            join(desk[CODE], desk[FRAME], number)
    add(desk[GATE:], -1)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def serve(told, desk, posted, turns, more):
    """Set told[0] to 1, then work on what is offered, until desk[POSTED] is not `posted` or nothing was for so many
    turns of LOOKS.

    Return whether something is posted; then rest as many times as `more` says before.
    """
    tell(told, 1)
    add(desk[WAITING:], 1)
    number, left = look(desk[NUMBER:]) - 1, turns  # what stands on the desk already is seen
    while left > 0 and look(desk[POSTED:]) == posted:
        for _ in range(LOOKS):
            now = look(desk[NUMBER:])
            if now != number:
                number, left = now, turns + 1
                enter(desk)
            if look(desk[POSTED:]) != posted:
                break
            rest()
        give_way()
        left -= 1
    add(desk[WAITING:], -1)
    if left > 0:
        for _ in range(more):
            rest()
    return left > 0
