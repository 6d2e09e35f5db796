"""Rows that will be looked at soon, anywhere in memory: the processor is asked to bring them near in the meantime.

An alliance asks for what its members hold, each in another place: a loop that waits for each in turn waits most of its
time. It says some turns before which rows it will come to:

    fetch(cash, j)      says nothing, changes nothing: only time can tell

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
def fetch(context, array, row):
    """Ask for the first line of memory of a row of an array; `row` must be one of its rows."""

    def generate(code, builder, signature, arguments):
        found = code.make_array(signature.args[0])(code, builder, arguments[0])
        bytes_of_a_row = cgutils.unpack_tuple(builder, found.strides)[0]
        at = code.cast(builder, arguments[1], signature.args[1], types.intp)
        byte = ir.IntType(8).as_pointer()
        place = builder.gep(builder.bitcast(found.data, byte), [builder.mul(at, bytes_of_a_row)])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(prefetch, [place, number(READ), number(KEEP), number(DATA)])
        return code.get_dummy_value()

    if isinstance(array, types.Array) and isinstance(row, types.Integer):
        return types.none(array, row), generate
    return None
