/* The rows and controls of the table, and what was changed in them. */

export const form = document.getElementById("table-form");
export const table = document.getElementById("log-table");
export const body = table?.tBodies[0];
export const CELLS = ".cell-input, .cell-many summary";
const CONTROLS = "input, select, textarea";

export const rows = () => [...body.querySelectorAll("[data-row]")];
export const rowOf = (control) => control.closest("[data-row]");
export const isNew = (row) => row.dataset.row.startsWith("n");
export const isBox = (control) => control.type === "checkbox";
export const controlsIn = (part) => [...part.querySelectorAll(CONTROLS)];
export const promptsOf = (row) => body.querySelector(`[data-asks="${row.dataset.row}"]`);

export function before(control) {
  if ("was" in control.dataset) return control.dataset.was;
  if (isBox(control)) return control.defaultChecked ? "on" : "";
  if (control.tagName !== "SELECT") return control.defaultValue;
  const options = [...control.options];
  return (options.find((option) => option.defaultSelected) || options[0])?.value ?? "";
}

export function now(control) {
  if (isBox(control)) return control.checked ? "on" : "";
  return control.value;
}

export const isChanged = (control) => now(control) !== before(control);
export const visibleControls = (row) => controlsIn(row).filter((control) => control.type !== "hidden");

/* Whether a row says anything: a stored one what changes it, a new one any value. */
export function saysSomething(row) {
  return visibleControls(row).some((control) => {
    if (!isNew(row)) return isChanged(control) || "was" in control.dataset;
    return control.matches(".cell-input") ? control.value !== "" : control.closest(".cell-many") && control.checked;
  });
}

export const touchedRows = () => rows().filter((row) => saysSomething(row) || promptsOf(row));
