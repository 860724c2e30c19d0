/* Only the rows that say something are sent; several cells pasted go to the preview. */

import { body, form, touchedRows } from "./grid.js";

const SENDING_MS = 8000; // after that leaving is asked about again
const ROW_KEY = /^[rn]\d+$/;
const SEVERAL_CELLS = /[\t\n]/;

let isLeaving = false;

function sendTouchedRows({ formData }) {
  const keys = new Set(touchedRows().map((row) => row.dataset.row));
  [...formData.keys()].forEach((name) => {
    const [key] = name.split("-");
    if (ROW_KEY.test(key) && !keys.has(key)) formData.delete(name);
  });
}

function leave(event, state) {
  if (!navigator.onLine) {
    event.preventDefault();
    if (state) state.textContent = state.dataset.offline;
    return;
  }
  isLeaving = true;
  window.setTimeout(() => { isLeaving = false; }, SENDING_MS);
}

function pasteIntoPreview(event) {
  const preview = document.getElementById("paste-form");
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!preview || !SEVERAL_CELLS.test(text.trim())) return;
  event.preventDefault();
  const area = preview.querySelector("textarea");
  area.value = text;
  const details = preview.closest("details");
  if (details) details.open = true;
  area.focus();
}

export function watchSending(state) {
  form.addEventListener("formdata", sendTouchedRows);
  form.addEventListener("submit", (event) => leave(event, state));
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && touchedRows().length) event.preventDefault();
  });
  document.addEventListener("session:ended", () => { isLeaving = true; });
  body.addEventListener("paste", pasteIntoPreview);
}
