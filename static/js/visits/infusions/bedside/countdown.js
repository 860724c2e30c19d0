/* How long until each measurement is due, or since when it is. */

import { $$, instant, words } from "./page.js";

const twoDigits = (number) => String(number).padStart(2, "0");

function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(Math.floor(seconds % 60))}`;
  return words.hours.replace("%h", Math.floor(minutes / 60)).replace("%m", twoDigits(minutes % 60));
}

export function count() {
  const now = instant();
  for (const countdown of $$(".countdown[data-due]")) {
    const left = (new Date(countdown.dataset.due) - now) / 1000;
    const isLate = left < -Number(countdown.dataset.tolerance);
    const passed = isLate ? words.late : words.since;
    countdown.textContent = (left > 0 ? words.in : passed).replace("%s", span(Math.abs(left)));
    countdown.classList.toggle("is-due", left <= 0 && !isLate);
    countdown.classList.toggle("is-late", isLate);
  }
}
