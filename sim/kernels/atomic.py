"""Sums that several threads add to at a time.

    add(cash, i, amount)      cash[i] += amount, whole numbers only: the order of threads cannot matter

The processor keeps others from the number meanwhile: about twenty cycles, where an addition takes one. For the few
that others may add to in the same moment.
"""

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def add(context, array, row, amount):
    """Add an amount to a row of an array of whole numbers; the row must exist."""

    def generate(code, builder, signature, arguments):
        kind, at, whole = signature.args
        column = code.make_array(kind)(code, builder, arguments[0])
        place = code.cast(builder, arguments[1], at, types.intp)
        value = code.cast(builder, arguments[2], whole, kind.dtype)
        number = cgutils.get_item_pointer(code, builder, kind, column, [place])
        builder.atomic_rmw("add", number, value, "monotonic")
        return code.get_dummy_value()

    whole = isinstance(array, types.Array) and array.ndim == 1 and isinstance(array.dtype, types.Integer)
    if whole and isinstance(row, types.Integer) and isinstance(amount, types.Integer):
        return types.none(array, row, amount), generate
    return None
