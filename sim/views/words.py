"""Every word shown, French and English, from `words.csv`; and how numbers and dates are written in both languages.

Texts are kept in `words.csv` with ordinary spaces; French typography is applied here, so that nobody has to type a
no-break space.
"""

import csv
import math
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("fr", "en")
FILE = Path(__file__).with_name("words.csv")

MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
MOST_PLACES = 4  # decimal places: what is smaller is nothing to a reader
FIXED, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


class Word(NamedTuple):
    """One row of `words.csv`."""

    key: str
    fr: str
    en: str
    plain_fr: str
    avoid: str


@cache
def words() -> dict[str, Word]:
    """Return every row of `words.csv` by its key."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [Word(**row) for row in csv.DictReader(file)]
    found = {row.key: row for row in rows}
    if len(found) != len(rows):
        raise ValueError(f"{FILE.name} has the same key twice: {sorted({r.key for r in rows if rows.count(r) > 1})}")
    return found


def has(key: str) -> bool:
    """Say whether `words.csv` has this key."""
    return key in words()


def family_of(claim: str) -> str:
    """Return the claim that the parts a, b, c of one belong to.

    >>> family_of("H4b"), family_of("H12a"), family_of("H2")
    ('H4', 'H12', 'H2')
    """
    return claim.rstrip("abc")


def first_of(*keys: str) -> str:
    """Return the first key that exists: the exact word if there is one, a more general one if not."""
    return next((key for key in keys if has(key)), keys[-1])


def word(key: str, lang: str, **values) -> str:
    """Return the text of `key`, its blanks filled; a key without a text is an error, never shown bare."""
    if lang not in LANGUAGES:
        raise ValueError(f"no words in '{lang}'; there are {', '.join(LANGUAGES)}")
    if not has(key):
        raise KeyError(f"'{key}' is not in {FILE.name}; add a row with its French and its English")
    text = getattr(words()[key], lang)
    return typography(text.format(**values) if values else text, lang)


def typography(text: str, lang: str) -> str:
    """Curl apostrophes, and put no-break spaces where French printers do."""
    text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    if lang != "fr":
        return text
    text = re.sub(
        r"\b([Qq])ue (?=[aeiouàâéèêîôû])", "\\1u\N{RIGHT SINGLE QUOTATION MARK}", text
    )  # a filled blank may need it
    text = re.sub(r"«\s*", f"«{FIXED}", text)
    text = re.sub(r"\s*»", f"{FIXED}»", text)
    text = re.sub(r"(?<=[^\s:]) :(?=\s|$)", f"{FIXED}:", text)
    text = re.sub(r"(?<=\S) ([;!?])", rf"{THIN}\1", text)
    text = re.sub(r"(?<=\d) (?=%|€|k€|M€)", FIXED, text)
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", THIN, text)
    text = re.sub(r"([×÷▲▼=−]) (?=\S)", rf"\1{FIXED}", text)
    return re.sub(r"(?<=\d) (?=(an|ans|mois|euros|mondes|habitants|inh\.|hab\.)\b)", FIXED, text)


def number(value: float | None, lang: str, digits: int = 2) -> str:
    """Write a number as people read it: `digits` significant digits, but never fewer than its whole part."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = min(MOST_PLACES, max(0, digits - 1 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.replace("-", "\N{MINUS SIGN}")
    return "0" if text in ("0", "\N{MINUS SIGN}0") else _localised(text, lang)


def rounded(value: float | None, lang: str, digits: int = 2) -> str:
    """Write a number with at most `digits` significant digits, whole part included: for sentences."""
    if value is None or not math.isfinite(value) or value == 0:
        return number(value, lang, digits)
    return number(float(f"{value:.{digits - 1}e}"), lang, digits)


def count(value: float | None, lang: str) -> str:
    """Write a number as a whole one, its thousands apart."""
    return "–" if value is None else _localised(f"{round(value):,d}", lang)


def percent(share: float | None, lang: str, digits: int = 2) -> str:
    """Write a share as a percentage."""
    if share is None or not math.isfinite(share):
        return "–"
    share = 0 if abs(share) < 0.0005 else share  # below a tenth of a percent nothing is said
    return rounded(100 * share, lang, digits) + (f"{THIN}%" if lang == "fr" else "%")


def _localised(text: str, lang: str) -> str:
    """Turn the English separators of Python into those of the language."""
    return text.replace(",", THIN).replace(".", ",") if lang == "fr" else text


def calendar(start: str, month: int, lang: str) -> str:
    """Name the calendar month that lies `month` months after `start` ('2026-01')."""
    year, first = map(int, start.split("-"))
    years, position = divmod(first - 1 + month, 12)
    return f"{MONTHS[lang][position]}{FIXED}{year + years}"


def day(date: str, lang: str) -> str:
    """Write an ISO date as people do: 12/03/2027 in French, 12 Mar 2027 in English."""
    year, month, number_ = date[:10].split("-")
    if lang == "fr":
        return f"{number_}/{month}/{year}"
    return f"{int(number_)}{FIXED}{MONTHS['en'][int(month) - 1]}{FIXED}{year}"


def duration(months: float | None, lang: str) -> str:
    """Say how long a number of months is, in years from two years on."""
    if months is None:
        return "–"
    if months < 24:
        return word("survival.months", lang, n=number(months, lang))
    return word("survival.years", lang, n=number(months / 12, lang))
