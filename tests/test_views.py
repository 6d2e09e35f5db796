"""Charts say what they are inside the picture and draw the numbers they are given; the page keeps its promises."""

import base64
import gzip
import json
import re
from html import unescape

import pytest

from sim.errors import InputError, OutputError
from sim.views import charts, scenes
from sim.views.charts import NARROW, STILL, WIDE, Sheet
from sim.views.comb import comb
from sim.views.seminar import draw_all, verdict_page, write_page
from sim.views.three_times import three_times
from sim.views.words import LANGUAGES, percent, word
from tests import page_example as example

KEYS = (
    "comb-H1",
    "comb-H2",
    "comb-H3",
    "comb-H4",
    "times-confidence-town",
    "times-performance-town",
    "survival",
    "premium",
)


@pytest.fixture(scope="module")
def drawn():
    """Every chart of the invented study."""
    return draw_all(example.verdicts(), example.page())


@pytest.fixture(scope="module")
def html():
    """The page of the invented study."""
    return verdict_page(example.verdicts(), example.page())


def letters(svg: str) -> str:
    """Return what can be read in a picture, one space between its pieces."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg, flags=re.S)
    return plain(unescape(re.sub(r"<[^>]*>", " ", " ".join(texts))))


def plain(text: str) -> str:
    return " ".join(text.split())


# Inside the picture


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_each_chart_carries_its_nine_caveats(drawn, key, lang):
    """An image travels without its page: the nine things of the rules are burnt into it."""
    study = example.page()["study"]
    contrast = "W1-alone" if key in ("premium", "comb-H1") else "W2-W3"
    meaning = {"comb": "comb.how", "times": "times.how", "survival": "survival.how.chance", "premium": "premium.how"}
    for size in ("still", "narrow"):
        chart = drawn[key][size][lang]
        nine = {
            "the finding": chart.title,
            "not a forecast": word("chart.not_forecast", lang),
            "a type of territory": word("territory.town", lang),
            "what differs": word(f"contrast.{contrast}", lang),
            "how many worlds": charts.worlds_of(study, lang),
            "what marks mean": word(meaning[key.split("-")[0]], lang, level=percent(study["level"], lang)),
            "constant euros": "euros constants 2026." if lang == "fr" else "constant 2026 euros.",
            "evidence level": word("level.A", lang),
            "source": charts.source_of(study, lang),
        }
        seen = letters(charts.render_chart(chart.spec))
        assert not {name: text for name, text in nine.items() if plain(text) not in seen}, f"{key} {size}"
        assert chart.title.startswith("Dans le modèle" if lang == "fr" else "In the model")


def test_a_name_is_nowhere_in_a_chart(drawn):
    names = [place["name"] for place in example.page()["territories"]]
    for sizes in drawn.values():
        for chart in sizes["wide"].values():
            assert not [name for name in names if name in json.dumps(chart.spec, ensure_ascii=False)]


def test_numbers_speak_the_language(drawn):
    french, english = (letters(charts.render_chart(drawn["comb-H2"]["still"][lang].spec)) for lang in LANGUAGES)
    assert "× 1,2" in french and "× 1.2" not in french
    assert "× 1.2" in english and "× 1,2" not in english


# The numbers that were given


def rows_of(spec: dict) -> list[dict]:
    return spec["vconcat"][0]["data"]["values"]


def test_the_comb_draws_one_bar_per_set_of_assumptions_as_given(drawn):
    bars = example.page()["claims"]["H2"]["bars"]
    rows = rows_of(drawn["comb-H2"]["wide"]["fr"].spec)
    assert len(rows) == len(bars) == 48
    given = {str(bar["draw"]): bar for bar in bars}
    for row in rows:
        for name in ("estimate", "low", "high"):
            assert row[name] == pytest.approx(given[row["tip_draw"]][name], rel=1e-4), "the chart changed a number"
        assert row["class"] == given[row["tip_draw"]]["class"]
    picture = charts.render_chart(drawn["comb-H2"]["still"]["fr"].spec)
    for name, colour in (("gains", "#0072B2"), ("loses", "#D55E00"), ("undecided", "#8b9096")):
        drawn_bars = len(re.findall(rf'<path[^>]*fill="{colour}"', picture))
        assert drawn_bars == example.page()["claims"]["H2"]["counts"][name], name


def test_a_bar_without_width_still_shows():
    page = example.page()
    for bar in page["claims"]["H2"]["bars"]:
        bar["low"] = bar["high"] = bar["estimate"]
    picture = charts.render_chart(comb(Sheet(page, "fr", STILL), claim("H2")).spec)
    assert len(re.findall(r'<path[^>]*fill="#1b1f24"', picture)) == 48


def claim(name: str) -> dict:
    return next(verdict for verdict in scenes.normalised(example.verdicts()) if verdict["claim"] == name)


def test_time_has_three_equal_stretches():
    """0-18 months, 18-84 and 84-336 take a third of the axis each."""
    chart = three_times(Sheet(example.page(), "fr", WIDE), example.page()["three_times"][0])
    scale = chart.spec["vconcat"][0]["layer"][0]["encoding"]["x"]["scale"]
    width = chart.spec["vconcat"][0]["width"]
    assert scale["domain"] == [0, 18, 84, 336]
    assert scale["range"] == pytest.approx([0, width / 3, 2 * width / 3, width], rel=1e-4)
    real = three_times(Sheet(example.page(), "fr", WIDE), example.page()["three_times"][0], clock="real")
    assert real.spec["vconcat"][0]["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 336]


def test_what_was_not_simulated_is_said(drawn):
    """A study of 84 months leaves its last stretch shaded and named, never drawn as nil."""
    seen = letters(charts.render_chart(drawn["times-performance-town"]["still"]["fr"].spec))
    assert plain(word("times.not_run", "fr")) in seen
    assert "2050" not in seen
    assert "2050" in letters(charts.render_chart(drawn["times-confidence-town"]["still"]["fr"].spec))


def test_a_part_with_its_own_worlds_says_how_many():
    page = example.page()
    page["three_times"][0] |= {"draws": 12, "seeds": 2, "runs": 48}
    seen = letters(charts.render_chart(three_times(Sheet(page, "en", NARROW), page["three_times"][0]).spec))
    assert "12 sets of assumptions × 2 draws of chance; 48 simulated worlds." in seen
    assert "1,440" not in seen


def test_a_hole_in_a_curve_is_a_hole():
    page = example.page()
    page["three_times"][0]["threads"][4]["middle"][0] = None
    chart = three_times(Sheet(page, "fr", WIDE), page["three_times"][0])
    assert chart.table.rows[0][1] == "–"
    charts.render_chart(chart.spec)


# The page


def test_the_page_asks_nothing_of_any_network(html):
    shell = re.sub(r"<script(?! type=.module)[^>]*>.*?</script>", "", html, flags=re.S)  # Vega names web addresses
    assert not re.findall(r"(?:src|href|action|data)=[\"']?(?:https?:)?//", shell)
    assert not re.findall(r"url\((?!data:)", shell)
    assert "default-src 'none'" in html
    assert len(html.encode()) < 4e6
    assert html.count("vegaEmbed=") == 1, "one bundle for all charts"


def test_the_same_study_gives_the_same_bytes(html):
    assert verdict_page(example.verdicts(), example.page()) == html


def test_the_first_language_is_chosen():
    assert '<html lang="en">' in verdict_page(example.verdicts(), {}, "en")
    assert re.search(r'id="lang-en" class="lang" checked', verdict_page(example.verdicts(), {}, "en"))


def test_no_word_is_left_bare_in_the_page(html):
    assert "{{" not in html
    visible = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]*>", " ", html, flags=re.S)
    assert not re.findall(r"\b(?:card|board|scene|finding|mark|chart|unit)\.[a-z]+\b", visible)
    assert not re.findall(r"\{[a-z_]+\}", visible), "a blank was not filled"


def test_names_of_territories_stay_in_the_footnote(html):
    for place in example.page()["territories"]:
        assert html.count(place["name"]) == len(LANGUAGES), "once in each language, in the note"
    assert "Aucun résultat ne parle de ces lieux." in html


def test_cards_are_in_order_of_number_whatever_the_answer():
    verdicts = example.verdicts()
    html = verdict_page(verdicts, {})
    order = re.findall(r'<article class="card" id="card-(\w+)"', html)
    assert order == ["H1", "H2", "H3", "H4"]
    cards = re.findall(r'<article class="card".*?</article>', html, flags=re.S)
    shapes = {tuple(re.findall(r'<(?:div|h4|h5|header|footer)(?: class="(\w+)")?', card)) for card in cards}
    assert len(shapes) == 1, "a card that goes against is as large as one that goes along"


def test_an_answer_is_a_shape_and_a_word(html):
    for answer, text in (
        ("supported", "va dans ce sens"),
        ("refuted", "va contre"),
        ("undecided", "ne tranche pas"),
        ("depends", "dépend"),
    ):
        assert f"{scenes.SHAPES[answer]}</svg> {text}" in html


@pytest.mark.parametrize(("answers", "says"), [
    (("refuted", "supported"), "Un contrôle échoue (H0a) : aucun verdict n’est affiché."),
    (("refuted", "refuted"), "2 contrôles échouent (H0a, H0b) : aucun verdict n’est affiché."),
    (("supported", "undecided"), "Contrôles incomplets : verdicts suspendus."),
])  # fmt: skip
def test_without_its_controls_no_verdict_is_in_the_file(answers, says):
    """Hidden means absent: nobody finds it by reading the source."""
    verdicts = example.verdicts()
    for control, answer in zip(verdicts, answers, strict=False):
        control["direction"] = answer
    html = verdict_page(verdicts, example.page())
    assert says in plain(unescape(html))
    assert "Phrase inventée" not in html.replace(verdicts[0]["text_fr"], "").replace(verdicts[1]["text_fr"], "")
    assert "deux fois plus frugaux" not in html
    assert 'class="card"' not in html and 'class="board"' not in html and "<figure" not in html
    assert json.loads(unpacked(html)) == {}, "the data of the charts are not in the file either"


def test_a_study_without_controls_shows_no_verdict():
    verdicts = [verdict for verdict in example.verdicts() if not verdict["claim"].startswith("H0")]
    assert 'class="card"' not in verdict_page(verdicts, example.page())


def unpacked(html: str) -> bytes:
    """Return the data of the live charts."""
    packed = re.search(r'<script type="text/plain" id="charts">([^<]*)</script>', html).group(1)
    return gzip.decompress(base64.b64decode(packed))


def test_live_charts_carry_the_same_numbers_as_the_pictures(html, drawn):
    specs = json.loads(unpacked(html))
    assert set(specs) == set(drawn)
    assert rows_of(specs["comb-H2"]["wide"]["fr"]) == rows_of(drawn["comb-H2"]["still"]["fr"].spec)


def test_the_answers_of_the_lab_are_understood():
    verdicts = example.verdicts()
    verdicts[3] |= {"direction": "depends_on", "size": "depends_on", "conditions_fr": "le partenaire est connu"}
    verdicts[4] |= {"direction": "not_tested", "size": None}
    html = verdict_page(verdicts, {})
    assert "le partenaire est connu" in html
    assert "sans objet ici" in html


def test_a_page_without_page_json_still_gives_every_answer(tmp_path):
    folder = example.write(tmp_path / "study")
    (folder / "page.json").unlink()
    html = write_page(folder, tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.count('<article class="card"') == 4
    assert "<figure" not in html


def test_the_way_from_a_number_to_its_source(html):
    """Number, assumption, source: each card leads to the line that says where an assumption comes from."""
    card = re.search(r'<article class="card" id="card-H2".*?</article>', html, flags=re.S).group()
    assert "4 hypothèses, dont 3 choisies par l’équipe." in card
    for name in re.findall(r'href="#(parameter-[\w.]+)"', card):
        line = re.search(rf'<tr id="{name}">.*?</tr>', html, flags=re.S).group()
        assert "invented for a test" in line


def test_texts_of_the_lab_cannot_break_the_page():
    verdicts = example.verdicts()
    verdicts[3]["text_fr"] = "<script>alert(1)</script> & </article>"
    html = verdict_page(verdicts, {})
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;/article&gt;" in html


# A single run


def test_the_page_of_one_run_says_that_it_is_one_world(tmp_path):
    indicators = {"frugality": {"value": 1.234, "unit": "ratio"}, "survival": {"value": None, "unit": "share"}}
    run = {
        "start": "2026-01",
        "months": 84,
        "seed": 1,
        "organisations": 17800,
        "territory": {"population": 197408, "name": "CU Exemple"},
        "horizons": {"18": indicators, "84": indicators},
    }
    (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    html = plain(unescape(write_page(tmp_path, tmp_path / "run.html").read_text(encoding="utf-8")))
    assert "Un seul monde simulé, sur beaucoup d’autres possibles" in html
    assert "1,23" in html and "1.23" in html
    assert "Moyens par unité de valeur" in html and "Means per unit of value" in html
    assert "CU Exemple" not in html


# Bad input


@pytest.mark.parametrize(("content", "says"), [
    ("not json", "it is not JSON"),
    ("[]", "it should hold a list of verdicts"),
    ("{}", "it should hold a list of verdicts"),
    ('[{"claim": "H2"}]', "the verdict 'H2' lacks statement, statement_fr, direction"),
    ("[3]", "the verdict '3' lacks claim"),
])  # fmt: skip
def test_broken_verdicts_are_refused_in_one_message(tmp_path, content, says):
    (tmp_path / "verdict.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(says)):
        write_page(tmp_path, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no verdict\.json and no run\.json"):
        write_page(tmp_path, tmp_path / "page.html")


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path):
    folder = example.write(tmp_path / "study")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="the page cannot be written"):
        write_page(folder, tmp_path / "file" / "page.html")
    with pytest.raises(InputError, match="--lang de"):
        write_page(folder, tmp_path / "page.html", lang="de")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "study"]


def test_importing_the_views_draws_nothing():
    """vl-convert carries a JavaScript engine: only drawing loads it."""
    import subprocess
    import sys

    heavy = ("vl_convert", "altair", "pandas", "mesa")
    code = f"import sys; from sim.views import seminar; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
