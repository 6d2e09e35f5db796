// Which language is shown, how large the letters are, and the few words that scripts write.
const words = JSON.parse(document.getElementById("words").textContent)
const listeners = []
const SIZES = [16, 18, 20, 23, 27, 32, 38]
let size = 2

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
  size = Math.min(SIZES.length - 1, Math.max(0, size + step))
  document.documentElement.style.fontSize = `${SIZES[size]}px`
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
