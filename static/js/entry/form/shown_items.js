/* Which items and sections stand on the page, as the other answers have it. */

import { holds, withoutBlanks } from "../skip_logic.js";

/* What an item holds: the chosen codes, or the text; nothing where a code says why not. */
function answersIn(sheet, name) {
  if (sheet.elements[`${name}__missing`]?.value) return [];
  const controls = [...sheet.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const given = controls.filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked);
  return withoutBlanks(given.map((control) => control.value));
}

function showItems(sheet) {
  sheet.querySelectorAll("[data-only-if]").forEach((row) => {
    const applies = holds(JSON.parse(row.dataset.onlyIf), (name) => answersIn(sheet, name));
    row.hidden = !applies && !["has-error", "asks-reason"].some((state) => row.classList.contains(state));
  });
}

/* A section without a visible item goes, and its line in the outline with it. */
function showSections(sheet) {
  sheet.querySelectorAll("fieldset.section").forEach((section) => {
    section.hidden = !section.querySelector(".item:not([hidden])");
    const line = document.querySelector(`.outline a[href="#${CSS.escape(section.id)}"]`);
    if (line) line.hidden = section.hidden;
  });
}

export function watchShownItems(sheet) {
  const show = () => { showItems(sheet); showSections(sheet); };
  ["input", "change"].forEach((kind) => sheet.addEventListener(kind, show));
  sheet.querySelectorAll("[data-reason-for]:not([hidden])").forEach((reason) => {
    reason.closest("[data-item]").classList.add("asks-reason");
  });
  show();
}
