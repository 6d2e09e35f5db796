"""Plain-Python twins of the kernels of territorial catalysts; tests/naive.py offers them."""


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
