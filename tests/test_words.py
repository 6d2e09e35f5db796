"""Every word shown exists in French and in English, keeps to the rules of the house, and none is kept for nothing."""

import re
from functools import cache
from pathlib import Path

import pytest

from sim.agents.base import MODELS
from sim.glossary import phases, plainly
from sim.indicators import INDICATORS
from sim.lab.claims import load_claims
from sim.parameters import load_parameters
from sim.parameters.evidence import UNITS
from sim.scenarios import list_scenarios
from sim.views.words import (
    FIXED,
    LANGUAGES,
    THIN,
    calendar,
    count,
    day,
    duration,
    number,
    percent,
    rounded,
    typography,
    word,
    words,
)

VIEWS = Path("sim/views")
CALLS = re.compile(r"""(?:\bword|\bsay|first_of|has)\(\s*(?:f?["'][\w.{}\[\]"':]*["'],?\s*)+""")
KEY = re.compile(r"""(f?)(["'])([a-z_]+\.(?:[\w.]|\{[^{}]*\}|-)+)\2""")
CONCATENATED = re.compile(r"""["']([a-z_.]+\.)["'] \+ """)
FUTURE = re.compile(
    r"\b\w+(?:era|eront|ira|iront|dra|dront|ura|uront)\b|\b(?:va|vont) (?!contre)\w+(?:er|ir|re)\b", re.I
)
BARE_CONFIDENCE = re.compile(r"\bconfiance\b(?! (?:des habitants|entre partenaires))", re.I)


def keys_asked() -> set[str]:
    """Return what the views ask for: keys, and families of keys as patterns."""
    found = set()
    for file in (*VIEWS.glob("*.py"), Path("sim/glossary.py")):
        code = file.read_text(encoding="utf-8")
        for _, _, key in KEY.findall(code):
            found.add(re.sub(r"\\\{[^{}]*\\\}|\{[^{}]*\}", "*", key))
        found |= {f"{start}*" for start in CONCATENATED.findall(code)}
    page = (VIEWS / "page" / "page.html").read_text(encoding="utf-8")
    found |= set(re.findall(r"\{\{(?:say|fr):([a-z0-9_.]+)\}\}", page))
    for file in (VIEWS / "page").glob("*.mjs"):
        found |= set(re.findall(r'"((?:ui|guess)\.[a-z_]+)"', file.read_text(encoding="utf-8")))
    families = {key.split(".")[0] for key in words()}
    return {key for key in found if key.split(".")[0] in families and not key.endswith(".json")}


def matches(pattern: str, key: str) -> bool:
    """Say whether a key belongs to a family."""
    return re.fullmatch(".+".join(map(re.escape, pattern.split("*"))), key) is not None


def test_every_key_that_the_views_ask_for_has_its_words():
    asked = keys_asked()
    assert len(asked) > 150, "the search for keys found too few: it is broken"
    bare = sorted(pattern for pattern in asked if not any(matches(pattern, key) for key in words()))
    assert not bare, f"no words for {bare}"


def test_no_word_is_kept_for_nothing():
    asked = keys_asked()
    unused = [
        key
        for key in words()
        if not key.startswith(("term.", "rule.")) and not any(matches(pattern, key) for pattern in asked)
    ]
    assert not unused, f"nobody asks for {unused}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_is_there_in_both_languages(lang):
    missing = [row.key for row in words().values() if not getattr(row, lang).strip()]
    assert not missing


def test_both_languages_have_the_same_blanks():
    for row in words().values():
        # French says "de l'ingénierie" in one word of the list, English "of engineering" in two.
        fr, en = (set(re.findall(r"\{(?:of_)?(\w+)\}", text)) for text in (row.fr, row.en))
        assert fr == en, row.key


def test_everything_that_has_a_name_has_its_words():
    """Subjects of parameters, parts of the month and models have theirs in words.csv, the rest in its own file."""
    wanted = {f"subject.{name.split('.')[0]}" for name in load_parameters()}
    wanted |= {f"month.{phase['part']}" for phase in phases().values()}
    wanted |= {f"model.{model.letter}" for model in MODELS} | {"model.X"}
    assert not wanted - set(words())
    bare = [(place, lang) for place, lang, text in texts() if not text or not text.strip()]
    assert not bare


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_indicator_is_said_plainly(lang):
    bare = [one.name for one in INDICATORS if len(plainly(one.name, lang).split()) < 4]
    assert not bare
    assert plainly("flow_of_nothing", lang) == plainly("flow_saving", lang), "a family shares its words"


def test_every_term_is_explained_in_plain_french():
    unexplained = [key for key, row in words().items() if key.startswith("term.") and not row.plain_fr]
    assert not unexplained


@cache
def texts() -> list[tuple[str, str, str]]:
    """Return (where, language, text) for all that people read: words, claims, scenarios, parameters, indicators."""
    found = [(row.key, lang, getattr(row, lang)) for row in words().values() for lang in LANGUAGES]
    found += [(row.key, "fr", row.plain_fr) for row in words().values() if row.plain_fr]
    for name, claim in load_claims().items():
        for answers in (claim.direction, claim.size):
            found += [(f"{name} {answer}", lang, text[lang]) for answer, text in answers.items() for lang in LANGUAGES]
        found += [(name, "fr", claim.statement_fr), (name, "en", claim.statement)]
    for one in list_scenarios():
        for lang in LANGUAGES:
            found += [(one.name, lang, getattr(one, f"{field}_{lang}")) for field in ("title", "question")]
            cost = [getattr(one.cost, f"{field}_{lang}") for field in ("what", "payer", "loser")] if one.cost else []
            found += [(one.name, lang, text) for text in cost]
    for one in map(load_parameters().__getitem__, load_parameters()):
        found += [(one.name, "fr", one.label_fr), (one.name, "fr", one.meaning_fr)]
        found += [(one.name, "en", one.label_en), (one.name, "en", one.meaning)]
    for one in INDICATORS:
        found += [(one.name, "fr", one.label_fr), (one.name, "en", one.label_en), (one.name, "en", one.formula)]
    for name, unit in UNITS.items():
        found += [(name, lang, unit[f"meaning_{lang}"]) for lang in LANGUAGES]
    return found


def test_no_banned_word_is_shown():
    banned = {term for row in words().values() for term in row.avoid.split("|") if term}
    assert {"prouve", "probabilité que", "sustainability", "intervalle de confiance"} <= banned
    found = [(place, term) for place, _, text in texts() for term in banned if re.search(rf"\b{term}\b", text, re.I)]
    # A parameter may be a probability in the model; only what is told of results may not.
    assert not [(place, term) for place, term in found if term != "probabilité que" or place not in load_parameters()]


def test_nothing_is_told_in_the_future_tense():
    """A simulation tells what happens in its worlds, never what will happen."""
    allowed = {"rule.certainty"}
    found = [
        (place, m.group())
        for place, lang, text in texts()
        if lang == "fr" and place not in allowed
        for m in [FUTURE.search(text)]
        if m
    ]
    assert not found
    assert FUTURE.search("le projet durera") and FUTURE.search("elle va durer") and not FUTURE.search("va contre")


def test_confidence_is_never_bare_in_french():
    """Residents' confidence and partners' trust are two things; « confiance » alone could be either."""
    found = [place for place, lang, text in texts() if lang == "fr" and BARE_CONFIDENCE.search(text)]
    assert not found


def test_a_missing_key_is_an_error_never_shown():
    with pytest.raises(KeyError, match=r"'no\.such\.key' is not in words\.csv"):
        word("no.such.key", "fr")
    with pytest.raises(ValueError, match="no words in 'de'"):
        word("ui.name", "de")


# How things are written


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Pourquoi ?", f"Pourquoi{THIN}?"),
        ("sens : oui ; ampleur : non", f"sens{FIXED}: oui{THIN}; ampleur{FIXED}: non"),
        ("« deux fois »", f"«{FIXED}deux fois{FIXED}»"),
        ("n'est pas", "n’est pas"),
        ("1 000 000 habitants", f"1{THIN}000{THIN}000{FIXED}habitants"),
        ("10 % de 7 €", f"10{FIXED}% de 7{FIXED}€"),
        ("plus longtemps que avec", "plus longtemps qu’avec"),
    ],
)
def test_french_is_set_as_printers_do(plain, set_):
    assert typography(plain, "fr") == set_
    assert typography(set_, "fr") == set_, "set twice, it moves"


def test_english_keeps_its_spaces():
    assert typography("Why? “Two” times: 10%", "en") == "Why? “Two” times: 10%"


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (1.2345, "1,2", "1.2"),
        (0.05, "0,05", "0.05"),
        (-0.04, "\N{MINUS SIGN}0,04", "\N{MINUS SIGN}0.04"),
        (1234567, f"1{THIN}234{THIN}567", "1,234,567"),
        (100, "100", "100"),
        (0.999, "1", "1"),
        (1e-9, "0", "0"),
        (0, "0", "0"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_numbers(value, fr, en):
    assert (number(value, "fr"), number(value, "en")) == (fr, en)


def test_sentences_have_two_significant_digits():
    assert rounded(197408, "fr") == f"200{THIN}000"
    assert rounded(3.25, "fr", 3) == "3,25"
    assert percent(0.163, "fr") == f"16{THIN}%"
    assert percent(3e-32, "en") == "0%"
    assert count(1440.4, "en") == "1,440"


def test_dates_and_durations():
    assert calendar("2026-01", 18, "fr") == f"juil.{FIXED}2027"
    assert calendar("2026-01", 336, "en") == f"Jan{FIXED}2054"
    assert calendar("2025-11", 3, "fr") == f"févr.{FIXED}2026"
    assert day("2027-03-12", "fr") == "12/03/2027"
    assert duration(84, "fr") == f"7{FIXED}ans"
    assert duration(18, "en") == "18 months"
