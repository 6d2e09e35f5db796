// Draws live charts over the pictures that came with the page: pointing, guesses, and a file to keep.
import { language, say } from "page/language"
import { guessesOf, onGuess } from "page/session"

const NARROW = 620 // below this width a chart is drawn for a phone
const WIDE = 1920 // pixels of a kept picture, its caveats included
const drawn = new Map() // figure -> Vega view
let specs = {}

export async function startCharts() {
  if (!window.vegaEmbed || !window.DecompressionStream) return // the pictures stay
  specs = JSON.parse(await unpack(document.getElementById("charts").textContent.trim()))
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target)
  }, { rootMargin: "400px" })
  for (const figure of document.querySelectorAll("figure.chart")) {
    seen.observe(figure)
    figure.querySelector(".picture").addEventListener("click", () => keep(figure))
    figure.querySelector(".clock")?.addEventListener("click", (event) => changeClock(figure, event.currentTarget))
  }
  onGuess(showGuesses)
  let width = window.innerWidth
  window.addEventListener("resize", () => {
    if ((width < NARROW) !== (window.innerWidth < NARROW)) redraw()
    width = window.innerWidth
  })
}

async function unpack(text) {
  if (!text) return "{}"
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Response(stream).text()
}

function specOf(figure, size) {
  const key = figure.dataset.chart + (figure.dataset.clock === "real" ? "-real" : "")
  return specs[key][size ?? (window.innerWidth < NARROW ? "narrow" : "wide")][language()]
}

async function draw(figure) {
  const place = figure.querySelector(".live")
  drawn.set(figure, null) // taken: it is being drawn
  // `ast`: Vega reads its expressions instead of compiling them, as the page forbids code made from text.
  const result = await window.vegaEmbed(place, specOf(figure), { actions: false, renderer: "svg", ast: true, mode: "vega-lite" })
  drawn.get(figure)?.finalize()
  drawn.set(figure, result.view)
  figure.classList.add("drawn")
  showGuesses()
}

export async function redraw() {
  for (const figure of drawn.keys()) await draw(figure)
}

function changeClock(figure, button) {
  const real = figure.dataset.clock !== "real"
  figure.dataset.clock = real ? "real" : ""
  button.setAttribute("aria-pressed", String(real))
  draw(figure)
}

function showGuesses() {
  for (const [figure, view] of drawn) {
    const claim = figure.dataset.chart.replace("comb-", "")
    if (!view || claim === figure.dataset.chart) continue
    const rows = guessesOf(claim).map(({ value, votes }) => ({ value, text: `${votes} · ${say("guess.mark")}` }))
    try {
      view.data("guess", rows).runAsync()
    } catch {
      // a chart without a place for guesses
    }
  }
}

async function keep(figure) {
  const result = document.createElement("div")
  const { view } = await window.vegaEmbed(result, specOf(figure, "wide"), { actions: false, ast: true, mode: "vega-lite" })
  const small = await view.toCanvas(1)
  const canvas = await view.toCanvas(WIDE / small.width)
  const link = document.createElement("a")
  link.href = canvas.toDataURL("image/png")
  link.download = `${figure.dataset.chart}-${language()}.png`
  link.click()
  view.finalize()
}
