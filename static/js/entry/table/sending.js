/* Only the rows that say something are sent; several cells pasted go to the preview. */

import { body, form, touchedRows } from "./grid.js";

const ROW_KEY = /^[rn]\d+$/;
const SEVERAL_CELLS = /[\t\n]/;

function sendTouchedRows({ formData }) {
  const keys = new Set(touchedRows().map((row) => row.dataset.row));
  [...formData.keys()].forEach((name) => {
    const [key] = name.split("-");
    if (ROW_KEY.test(key) && !keys.has(key)) formData.delete(name);
  });
}

function pasteIntoPreview(event) {
  const preview = document.getElementById("paste-form");
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!preview || !SEVERAL_CELLS.test(text.trim())) return;
  event.preventDefault();
  const area = preview.querySelector("textarea");
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  const details = preview.closest("details");
  if (details) details.open = true;
  area.focus();
}

export function watchSending() {
  form.addEventListener("formdata", sendTouchedRows);
  body.addEventListener("paste", pasteIntoPreview);
}
