/* Now: the site's present date and time, as the page was served plus what has passed
   since. The clock of this computer is never asked for a time; how far it went on tells
   what passed while a tablet slept, which the other counter leaves out. */

let opened;

const start = () => { opened = { ticks: performance.now(), wall: Date.now() }; };
const passed = () => Math.max(performance.now() - opened.ticks, Date.now() - opened.wall);
const twoDigits = (number) => String(number).padStart(2, "0");

start();

export const siteNow = () => new Date(Date.parse(document.body.dataset.siteNow) + passed());

/* The present time as a control wants it: a date, a time, or both. */
export function nowFor(control) {
  const at = siteNow();
  const day = `${at.getUTCFullYear()}-${twoDigits(at.getUTCMonth() + 1)}-${twoDigits(at.getUTCDate())}`;
  const time = `${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}`;
  return { time, datetime: `${day} ${time}` }[control.dataset.now] || day;
}

function offerNow(control) {
  const { nowWord, todayWord } = document.body.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "now";
  button.textContent = ["datetime", "time"].includes(control.dataset.now) ? nowWord : todayWord;
  button.tabIndex = -1;
  control.after(button);
}

function offerEachNow() {
  document.querySelectorAll("input[data-now]:not(:disabled)").forEach((control) => {
    if (!control.nextElementSibling?.matches(".now")) offerNow(control);
  });
}

function fillIn(control) {
  control.value = nowFor(control);
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.focus();
}

export function watchClock() {
  offerEachNow();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.now");
    if (button) fillIn(button.previousElementSibling);
  });
  // A page that replaces its content says so, with a new `data-site-now` on the body.
  document.addEventListener("page:swapped", () => { start(); offerEachNow(); });
}
