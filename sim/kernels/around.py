"""What numba has no word for, written by hand for LLVM: eight acquaintances looked at together, and a little room.

Acquaintances stand anywhere in memory, and their badges are words of 16 bits (learning.wear_badges). The compiler goes
from one to the next, twelve instructions each. Here eight badges come into one register, two instructions each, and are
compared together: a third of the time, on any processor. (The instruction that reads eight at once reads words of
32 bits, and is slower than eight looks on processors that were mended against leaks.)

    count(i, neighbour, generation, badge)      how many acquaintances i still has, how many are seen in alliances
    room()                                      BLOCK floats that a kernel has for itself until it returns
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

WIDTH = 8  # acquaintances of an organisation
BLOCK = 256  # rows that a kernel takes at a time, in several passes: what passes between them stays near
BIRTHS, VISIBLE, ALIVE = 0x00FF, 0x0100, 0x8000  # bits of a badge
BYTE, HALF, WORD, LONG = (ir.IntType(bits) for bits in (8, 16, 32, 64))
COLUMNS = types.Array(types.int32, 2, "C"), types.Array(types.uint8, 2, "C"), types.Array(types.uint16, 1, "C")


@intrinsic
def count(context, row, neighbour, generation, badge):
    """Return (known, seen): acquaintances of a row that live and are still who they were, those of them in alliances.

    badge[j + 1] is that of j; badge[0], that of nobody (-1), is 0.
    """

    def generate(code, builder, signature, arguments):
        columns = zip(signature.args[1:], arguments[1:], strict=True)
        neighbours, generations, badges = (code.make_array(kind)(code, builder, value) for kind, value in columns)
        first = builder.mul(code.cast(builder, arguments[0], signature.args[0], types.intp), LONG(WIDTH))
        met_as = builder.bitcast(builder.gep(generations.data, [first]), eight(BYTE).as_pointer())
        met_as = builder.zext(builder.load(met_as, align=1), eight(HALF))
        worn = read(builder, badges.data, builder.gep(neighbours.data, [first]))
        alive = builder.or_(met_as, eight(HALF)(ALIVE))
        known = builder.icmp_unsigned("==", builder.and_(worn, eight(HALF)(ALIVE | BIRTHS)), alive)
        visible = builder.icmp_unsigned("!=", builder.and_(worn, eight(HALF)(VISIBLE)), eight(HALF)(0))
        counts = [builder.ctpop(builder.bitcast(true, BYTE)) for true in (known, builder.and_(known, visible))]
        return code.make_tuple(builder, signature.return_type, [builder.zext(n, LONG) for n in counts])

    if isinstance(row, types.Integer) and (neighbour, generation, badge) == COLUMNS:
        return types.UniTuple(types.int64, 2)(row, neighbour, generation, badge), generate
    return None


def eight(kind):
    """Return the type of a register of eight numbers."""
    return ir.VectorType(kind, WIDTH)


def read(builder, column, rows):
    """Write the look at the words of 16 bits after eight rows of a column: one after the other, into one register."""
    words = eight(HALF)(ir.Undefined)
    for s in range(WIDTH):
        row = builder.sext(builder.load(builder.gep(rows, [WORD(s)])), LONG)
        words = builder.insert_element(words, builder.load(builder.gep(column, [builder.add(row, LONG(1))])), WORD(s))
    return words


@intrinsic
def room(context):
    """Return an array of BLOCK floats that holds anything, for as long as the kernel that calls this runs."""
    kind = types.Array(types.float64, 1, "C")

    def generate(code, builder, signature, arguments):
        memory = cgutils.alloca_once(builder, ir.ArrayType(ir.DoubleType(), BLOCK))
        array = code.make_array(kind)(code, builder)
        populate_array(
            array, data=builder.bitcast(memory, ir.DoubleType().as_pointer()), shape=[LONG(BLOCK)], strides=[LONG(8)],
            itemsize=LONG(8), meminfo=None,
        )  # fmt: skip
        return array._getvalue()

    return kind(), generate
