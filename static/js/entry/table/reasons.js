/* Reasons, asked as soon as a value of a complete row changes or a row is struck out. */

import { before, isChanged } from "../../site/typing/controls.js";
import { body, controlsIn, promptsOf, rowOf } from "./grid.js";

const fromTemplate = (id) => document.getElementById(id)?.content.firstElementChild.cloneNode(true);

function openPrompts(row) {
  const there = promptsOf(row);
  if (there) return there;
  const prompts = fromTemplate("asks-template");
  prompts.dataset.asks = row.dataset.row;
  prompts.dataset.made = "";
  row.after(prompts);
  return prompts;
}

function addPrompt(row, prompt, name, label) {
  prompt.querySelectorAll("[name]").forEach((control) => {
    control.name = control.name.replace("KEY", row.dataset.row).replace("NAME", name);
    const text = control.getAttribute("aria-label");
    if (text) control.setAttribute("aria-label", text.replace("LABEL", label));
  });
  prompt.querySelectorAll(".reason-of").forEach((text) => { text.textContent = text.textContent.replace("LABEL", label); });
  if (name) prompt.dataset.reason = name;
  openPrompts(row).querySelector(".asks-inner").append(prompt);
}

function dropPrompt(row, selector) {
  const prompts = promptsOf(row);
  if (!prompts || !("made" in prompts.dataset)) return;
  prompts.querySelector(selector)?.remove();
  if (!prompts.querySelector("[data-reason], [data-strike-reason]")) prompts.remove();
}

function askToStrike(row, box) {
  if (!box.checked) { dropPrompt(row, "[data-strike-reason]"); return; }
  if (promptsOf(row)?.querySelector("[data-strike-reason]")) return;
  addPrompt(row, fromTemplate("strike-template"), "", "");
  promptsOf(row).querySelector("[data-strike-reason] select").focus();
}

function askForCell(row, cell) {
  const item = cell.id.slice(`x-${row.dataset.row}-`.length);
  const controls = controlsIn(cell);
  const hadValue = controls.some((control) => !control.matches(".cell-unit") && before(control) !== "");
  const isAsked = promptsOf(row)?.querySelector(`[data-reason="${item}"]`);
  if (!hadValue || !controls.some(isChanged)) {
    if (isAsked) dropPrompt(row, `[data-reason="${item}"]`);
  } else if (!isAsked) {
    const label = document.getElementById(`c-${item}`).firstChild.textContent.trim();
    addPrompt(row, fromTemplate("reason-template"), item, label);
  }
}

export function askReasons(control) {
  const row = rowOf(control);
  const cell = control.closest("td");
  if (control.name.endsWith("-strike")) askToStrike(row, control);
  else if ("asksReasons" in row.dataset && cell.id) askForCell(row, cell);
}

/* One reason may hold for many: it is copied to where none was given yet. */
const reasons = () => [...body.querySelectorAll("[data-reason]")]
  .map((prompt) => [prompt, prompt.querySelector("select"), prompt.querySelector("input")]);

export function offerSameReason() {
  body.querySelectorAll("[data-same]").forEach((button) => button.remove());
  const all = reasons();
  const last = all.filter(([, code, text]) => code.value && text.value).at(-1);
  if (!last || all.every(([, code]) => code.value)) return;
  last[0].append(fromTemplate("same-template"));
}

export function watchSameReason() {
  body.addEventListener("click", (event) => {
    const from = event.target.closest("[data-same]")?.closest("[data-reason]");
    if (!from) return;
    const [code, text] = [from.querySelector("select").value, from.querySelector("input").value];
    reasons().forEach(([, select, input]) => {
      if (select.value) return;
      select.value = code;
      input.value ||= text;
    });
    offerSameReason();
  });
}
