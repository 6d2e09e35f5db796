// Scenes: left and right to change, F to present, space to reveal, B for a black screen, N for notes, P to print.
import { announce, language, onLanguage, resize, say } from "page/language"

const root = document.documentElement
const steps = [...document.querySelectorAll("[data-step]")]
let current = 0

export function startScenes() {
  const bar = document.querySelector(".stagebar")
  bar.hidden = steps.length === 0
  document.getElementById("previous").addEventListener("click", () => go(current - 1))
  document.getElementById("next").addEventListener("click", () => go(current + 1))
  document.getElementById("stage").addEventListener("click", () => present(!presenting()))
  document.getElementById("black").addEventListener("click", black)
  document.addEventListener("keydown", key)
  document.querySelector(".sheet-print")?.addEventListener("click", printSheet)
  window.addEventListener("afterprint", () => root.classList.remove("sheet-only"))
  window.addEventListener("hashchange", openTarget)
  for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button))
  onLanguage(place)
  openTarget()
  show()
}

function presenting() {
  return root.classList.contains("stage")
}

function present(on) {
  document.getElementById("stage").setAttribute("aria-pressed", String(on))
  root.classList.toggle("stage", on)
  if (on && root.requestFullscreen) root.requestFullscreen().catch(() => {}) // refused in some frames: present anyway
  if (!on && document.fullscreenElement) document.exitFullscreen()
  show()
}

function go(step) {
  if (step < 0 || step >= steps.length) return
  current = step
  show()
  if (!presenting()) steps[current].scrollIntoView({ block: "start" })
}

function show() {
  steps.forEach((step, place) => {
    step.classList.toggle("current", place === current)
    if (place === current && presenting()) window.scrollTo(0, 0)
  })
  place()
}

// Cards belong to the scene before them: the count is of scenes, as on the printed guide.
function place() {
  const scenes = steps.filter((step) => step.classList.contains("scene"))
  const scene = steps.slice(0, current + 1).filter((step) => step.classList.contains("scene")).length
  const claim = steps[current]?.dataset.claim
  const text = say("ui.scene", { n: scene, total: scenes.length })
  document.getElementById("position").textContent = claim ? `${text} · ${claim}` : text
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || wanted(event)) return
  const acts = {
    ArrowRight: () => go(current + 1),
    PageDown: presenting() ? () => go(current + 1) : null,
    ArrowLeft: () => go(current - 1),
    PageUp: presenting() ? () => go(current - 1) : null,
    f: () => present(!presenting()),
    Escape: presenting() ? () => present(false) : null,
    " ": presenting() ? reveal : null,
    b: presenting() || !document.getElementById("black").hidden ? black : null,
    n: () => root.classList.toggle("with-notes"),
    p: printSheet,
    "+": () => resize(1),
    "-": () => resize(-1),
  }
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  if (!act) return
  event.preventDefault()
  act()
}

// A key that the element under the cursor needs is left to it.
function wanted(event) {
  if (event.target.matches("input, textarea, select")) return true
  return event.key === " " && event.target.matches("button, summary, a")
}

function reveal() {
  steps[current].classList.toggle("revealed")
}

function black() {
  const cover = document.getElementById("black")
  cover.hidden = !cover.hidden
}

function printSheet() {
  root.classList.add("sheet-only")
  window.print()
}

// A link to an assumption opens the list that holds it.
function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true
  const step = steps.findIndex((candidate) => candidate === target || candidate.contains(target))
  if (step >= 0) current = step
  target.scrollIntoView({ block: "start" })
  show()
}

async function copy(button) {
  const text = button.dataset[language()]
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // A page opened from a key may not reach the clipboard that way: the old one still works.
    const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }))
    area.select()
    document.execCommand("copy")
    area.remove()
  }
  announce("ui.copied")
}
