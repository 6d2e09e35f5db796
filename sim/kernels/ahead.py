"""Rows that will be looked at soon, anywhere in memory: the processor is asked to bring them near in the meantime.

An alliance asks for what its members hold, each in another place: a loop that waits for each in turn waits most of its
time. It says some turns before which rows it will come to:

    fetch((cash, settled), j)      says nothing, changes nothing: only time can tell

    FAR, MIDDLE, NEAR   how many rows before its turn a row is asked for, then what this one points to, then what that
                        one points to: what is asked for has come at the next of them
    MANY                organisations from which on it is worth asking: fewer are near anyhow
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

FAR, MIDDLE, NEAR = 96, 64, 32
MANY = 20_000
READ, KEEP, DATA = 0, 3, 1  # of llvm.prefetch: to be read, in all caches, not a program


@intrinsic
def fetch(context, columns, row):
    """Ask for the first line of memory of a row of each column (an array, or a tuple of arrays); the row must exist."""
    kinds = list(columns) if isinstance(columns, types.BaseTuple) else [columns]

    def generate(code, builder, signature, arguments):
        many = isinstance(signature.args[0], types.BaseTuple)
        arrays = cgutils.unpack_tuple(builder, arguments[0]) if many else [arguments[0]]
        at = code.cast(builder, arguments[1], signature.args[1], types.intp)
        for kind, array in zip(kinds, arrays, strict=True):
            ask(builder, code.make_array(kind)(code, builder, array), at)
        return code.get_dummy_value()

    if all(isinstance(kind, types.Array) for kind in kinds) and isinstance(row, types.Integer):
        return types.none(columns, row), generate
    return None


def ask(builder, array, row):
    """Write the instruction that asks for a row of an array."""
    byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    bytes_of_a_row = cgutils.unpack_tuple(builder, array.strides)[0]
    place = builder.gep(builder.bitcast(array.data, byte), [builder.mul(row, bytes_of_a_row)])
    kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
    builder.call(prefetch, [place, number(READ), number(KEEP), number(DATA)])
