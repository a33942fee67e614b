// Pages that keep themselves fresh: they are read anew as a whole, and only their live part is put in place. Without this
// script a reload does the same.
"use strict";

const live = document.getElementById("live");

// What somebody is at work in is left alone.
const isInUse = () => document.hidden || (live.contains(document.activeElement) && document.activeElement !== document.body)
  || window.getSelection()?.toString() !== "";

let isReading = false;
let isToldMeanwhile = false;
const readAnew = async () => {
  // What changed while it was read may not be in what was read.
  isToldMeanwhile = isReading;
  if (isReading || isInUse()) return;
  isReading = true;
  try {
    const answer = await fetch(location.href, { headers: { "Accept": "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh || isInUse() || fresh.innerHTML === live.innerHTML) return;
    const known = new Set(Array.from(live.querySelectorAll("tr"), (row) => row.textContent));
    live.replaceChildren(...fresh.childNodes);
    if (known.size > 0) {
      for (const row of live.querySelectorAll("tbody tr")) {
        if (!known.has(row.textContent)) row.classList.add("fresh");
      }
    }
  } catch {
    // The service is away: the next time shows.
  } finally {
    isReading = false;
    if (isToldMeanwhile) readAnew();
  }
};

if (live?.dataset.everyS) setInterval(readAnew, Number(live.dataset.everyS) * 1000);

// The journal hears of changes; a hint that was missed while the page was hidden is made up for.
if (live?.dataset.tail) {
  new EventSource(live.dataset.tail).addEventListener("changed", readAnew);
  document.addEventListener("visibilitychange", readAnew);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
