"""Plain-Python twins of the kernels of territorial catalysts and of mandates; tests/naive.py offers them."""

from tests import naive


class catalysts:
    def list_alliances(state, step, members, seeking, territory, room, out):
        alliances = [
            p
            for p in range(len(state))
            if (state[p], room[territory[p]] > 0) == (1, True)
            and ((members[p] > 1 and step[p] <= 5) or (seeking[p] and step[p] <= 2))
        ]
        out[: len(alliances)] = alliances
        return len(alliances)

    def follow(rows, territory, room, followed):
        chosen = set()
        for place in range(len(room)):
            here = [p for p in rows if territory[p] == place]
            chosen |= set(here[: max(0, room[place])])
            room[place] -= min(len(here), max(0, room[place]))
        followed[:] = [int(p in chosen) for p in range(len(followed))]


class mandates:
    def replace(alive, model, uid, seed, month, renewal, changed):
        changed[:] = [
            int(lives and kind == 0 and naive.chance.happens(seed, who, month, 111, 0, renewal))
            for lives, kind, who in zip(alive, model, uid, strict=True)
        ]
        return sum(changed)

    def forget(alive, births, neighbour, generation, memory, kept, broken, changed, left):
        """Whose leaders changed forgets everybody, and everybody forgets it; the dead remember as they did."""
        new = {(j, births[j]) for j in range(len(alive)) if changed[j]}
        for i, met in enumerate(neighbour):
            mine = kept[memory[i]], broken[memory[i]]
            for s, j in enumerate(met):
                if alive[i] and j >= 0 and (changed[i] or (j, generation[i][s]) in new):
                    for promises in mine:
                        promises[s] *= left

    def want(uid, seed, month, mean, sd, changed, disposition):
        for i, who in enumerate(uid):
            if changed[i]:
                drawn = mean + sd * naive.chance.normal(seed, who, month, 112, 0)
                disposition[i] = naive.units.in_words(min(1, max(-1, drawn)))
