"""The page in a real browser that has no network: charts, languages, scenes, guesses, paper, and scripts off."""

import re

import pytest

from sim.views.seminar import write_page
from tests import page_example as example

pytest.importorskip("playwright")
FIGURES = 8
SLOW = 60_000  # milliseconds: the machine may be busy


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page of the invented study, as a file."""
    folder = tmp_path_factory.mktemp("page")
    return write_page(example.write(folder / "study"), folder / "page.html").as_uri()


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """Open the page with every way out closed; at the end, nothing was asked and nothing was complained of."""
    contexts, asked, complaints = [], [], []

    def open_(url=address, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        context.set_default_timeout(SLOW)
        context.route(re.compile(r"^(?!file:|data:|blob:)"), lambda route: route.abort())
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.ready")
        contexts.append(context)
        return page

    yield open_
    for context in contexts:
        context.close()
    outside = [url for url in asked if not url.startswith(("data:", "blob:", "file:"))]
    assert not outside, "the page asks for something from elsewhere"
    assert len({url for url in asked if url.startswith("file:")}) == 1, "the page needs a second file"
    assert not complaints


def drawn(page, figure):
    """Scroll to a figure and wait until it is drawn live."""
    place = page.locator(f'figure[data-chart="{figure}"]')
    place.scroll_into_view_if_needed()
    page.wait_for_selector(f'figure[data-chart="{figure}"].drawn')
    return place


def said(page, figure):
    """Return the words of a live chart without spaces: lines are broken where they fit."""
    return "".join(page.locator(f'figure[data-chart="{figure}"] .live svg').text_content().split())


def wait_for_words(page, figure, words):
    """Wait until a live chart says something."""
    page.wait_for_function(
        """([figure, words]) => document.querySelector(`figure[data-chart="${figure}"] .live svg`).textContent
        .replace(/\\s/g, '').includes(words.replace(/\\s/g, ''))""",
        arg=[figure, words],
    )


def marks(place, kind):
    """Count the marks of one kind in a live chart."""
    return place.locator(f".live svg .mark-{kind} path").count()


# Reading


def test_every_chart_is_drawn_live_with_its_marks(open_page):
    page = open_page()
    keys = [figure.get_attribute("data-chart") for figure in page.locator("figure.chart").all()]
    assert len(keys) == FIGURES
    for key in keys:
        place = drawn(page, key)
        assert place.locator(".live svg path").count() > 10, key
        assert not place.locator(".still").first.is_visible()
    comb = page.locator('figure[data-chart="comb-H2"]')
    assert marks(comb, "rect") >= 2 * 48, "a bar and its middle for each set of assumptions"


def test_the_page_speaks_french_then_english_in_one_click(open_page):
    page = open_page()
    drawn(page, "comb-H2")
    assert page.locator("h1").inner_text() == "Que valent 4 affirmations\u202f? Verdicts simulés"
    assert "affirmé:×2" in said(page, "comb-H2")
    page.locator('label[for="lang-en"]').click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert page.locator("h1").inner_text() == "What are 4 claims worth? Simulated verdicts"
    wait_for_words(page, "comb-H2", "claimed: × 2")
    visible = page.locator("main").inner_text()
    assert "goes against" in visible and "va contre" not in visible


def test_the_band_cannot_be_closed_and_follows_the_reader(open_page):
    page = open_page()
    page.locator("#scene-7").scroll_into_view_if_needed()
    band = page.locator(".band")
    assert "Expérience de pensée." in band.inner_text()
    assert band.bounding_box()["y"] >= 0, "the band left the screen"
    assert band.locator("button").count() == 0


def test_a_chart_shows_its_numbers(open_page):
    page = open_page()
    place = drawn(page, "comb-H2")
    place.get_by_text("Voir les chiffres").click()
    assert place.locator("table.numbers:visible tbody tr").count() == 48


def test_an_assumption_is_three_clicks_from_its_number(open_page):
    page = open_page()
    card = page.locator("#card-H2")
    card.get_by_text("Lesquelles").click()
    card.get_by_role("link", name="Heures pour tenir un lien").click()
    line = page.locator('[id="parameter-alliances.link_hours"]')
    assert line.is_visible()
    assert "invented for a test" in line.inner_text()


def test_pointing_at_a_thread_moves_the_band_to_it(open_page):
    page = open_page()
    place = drawn(page, "times-confidence-town")
    band = place.locator(".live svg .mark-area path").first
    before = band.get_attribute("d")
    box = place.locator(".live svg").bounding_box()
    page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + 0.32 * box["height"])
    page.wait_for_function(
        """before => document.querySelector('[data-chart="times-confidence-town"] .live .mark-area path')
        .getAttribute('d') !== before""",
        arg=before,
    )


def test_time_can_be_seen_at_its_real_pace(open_page):
    page = open_page()
    place = drawn(page, "times-confidence-town")
    assert "Letempschanged’échelleauxpointillés" in said(page, "times-confidence-town")
    place.get_by_role("button", name="Voir en temps réel").click()
    wait_for_words(page, "times-confidence-town", "un mois a partout la même largeur")


# A room


def test_scenes_change_with_the_keyboard(open_page):
    page = open_page(viewport={"width": 1600, "height": 900})
    page.keyboard.press("f")
    assert current(page) == ("scene-1", "scène 1 sur 7")
    page.keyboard.press("ArrowRight")
    assert current(page) == ("scene-2", "scène 2 sur 7")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert current(page)[0] == "scene-1", "before the first scene there is none"
    seen = []
    for _ in range(30):
        seen.append(current(page)[0])
        page.keyboard.press("ArrowRight")
    assert seen[-1] == seen[-2] == "scene-7"
    assert [name for name in seen if name.startswith("card")] == ["card-H1", "card-H2", "card-H3", "card-H4"]
    page.keyboard.press("Escape")
    assert page.locator("html.stage").count() == 0


def current(page):
    """Return the scene on stage and what the bar says of it."""
    visible = page.locator("[data-step]:visible")
    assert visible.count() == 1, "one scene at a time"
    return visible.get_attribute("id") or "more", page.locator("#position").inner_text()


def test_on_stage_an_answer_waits_for_the_guess(open_page):
    page = open_page(viewport={"width": 1600, "height": 900})
    page.keyboard.press("f")
    while current(page)[0] != "card-H2":
        page.keyboard.press("ArrowRight")
    card = page.locator("#card-H2")
    assert not card.locator(".answers").is_visible()
    page.keyboard.press(" ")
    assert card.locator(".answers").is_visible()
    assert drawn(page, "comb-H2").bounding_box()["height"] > 400
    page.keyboard.press("b")
    assert page.locator("#black").is_visible()
    page.keyboard.press("b")
    assert not page.locator("#black").is_visible()


def test_the_language_button_gives_the_arrows_back(open_page):
    page = open_page()
    page.keyboard.press("f")
    page.locator('label[for="lang-en"]').click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    page.keyboard.press("ArrowRight")
    assert current(page) == ("scene-2", "scene 2 of 7")
    assert page.locator("#lang-en").is_checked()


def test_letters_grow_for_the_last_row(open_page):
    page = open_page()
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.locator("#larger").click()
    page.keyboard.press("+")
    assert page.evaluate(size) > before
    page.keyboard.press("f")
    assert page.evaluate(size) >= 28


def test_the_guess_of_the_room_is_on_the_chart_and_in_the_saved_file(open_page, tmp_path):
    page = open_page()
    place = drawn(page, "comb-H2")
    field = page.locator('fieldset[data-claim="H2"]')
    field.locator("input").nth(3).fill("62")
    field.get_by_role("button", name="×\u00a02", exact=True).click()
    assert field.locator("input").nth(4).input_value() == "1"
    page.wait_for_function(
        """() => document.querySelector('[data-chart="comb-H2"] .live svg').textContent.split('▽').length === 3"""
    )
    page.locator(".objections textarea").fill("Et les </script> bénévoles ?")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Enregistrer la séance").click()
    saved = tmp_path / "seance.html"
    waiting.value.save_as(saved)
    again = open_page_of(place.page.context, saved.as_uri())
    assert again.locator('fieldset[data-claim="H2"] input').nth(3).input_value() == "62"
    assert again.locator(".objections textarea").input_value() == "Et les </script> bénévoles ?"
    again.close()


def open_page_of(context, url):
    """Open another file in the same browser."""
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("html.ready")
    return page


def test_a_picture_is_1920_pixels_wide_and_keeps_its_caveats(open_page):
    page = open_page()
    place = drawn(page, "comb-H2")
    with page.expect_download() as waiting:
        place.get_by_role("button", name="Enregistrer l’image").click()
    assert waiting.value.suggested_filename == "comb-H2-fr.png"
    content = waiting.value.path().read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20], "big") == pytest.approx(1920, abs=2)


def test_a_sentence_is_copied_with_its_limits(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#card-H2 .copy").click()
    page.wait_for_function("() => document.getElementById('said').textContent === 'Phrase copiée'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Phrase inventée")
    assert "Simulation, pas une prévision\u202f; niveau d’appui A\u202f; étude invente0." in copied


# Elsewhere


def test_with_scripts_off_everything_can_be_read(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator("figure.chart").count() == FIGURES
    for figure in page.locator("figure.chart").all():
        assert figure.locator(".still svg:visible").count() == 1
    assert page.locator(".js:visible").count() == 0, "a button that can do nothing"
    assert "Les graphiques ci-dessous sont des images fixes" in page.locator("main").inner_text()
    page.locator('label[for="lang-en"]').click()
    visible = page.locator("main").inner_text()
    assert "What are 4 claims worth?" in visible and "Que valent" not in visible
    page.locator("#card-H2 summary", has_text="See the numbers").click()
    assert page.locator("#card-H2 table.numbers:visible tbody tr").count() == 48


def test_a_phone_reads_it_in_one_column(open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    place = drawn(page, "comb-H2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "the page is wider than the phone"
    size = place.locator(".live svg text").first.evaluate("text => text.getBoundingClientRect().height")
    assert size > 8, "letters of the chart are too small to read"


def test_the_sheet_prints_on_two_sides(open_page):
    page = open_page()
    page.evaluate("document.documentElement.classList.add('sheet-only')")
    pages = pdf_pages(page)
    assert pages == 2, "answers on the front, limits on the back"
    page.evaluate("document.documentElement.classList.remove('sheet-only')")
    assert pdf_pages(page) > 8


def pdf_pages(page) -> int:
    """Print on A4 and count the pages."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", prefer_css_page_size=True)))


def test_a_failed_control_is_all_that_shows(open_page, tmp_path):
    verdicts = example.verdicts()
    verdicts[1]["direction"] = "refuted"
    file = write_page(example.write(tmp_path / "study", verdicts), tmp_path / "failed.html")
    page = open_page(file.as_uri())
    seen = page.locator("main").inner_text()
    assert "Un contrôle échoue (H0b)\u00a0: aucun verdict n’est affiché." in seen
    assert page.locator(".card, .board, figure").count() == 0


def test_the_first_chart_is_there_at_once(open_page):
    """Under two seconds on a machine that does nothing else; here it may be shared."""
    page = open_page()
    drawn(page, "times-confidence-town")
    assert page.evaluate("performance.now()") < 10_000
