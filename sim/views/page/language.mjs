// Which language is shown, how large the letters are, and the few words that scripts write.
const words = JSON.parse(document.getElementById("words").textContent)
const listeners = []
const ZOOMS = [0.8, 0.9, 1, 1.15, 1.35, 1.6, 1.9]
let zoom = 2

export function language() {
  return document.getElementById("lang-en").checked ? "en" : "fr"
}

export function say(key, blanks = {}) {
  return words[key][language()].replace(/\{(\w+)\}/g, (_, name) => blanks[name])
}

export function onLanguage(listener) {
  listeners.push(listener)
}

export function announce(key) {
  const place = document.getElementById("said")
  place.textContent = say(key)
  setTimeout(() => { place.textContent = "" }, 2500)
}

export function resize(step) {
  zoom = Math.min(ZOOMS.length - 1, Math.max(0, zoom + step))
  document.documentElement.style.setProperty("--zoom", ZOOMS[zoom])
}

export function startLanguage() {
  for (const input of document.querySelectorAll("input.lang")) {
    input.addEventListener("change", () => {
      document.documentElement.lang = language() // screen readers follow
      listeners.forEach((listener) => listener())
    })
  }
  // Chosen with a finger or a mouse, the button gives the arrow keys back to the scenes.
  for (const label of document.querySelectorAll(".languages label")) {
    label.addEventListener("click", () => setTimeout(() => document.activeElement?.blur()))
  }
  document.getElementById("smaller").addEventListener("click", () => resize(-1))
  document.getElementById("larger").addEventListener("click", () => resize(1))
}
