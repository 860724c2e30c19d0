/* The rows and controls of the table, and what was changed in them. */

import { isChanged } from "../../site/typing/controls.js";

export let form = null;
export let table = null;
export let body = null;

/* Look at the page anew, as it comes in place of another one. */
export function readGrid() {
  form = document.getElementById("table-form");
  table = document.getElementById("log-table");
  body = table?.tBodies[0];
}

export const CELLS = ".cell-input, .cell-many summary";
const CONTROLS = "input, select, textarea";

export const rows = () => [...body.querySelectorAll("[data-row]")];
export const rowOf = (control) => control.closest("[data-row]");
export const isNew = (row) => row.dataset.row.startsWith("n");
export const isBox = (control) => control.type === "checkbox";
export const controlsIn = (part) => [...part.querySelectorAll(CONTROLS)];
export const promptsOf = (row) => body.querySelector(`[data-asks="${row.dataset.row}"]`);

export const visibleControls = (row) => controlsIn(row).filter((control) => control.type !== "hidden");

/* Whether a row says anything: a stored one what changes it, a new one any value. */
export function saysSomething(row) {
  return visibleControls(row).some((control) => {
    if (!isNew(row)) return isChanged(control) || "was" in control.dataset;
    return control.matches(".cell-input") ? control.value !== "" : control.closest(".cell-many") && control.checked;
  });
}

export const touchedRows = () => rows().filter((row) => saysSomething(row) || promptsOf(row));
