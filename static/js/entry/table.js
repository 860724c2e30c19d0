/* A log as a table: keys as in a spreadsheet, what changed, reasons asked at once.
   Everything here helps; the server decides all of it again. */

import { isChanged } from "../site/typing/controls.js";
import {
  body, controlsIn, form, isNew, readGrid, rowOf, rows, saysSomething, table, touchedRows, visibleControls,
} from "./table/grid.js";
import { watchKeys } from "./table/keys.js";
import { openRowAfter, openRowNamed, rememberEmptyRow } from "./table/new_row.js";
import { askReasons, offerSameReason, watchSameReason } from "./table/reasons.js";
import { watchSending } from "./table/sending.js";
import { dimSkippedCells } from "./table/skipped_cells.js";

function markCell(control) {
  const cell = control.closest("td");
  if (!cell?.id) return;
  cell.classList.toggle("is-changed", controlsIn(cell).some(isChanged) && !isNew(rowOf(control)));
}

function countChanges() {
  const count = touchedRows().length;
  rows().forEach((row) => row.classList.toggle("is-changed", saysSomething(row)));
  const state = document.getElementById("table-state");
  if (!state) return;
  const { none, one, many } = state.dataset;
  const several = count === 1 ? one : many.replace("#", count);
  state.textContent = count === 0 ? none : several;
}

/* A list of several answers shows them while it is closed. */
function showChosen(control) {
  const list = control.closest(".cell-many");
  if (!list) return;
  const chosen = [...list.querySelectorAll("input:checked")].map((box) => box.parentElement.textContent.trim());
  list.querySelector("summary").textContent = chosen.join(", ") || "—";
}

function onChange({ target }) {
  const row = rowOf(target);
  if (row) {
    showChosen(target);
    dimSkippedCells(row);
    markCell(target);
    askReasons(target);
    openRowAfter(row);
  }
  offerSameReason();
  countChanges();
}

function begin() {
  readGrid();
  if (!form || !table) return;
  rememberEmptyRow();
  watchSameReason();
  watchKeys();
  watchSending();
  body.addEventListener("input", onChange);
  body.addEventListener("change", onChange);
  form.addEventListener("typing:missing", (event) => openRowNamed(event.detail.name.split("-")[0]));
  rows().forEach((row) => {
    dimSkippedCells(row);
    visibleControls(row).forEach(markCell);
  });
  offerSameReason();
  countChanges();
}

begin();
document.addEventListener("page:swapped", begin);
