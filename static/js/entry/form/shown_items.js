/* Which items and sections stand on the page, as the other answers have it. */

import { holds, withoutBlanks } from "../skip_logic.js";

/* What an item holds: the chosen codes, or the text; nothing where a code says why not. */
function answersIn(form, name) {
  if (form.elements[`${name}__missing`]?.value) return [];
  const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const answered = controls.filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked);
  return withoutBlanks(answered.map((control) => control.value));
}

function showItems(form) {
  form.querySelectorAll("[data-only-if]").forEach((row) => {
    const applies = holds(JSON.parse(row.dataset.onlyIf), (name) => answersIn(form, name));
    row.hidden = !applies && !["has-error", "asks-reason"].some((state) => row.classList.contains(state));
  });
}

/* A section without a visible item goes, and its line in the outline with it. */
function showSections(form) {
  form.querySelectorAll("fieldset.section").forEach((section) => {
    section.hidden = !section.querySelector(".item:not([hidden])");
    const line = document.querySelector(`.outline a[href="#${CSS.escape(section.id)}"]`);
    if (line) line.hidden = section.hidden;
  });
}

export function watchShownItems(form) {
  const show = () => { showItems(form); showSections(form); };
  ["input", "change"].forEach((kind) => form.addEventListener(kind, show));
  form.querySelectorAll("[data-reason-for]:not([hidden])").forEach((reason) => {
    reason.closest("[data-item]").classList.add("asks-reason");
  });
  show();
}
