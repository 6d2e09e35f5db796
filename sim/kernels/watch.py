"""A thread that waits for another looks at a word of memory for a while before it sleeps.

    watch(told, words, seen, turns, more)     sets told[0] to 1, looks until words[0] is no longer `seen`

To fall asleep and to be woken takes tens of microseconds, and hundreds where the processor slept too: as long as the
tasks that threads share. Between two looks the processor rests, and after some of them others may have it: whoever is
looked for may wait for this very processor.
"""

import platform

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

LOOKS = 64  # in a turn: about two microseconds
PAUSE, HINT = ("llvm.x86.sse2.pause", ()), ("llvm.aarch64.hint", (1,))  # 1 is "yield"
REST = {"x86_64": PAUSE, "AMD64": PAUSE, "aarch64": HINT, "arm64": HINT}.get(platform.machine())


@intrinsic
def rest(context):
    """Let the processor rest for some tens of cycles."""

    def generate(code, builder, signature, arguments):
        if REST is not None:
            name, numbers = REST
            kind = ir.FunctionType(ir.VoidType(), [ir.IntType(32)] * len(numbers))
            instruction = cgutils.get_or_insert_function(builder.module, kind, name)
            builder.call(instruction, [ir.IntType(32)(number) for number in numbers])
        return code.get_dummy_value()

    return types.none(), generate


@intrinsic
def look(context, words):
    """Return the first number of an array as it is in memory now: all that was written before it is seen too."""

    def generate(code, builder, signature, arguments):
        (kind,) = signature.args
        column = code.make_array(kind)(code, builder, arguments[0])
        return builder.load_atomic(column.data, "acquire", 8)

    return (types.int64(words), generate) if words == types.int64[::1] else None


@intrinsic
def tell(context, words, value):
    """Write the first number of an array: whoever sees it sees all that was written before."""

    def generate(code, builder, signature, arguments):
        column = code.make_array(signature.args[0])(code, builder, arguments[0])
        builder.store_atomic(
            code.cast(builder, arguments[1], signature.args[1], types.int64), column.data, "release", 8
        )
        return code.get_dummy_value()

    whole = words == types.int64[::1] and isinstance(value, types.Integer)
    return (types.none(words, value), generate) if whole else None


@intrinsic
def give_way(context):
    """Let another thread or process that waits for this processor have it, if the system can."""

    def generate(code, builder, signature, arguments):
        if platform.system() != "Windows":
            kind = ir.FunctionType(ir.IntType(32), [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
        return code.get_dummy_value()

    return types.none(), generate


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def watch(told, words, seen, turns, more):
    """Set told[0] to 1, then look at words[0] until it is not `seen`, at most so many turns of LOOKS.

    Return whether it changed; then rest as many times as `more` says before.
    """
    tell(told, 1)
    for _ in range(turns):
        for _ in range(LOOKS):
            if look(words) != seen:
                for _ in range(more):
                    rest()
                return True
            rest()
        give_way()
    return False
