"""What may be said of a territory: a size, not a portrait. Words for people, French first."""

from sim.territory import france
from sim.territory.names import Place, epci_places
from sim.territory.territory import Territory

ALIKE_POPULATION, ALIKE_DEGREE = 10, 2  # twins: population within 10 %, number of land neighbours within 2
TYPES = {
    "CC": ("communauté de communes", "community of communes"),
    "CA": ("communauté d'agglomération", "agglomeration community"),
    "CU": ("communauté urbaine", "urban community"),
    "METRO": ("métropole", "metropolis"),
    "MET69": ("métropole de Lyon", "metropolis of Lyon"),
}
CLASSES = (
    ("moins de 2 000 habitants", "below 2,000 inhabitants"),
    ("2 000 à 20 000 habitants", "2,000 to 20,000 inhabitants"),
    ("20 000 à 50 000 habitants", "20,000 to 50,000 inhabitants"),
    ("50 000 habitants et plus", "50,000 inhabitants and more"),
)
UNKNOWN = {
    "fr": ("vos associations", "vos élus", "vos budgets", "vos emplois", "vos projets", "l'histoire de vos alliances"),
    "en": (
        "your associations",
        "your elected people",
        "your budgets",
        "your jobs",
        "your projects",
        "the history of your alliances",
    ),
}
SUPPOSED = {
    "fr": "Ses organisations, ses besoins, sa confiance et son argent viennent de densités nationales par habitant.",
    "en": "Its organisations, needs, confidence and money come from national densities per inhabitant.",
}
DRAWN = {  # commuters.own, residential.own
    "fr": "Combien y travaillent ou y séjournent est tiré au sort autour de ses semblables, une fois pour toutes.",
    "en": "How many work or stay there differs from its likes by a draw, made once for all.",
}
VINTAGE = {
    "fr": "Populations municipales de 2023 (Mayotte : 2017), périmètres du 1er janvier 2025.",
    "en": "Municipal populations of 2023 (Mayotte: 2017), perimeters of 1 January 2025.",
}


# Names


def short_name(name: str) -> tuple[str, str]:
    """Return (particle, name) of an EPCI without its legal type.

    >>> short_name("CU du Grand Poitiers"), short_name("CC des Quatre Rivières"), short_name("CA d'Agen")
    (('du ', 'Grand Poitiers'), ('des ', 'Quatre Rivières'), ("d'", 'Agen'))
    >>> short_name("Bordeaux Métropole"), short_name("CC de la Dombes")
    (('', 'Bordeaux Métropole'), ('de ', 'la Dombes'))
    """
    kind, _, rest = name.partition(" ")
    rest = rest if kind in TYPES else name
    for particle in ("du ", "des ", "de ", "d'"):
        if rest.startswith(particle):
            return particle, rest.removeprefix(particle)
    return "", rest


def of(name: str) -> str:
    """Return 'de' + the name of an EPCI, in French.

    >>> of("CU du Grand Poitiers"), of("CC du Pays de Gex"), of("CC Arve et Salève"), of("CU Le Mans Métropole")
    ('de Grand Poitiers', 'du Pays de Gex', "d'Arve et Salève", 'du Mans Métropole')
    >>> of("Métropole de Lyon"), of("Eurométropole de Strasbourg")
    ('de la Métropole de Lyon', "de l'Eurométropole de Strasbourg")
    """
    particle, short = short_name(name)
    if particle and not short.startswith("Grand "):  # a "Grand Poitiers" calls itself without an article
        return particle + short
    for start, contracted in (
        ("Le ", "du "),
        ("Les ", "des "),
        ("Métropole", "de la Métropole"),
        ("Euro", "de l'Euro"),
    ):
        if short.startswith(start):
            return contracted + short.removeprefix(start)
    return ("d'" if short[0] in "AEIOUÀÂÉÈÊÎÔ" else "de ") + short


def title(territory: Territory, lang: str = "fr") -> str:
    """Return what to write above a result."""
    t, french = territory, lang == "fr"
    inhabitants = _count(int(t.population[t.core].sum()), lang)
    if t.kind == "epci":
        size = of(t.name) if french else short_name(t.name)[1]
        return f"Un territoire de la taille {size}" if french else f"A territory the size of {size}"
    if t.kind in ("dep", "reg"):
        what = {"dep": ("du département", "the département"), "reg": ("de la région", "the region")}[t.kind]
        return (
            f"Un territoire de la taille {what[0]} {t.name}"
            if french
            else f"A territory the size of {what[1]} {t.name}"
        )
    if t.kind == "france":
        return "Un pays de la taille de la France" if french else "A country the size of France"
    number = _count(int(t.core.sum()), lang)
    words = {
        "sample": (f"Un échantillon de {number} intercommunalités", f"A sample of {number} intermunicipalities"),
        "synthetic": (
            (f"{number} territoires inventés", f"{number} invented territories")
            if t.n > 1
            else ("Un territoire inventé", "An invented territory")
        ),
        "graph": (
            f"Un territoire décrit par un graphe de {number} lieux",
            f"A territory described by a graph of {number} places",
        ),
    }[t.kind][not french]
    return f"{words} ({inhabitants} habitants)" if french else f"{words} ({inhabitants} inhabitants)"


def _count(number: int, lang: str) -> str:
    return f"{number:,}".replace(",", "\u202f") if lang == "fr" else f"{number:,}"


# What is known


def degree(siren: int) -> int:
    """Return the number of land neighbours of an EPCI."""
    return len(france.near(False)[siren])


def twins(territory: Territory) -> list[Place]:
    """Return the other EPCI of the same type, population within 10 % and land neighbours within 2, nearest first."""
    if territory.kind != "epci":
        return []
    here = france.epci()[int(territory.code)]
    found = [
        e
        for e in france.epci().values()
        if e.siren != here.siren
        and e.type == here.type
        and abs(e.population - here.population) * 100 <= ALIKE_POPULATION * here.population
        and abs(degree(e.siren) - degree(here.siren)) <= ALIKE_DEGREE
    ]
    found.sort(key=lambda e: (abs(e.population - here.population), e.siren))
    return [epci_places()[e.siren] for e in found]


def knowledge(territory: Territory) -> dict:
    """Return what the model knows (numbers with their words), what it does not, and who looks the same to it."""
    french = territory.kind in ("epci", "dep", "reg", "france", "sample")
    facts = _facts(territory)
    return {
        "title": {lang: title(territory, lang) for lang in ("fr", "en")},
        "known": [
            {"name": name, "value": value, "unit": unit, "fr": fr, "en": en} for name, value, unit, fr, en in facts
        ],
        "unknown": {lang: list(words) for lang, words in UNKNOWN.items()},
        "supposed": {lang: f"{text} {DRAWN[lang]}" for lang, text in SUPPOSED.items()} if french else SUPPOSED,
        "vintage": VINTAGE if french else {"fr": "Données du fichier fourni.", "en": "Data of the file given."},
        "twins": _twins(territory),
    }


def _facts(t):
    core = t.core
    people, km2, communes = int(t.population[core].sum()), float(t.area_km2[core].sum()), int(t.n_communes[core].sum())
    yield "population", people, "inhabitants", f"{_count(people, 'fr')} habitants", f"{people:,} inhabitants"
    yield "communes", communes, "communes", f"{_count(communes, 'fr')} communes", f"{communes:,} communes"
    density = people / km2
    yield "density", density, "inhabitants/km2", f"{density:.0f} habitants au km²", f"{density:.0f} inhabitants per km2"
    if t.kind == "epci":
        here = france.epci()[int(t.code)]
        yield "type", here.type, "type", *TYPES[here.type]
        beside = degree(here.siren)
        yield (
            "neighbours",
            beside,
            "EPCI",
            f"{beside} intercommunalités voisines",
            f"{beside} neighbouring intermunicipalities",
        )
    else:
        places = int(core.sum())
        yield "places", places, "places", f"{_count(places, 'fr')} territoires", f"{places:,} territories"
    for k, (fr, en) in enumerate(CLASSES):
        share = float((t.commune_mix[core, k] * t.population[core]).sum() / people)
        percent = f"{100 * share:.0f}"
        yield (
            f"residents_{k}",
            share,
            "share",
            f"{percent} % des habitants vivent dans des communes de {fr}",
            f"{percent} % of residents live in communes of {en}",
        )


def _twins(t):
    found = twins(t)
    names = [short_name(place.name)[1] for place in found]
    shown = {"fr": "", "en": ""}
    if names:
        shown["fr"] = f"Pour le modèle, presque le même lieu que {_list(names, 'et', 'autres')}."
        shown["en"] = f"To the model, almost the same place as {_list(names, 'and', 'others')}."
    elif t.kind == "epci":
        shown["fr"], shown["en"] = (
            "Aucune autre intercommunalité ne lui ressemble.",
            "No other intermunicipality is like it.",
        )
    return {"count": len(found), "names": names, "specs": [place.spec for place in found], **shown}


def _list(names, link, others):
    """Write at most three names and a count of the rest."""
    if len(names) > 3:
        return f"{', '.join(names[:3])} {link} {len(names) - 3} {others}"
    return f" {link} ".join([*([", ".join(names[:-1])] if names[:-1] else []), names[-1]])
