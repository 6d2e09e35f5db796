// Starts the page. Without scripts everything can still be read: this only adds movement.
import { startLanguage, onLanguage } from "page/language"
import { startCharts, redraw } from "page/charts"
import { startScenes } from "page/scenes"
import { startSession } from "page/session"

startSession() // first: it keeps a copy of the page as it arrived
startLanguage()
startScenes()
startCharts().then(() => onLanguage(redraw))
document.documentElement.classList.add("ready")
