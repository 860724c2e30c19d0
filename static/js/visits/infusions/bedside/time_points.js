/* The rows of the time points: the one at hand, and those whose values are not sent yet. */

import { count } from "./countdown.js";
import { clear } from "./forms.js";
import { $, $$, AHEAD_MS } from "./page.js";

export const rows = () => $$("tr[data-point]");
export const rowOf = (point) => rows().find((row) => row.dataset.point === point);
const isAwaited = (row) => $("[data-choose]", row) && !row.classList.contains("is-unsent");

export function choose(row, { keepsTyping = false } = {}) {
  const panel = $("#measurement");
  if (!panel || !row) return;
  rows().forEach((other) => other.toggleAttribute("aria-current", other === row));
  row.setAttribute("aria-current", "step");
  $("h2", panel).textContent = row.dataset.label;
  $(".due", panel).replaceChildren(...[...$(".due-at", row).childNodes].map((node) => node.cloneNode(true)));
  for (const form of $$("form.act", panel)) {
    if (!keepsTyping) clear(form);
    form.dataset.label = row.dataset.label;
    form.elements.point.value = row.dataset.point;
    if (!keepsTyping) form.elements.based_on.value = row.dataset.basedOn;
  }
  count();
}

/* When the values at hand are on their way, the next awaited point comes to hand. */
export function chooseNext() {
  const here = $("tr[aria-current]");
  if (!here?.classList.contains("is-unsent")) return;
  const after = rows().slice(rows().indexOf(here)).find(isAwaited);
  choose(after || rows().find(isAwaited));
}

export function markUnsent(row, item) {
  row.classList.add("is-unsent");
  const [typed, ...others] = $$("td", row).filter((cell) => !cell.matches(".due-at, .no-print"));
  others.forEach((cell) => cell.remove());
  typed.colSpan = 6;
  typed.className = "typed";
  typed.textContent = item.summary;
  $(".no-print", row)?.replaceChildren();
}

function showDue(row, due) {
  const cell = $(".due-at", row);
  if (cell.firstElementChild) return;
  row.classList.remove("at-not_due");
  const time = document.createElement("time");
  const countdown = document.createElement("strong");
  time.textContent = new Date(due.getTime() + AHEAD_MS).toISOString().slice(11, 16);
  countdown.className = "countdown";
  countdown.dataset.due = due.toISOString();
  countdown.dataset.tolerance = row.dataset.tolerance;
  cell.append(time, " ", countdown);
}

/* Times that follow from a start or a stop which the server does not know yet. */
export function showTimesAfter(item) {
  const [field, anchor] = item.act === "start" ? ["started_at", "start"] : ["stopped_at", "end"];
  const typed = new URLSearchParams(item.body).get(field);
  const at = Date.parse(`${typed.replace(" ", "T")}Z`) - AHEAD_MS;
  if (Number.isNaN(at)) return;
  rows().filter((row) => row.dataset.anchor === anchor)
    .forEach((row) => showDue(row, new Date(at + Number(row.dataset.minute) * 60000)));
}
