/* Keys as in a spreadsheet. */

import { before } from "../../site/typing/controls.js";
import { body, CELLS, controlsIn, isBox, isNew, rowOf, rows, saysSomething, table } from "./grid.js";
import { openRow } from "./new_row.js";

const firstIn = (cell) => [...(cell?.querySelectorAll(CELLS) || [])].find((control) => !control.disabled);
const firstOf = (row) => row && [...row.cells].map(firstIn).find(Boolean);

function focus(target) {
  if (!target) return false;
  target.focus();
  target.select?.();
  return true;
}

function moveDown(control, step) {
  const place = control.closest("td").cellIndex;
  const all = rows();
  for (let at = all.indexOf(rowOf(control)) + step; all[at]; at += step) {
    const target = firstIn(all[at].cells[place]);
    if (target) return focus(target);
  }
  return false;
}

function beside(control, step) {
  const next = (cell) => (step > 0 ? cell.nextElementSibling : cell.previousElementSibling);
  for (let cell = next(control.closest("td")); cell; cell = next(cell)) {
    const target = firstIn(cell);
    if (target) return target;
  }
  return null;
}

function giveUp(control) {
  controlsIn(control.closest("td")).forEach((other) => {
    if (isBox(other)) other.checked = before(other) === "on";
    else other.value = before(other);
  });
  control.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function copyFromAbove(control) {
  const place = control.closest("td").cellIndex;
  const all = rows();
  const above = all[all.indexOf(rowOf(control)) - 1]?.cells[place];
  if (!above) return;
  const from = controlsIn(above);
  controlsIn(control.closest("td")).forEach((other, at) => {
    if (!from[at] || other.type === "hidden") return;
    if (isBox(other)) other.checked = from[at].checked;
    else other.value = from[at].value;
  });
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Whether an arrow key would leave the text of a control. */
function isAtEdge(control, key) {
  const { selectionStart: from, selectionEnd: to, value } = control;
  if (from === null || from === undefined) return true;
  if (from === 0 && to === value.length) return true;
  return from === to && (key === "ArrowLeft" ? from === 0 : to === value.length);
}

function enter(control, step) {
  if (!moveDown(control, step)) focus(firstOf(openRow()));
  return true;
}

/* Tab at the end of the last new row goes on in one more. */
function tabToNewRow(control) {
  const row = rowOf(control);
  const isEnd = isNew(row) && !beside(control, 1) && row === rows().at(-1);
  return isEnd && saysSomething(row) && focus(firstOf(openRow()));
}

/* What each key does; it tells whether it did anything. */
const KEYS = {
  ArrowDown: (control) => moveDown(control, 1),
  ArrowUp: (control) => moveDown(control, -1),
  ArrowRight: (control) => isAtEdge(control, "ArrowRight") && focus(beside(control, 1)),
  ArrowLeft: (control) => isAtEdge(control, "ArrowLeft") && focus(beside(control, -1)),
  Escape: giveUp,
  Enter: (control, event) => control.tagName !== "SUMMARY" && enter(control, event.shiftKey ? -1 : 1),
  Tab: (control, event) => !event.shiftKey && tabToNewRow(control),
};

function press(control, event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "d") { copyFromAbove(control); return true; }
  if (isCommand || event.altKey || !(event.key in KEYS)) return false;
  return KEYS[event.key](control, event);
}

/* The columns beside the typing area are reached too: never behind the first one. */
function uncover(target) {
  const frame = table.closest(".table-frame");
  const head = rowOf(target)?.querySelector(".sticky-column");
  const cell = target.closest("td");
  if (!head || !cell || !frame) return;
  const hidden = head.getBoundingClientRect().right - cell.getBoundingClientRect().left;
  if (hidden > 0) frame.scrollLeft -= hidden + 8;
}

export function watchKeys() {
  body.addEventListener("keydown", (event) => {
    if (!event.target.matches(CELLS) || !press(event.target, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  body.addEventListener("focusin", (event) => uncover(event.target));
}
