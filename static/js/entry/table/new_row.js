/* A new row opens by itself at the end. */

import { body, isNew, rows, saysSomething } from "./grid.js";
import { dimSkippedCells } from "./skipped_cells.js";

const RENAMED = ["id", "name", "aria-labelledby", "aria-describedby", "data-row"];

let pristine = null; // the empty row as the page came with it

export function rememberEmptyRow() {
  rows().filter(isNew).forEach((row) => { row.dataset.new = ""; });
  const last = rows().at(-1);
  pristine = last && isNew(last) ? last.cloneNode(true) : null;
}

function rename(row, key) {
  const old = new RegExp(`\\b${row.dataset.row}\\b`, "g");
  [row, ...row.querySelectorAll("*")].forEach((part) => [...part.attributes].forEach(({ name, value }) => {
    if (RENAMED.includes(name)) part.setAttribute(name, value.replaceAll(old, key));
  }));
}

/* The empty row at the end, opened if there is none. */
export function openRow() {
  if (!pristine) return null;
  const last = rows().at(-1);
  if (isNew(last) && !saysSomething(last)) return last;
  const row = pristine.cloneNode(true);
  const numbers = rows().filter(isNew).map((other) => Number(other.dataset.row.slice(1)));
  rename(row, `n${1 + Math.max(...numbers)}`);
  body.append(row);
  dimSkippedCells(row);
  return row;
}

/* A row of this key, as it stood on the page where it was typed. */
export function openRowNamed(key) {
  if (!pristine || !key.startsWith("n") || rows().some((row) => row.dataset.row === key)) return;
  const row = pristine.cloneNode(true);
  rename(row, key);
  body.append(row);
}

export function openRowAfter(row) {
  if (isNew(row) && row === rows().at(-1) && saysSomething(row)) openRow();
}
