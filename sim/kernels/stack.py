"""Small work arrays of a kernel, on its stack.

    floats((rows, columns))    an array of float64 of a size that is known when the kernel is compiled
    wholes((rows,))            of int64
    unsigned((rows,))          of uint64

Nothing is written in it at first, as in np.empty. np.empty asks the system for memory and counts who holds it, and the
compiler must believe that what it gave may be any other array. Memory of the stack is there, and is nobody else's; it
goes when the kernel returns, which must neither return such an array nor keep it.
"""

import math

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

BLOCK = 256  # rows that a kernel takes at a time, in several passes: what passes between them stays near


def maker(kind):
    """Return what makes arrays of a type."""

    def of_shape(context, shape):
        if not isinstance(shape, types.BaseTuple) or not all(isinstance(n, types.IntegerLiteral) for n in shape):
            return None
        sizes = [n.literal_value for n in shape]
        return types.Array(kind, len(sizes), "C")(shape), lambda code, builder, *_: lay(code, builder, kind, sizes)

    return intrinsic(prefer_literal=True)(of_shape)


def lay(code, builder, kind, sizes):
    """Write what takes room on the stack and describes it as an array."""
    number, word = code.get_value_type(kind), code.get_value_type(types.intp)
    each, items = code.get_abi_sizeof(number), math.prod(sizes)
    array = code.make_array(types.Array(kind, len(sizes), "C"))(code, builder)
    with builder.goto_entry_block():  # once, in a loop too
        memory = builder.alloca(ir.ArrayType(number, items))  # numba's own `alloca_once` would set it to zero
    array.data = builder.bitcast(memory, array.data.type)
    array.nitems, array.itemsize = word(items), word(each)
    array.shape = cgutils.pack_array(builder, [word(n) for n in sizes])
    array.strides = cgutils.pack_array(builder, [word(each * math.prod(sizes[at + 1 :])) for at in range(len(sizes))])
    array.meminfo, array.parent = (cgutils.get_null_value(field.type) for field in (array.meminfo, array.parent))
    return array._getvalue()


floats, wholes, unsigned = maker(types.float64), maker(types.int64), maker(types.uint64)
