"""What numba has no word for, written by hand for LLVM: eight acquaintances looked at together.

Acquaintances stand anywhere in memory, and their badges are words of 16 bits (learning.wear_badges). The compiler goes
from one to the next, twelve instructions each. Here eight badges come into one register, two instructions each, and are
compared together: a third of the time, on any processor. (The instruction that reads eight at once reads words of
32 bits, and is slower than eight looks on processors that were mended against leaks.)

    count(i, neighbour, generation, badge)      how many acquaintances i still has, how many are seen in alliances
    place_of(i, j, births, neighbour, generation)      where j is among them
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WIDTH = 8  # acquaintances of an organisation
BIRTHS, VISIBLE, ALIVE = 0x00FF, 0x0100, 0x8000  # bits of a badge
BIT, BYTE, HALF, WORD, LONG = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64))
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
        met_as = builder.zext(row_of(builder, generations, BYTE, first), eight(HALF))
        worn = read(builder, badges.data, builder.gep(neighbours.data, [first]))
        alive = builder.or_(met_as, eight(HALF)(ALIVE))
        known = builder.icmp_unsigned("==", builder.and_(worn, eight(HALF)(ALIVE | BIRTHS)), alive)
        visible = builder.icmp_unsigned("!=", builder.and_(worn, eight(HALF)(VISIBLE)), eight(HALF)(0))
        counts = [builder.ctpop(builder.bitcast(true, BYTE)) for true in (known, builder.and_(known, visible))]
        return code.make_tuple(builder, signature.return_type, [builder.zext(n, LONG) for n in counts])

    if isinstance(row, types.Integer) and (neighbour, generation, badge) == COLUMNS:
        return types.UniTuple(types.int64, 2)(row, neighbour, generation, badge), generate
    return None


@intrinsic
def place_of(context, row, who, births, neighbour, generation):
    """Return the place of `who`, who has been born so many times, among the acquaintances of a row; else WIDTH."""

    def generate(code, builder, signature, arguments):
        kinds = zip(signature.args[3:], arguments[3:], strict=True)
        neighbours, generations = (code.make_array(kind)(code, builder, value) for kind, value in kinds)
        casts = zip(arguments[:3], signature.args[:3], (types.intp, types.int32, types.uint8), strict=True)
        row, who, births = (code.cast(builder, value, kind, wanted) for value, kind, wanted in casts)
        first = builder.mul(row, LONG(WIDTH))
        same = builder.icmp_signed("==", row_of(builder, neighbours, WORD, first), all_of(builder, WORD, who))
        born = builder.icmp_signed("==", row_of(builder, generations, BYTE, first), all_of(builder, BYTE, births))
        found = builder.zext(builder.bitcast(builder.and_(same, born), BYTE), WORD)
        return builder.zext(builder.cttz(builder.or_(found, WORD(1 << WIDTH)), BIT(1)), LONG)

    numbers = all(isinstance(kind, types.Integer) for kind in (row, who, births))
    if numbers and (neighbour, generation) == COLUMNS[:2]:
        return types.int64(row, who, births, neighbour, generation), generate
    return None


def eight(kind):
    """Return the type of a register of eight numbers."""
    return ir.VectorType(kind, WIDTH)


def row_of(builder, array, kind, first):
    """Write the load of eight numbers that lie side by side."""
    place = builder.bitcast(builder.gep(array.data, [first]), eight(kind).as_pointer())
    return builder.load(place, align=kind.width // 8)


def all_of(builder, kind, value):
    """Write eight times the same number."""
    numbers = eight(kind)(ir.Undefined)
    for s in range(WIDTH):
        numbers = builder.insert_element(numbers, value, WORD(s))
    return numbers


def read(builder, column, rows):
    """Write the look at the words of 16 bits after eight rows of a column: one after the other, into one register."""
    words = eight(HALF)(ir.Undefined)
    for s in range(WIDTH):
        row = builder.sext(builder.load(builder.gep(rows, [WORD(s)])), LONG)
        words = builder.insert_element(words, builder.load(builder.gep(column, [builder.add(row, LONG(1))])), WORD(s))
    return words
