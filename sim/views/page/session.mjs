// What a room says: guesses and objections. They stay in this page, and go into a new file only when asked.
import { announce } from "page/language"

const listeners = []
let original = ""
let session = { votes: {}, objections: "" }

export function startSession() {
  original = document.documentElement.outerHTML // as it arrived, before anything moves
  session = { ...session, ...JSON.parse(document.getElementById("session").textContent) }
  for (const field of document.querySelectorAll("fieldset.guess")) prepare(field)
  const box = document.querySelector(".objections textarea")
  if (box) {
    box.value = session.objections
    box.addEventListener("input", () => { session.objections = box.value })
  }
  document.querySelector(".reset")?.addEventListener("click", reset)
  document.querySelector(".save")?.addEventListener("click", save)
}

export function onGuess(listener) {
  listeners.push(listener)
}

export function guessesOf(claim) {
  return Object.entries(session.votes[claim] ?? {})
    .filter(([, votes]) => votes > 0)
    .map(([value, votes]) => ({ value: Number(value), votes }))
}

function prepare(field) {
  const votes = (session.votes[field.dataset.claim] ??= {})
  for (const choice of field.querySelectorAll(".choice")) {
    const button = choice.querySelector("button"), input = choice.querySelector("input")
    const value = button.dataset.value
    input.value = votes[value] || ""
    button.addEventListener("click", () => { input.value = Number(input.value) + 1; count() })
    input.addEventListener("input", count)
    function count() {
      votes[value] = Number(input.value)
      listeners.forEach((listener) => listener())
    }
  }
}

function reset() {
  for (const votes of Object.values(session.votes)) for (const value of Object.keys(votes)) delete votes[value]
  for (const input of document.querySelectorAll(".choice input")) input.value = ""
  listeners.forEach((listener) => listener())
}

function save() {
  const kept = JSON.stringify(session).replaceAll("<", "\\u003c")
  const page = "<!DOCTYPE html>" + original
    .replace(/(<script type="application\/json" id="session">)[^<]*/, (_, tag) => tag + kept)
    .replace(/class="scripts[^"]*"/, "")
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([page], { type: "text/html" }))
  link.download = "seance.html"
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  announce("ui.saved")
}
