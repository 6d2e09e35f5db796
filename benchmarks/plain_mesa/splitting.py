"""Cutting money: whole cents that add up exactly."""

from collections.abc import Sequence

WHOLE = 1_000_000_000  # what shares of an outlay add up to
TIE_BREAK = 6  # decision


def by_weight(total: int, weights: Sequence[float]) -> list[int] | None:
    """Cut `total` in proportion to weights, by running sums; None where nobody has any weight."""
    whole, last = 0.0, -1
    for i, weight in enumerate(weights):
        if weight > 0:
            whole += weight
            last = i
    if last < 0:
        return None
    rate, running, given = total / whole, 0.0, 0
    parts = [0] * len(weights)
    for i in range(last):
        running += weights[i]
        upto = round(running * rate)
        if (upto > total) if total > 0 else (upto < total):
            upto = total
        parts[i] = upto - given
        given = upto
    parts[last] = total - given
    return parts


def within(total: int, weights: Sequence[float], rooms: Sequence[int]) -> tuple[list[int], int]:
    """Cut `total` in proportion to weights, nobody above its room; return the parts and what nobody could take."""
    left, parts = total, [0] * len(weights)
    while left > 0:
        open_to = [i for i, weight in enumerate(weights) if weight > 0 and parts[i] < rooms[i]]
        if not open_to:
            break
        whole = 0.0
        for i in open_to:
            whole += weights[i]
        rate, running, before, due, last = left / whole, 0.0, 0, left, open_to[-1]
        for i in open_to:
            running += weights[i]
            upto = due if i == last else min(round(running * rate), due)
            part = min(upto - before, rooms[i] - parts[i])
            before = upto
            parts[i] += part
            left -= part
    return parts, left


def cut(amount: int, shares: Sequence[int], chance, uid: int, month: int, sub: int) -> list[int]:
    """Cut an amount by shares of a billion: whole cents, then a cent to the largest remainders, ties by keyed draw."""
    parts = [amount * share // WHOLE for share in shares]
    left = amount - sum(parts)
    given = set()
    while left > 0:
        best, best_rest, best_rank = -1, -1, 0
        for j, share in enumerate(shares):
            if share == 0 or j in given:
                continue
            rest = amount * share % WHOLE
            if rest > best_rest:
                best, best_rest, best_rank = j, rest, chance.word(uid, month, TIE_BREAK, sub + j)
            elif rest == best_rest:
                rank = chance.word(uid, month, TIE_BREAK, sub + j)
                if rank > best_rank:
                    best, best_rank = j, rank
        parts[best] += 1
        given.add(best)
        left -= 1
    return parts
