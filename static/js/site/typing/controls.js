/* What the controls of a form hold, and how it comes back into them. Passwords, codes
   and files are never kept; of a table only the rows in which something was typed. */

const KEPT = "input, select, textarea";
const NOT_KEPT = "[type=password], [type=file], [type=submit], [type=button], [type=reset], "
  + "[autocomplete=one-time-code], [name=csrfmiddlewaretoken], [name$=__rows]";

export const isChoice = (control) => ["radio", "checkbox"].includes(control.type);

/* What a control held when the page came; `data-was` is what is stored, where the page
   came with something typed. */
export function before(control) {
  if ("was" in control.dataset) return control.dataset.was;
  if (isChoice(control)) return control.defaultChecked ? "on" : "";
  if (control.tagName !== "SELECT") return control.defaultValue;
  const options = [...control.options];
  return (options.find((option) => option.defaultSelected) || options[0])?.value ?? "";
}

export function now(control) {
  if (isChoice(control)) return control.checked ? "on" : "";
  return control.value;
}

export const isChanged = (control) => now(control) !== before(control);

function rowKey(control) {
  const row = control.closest("[data-row], [data-asks]");
  return row ? row.dataset.row || row.dataset.asks : "";
}

const keptControls = (form) => [...form.elements]
  .filter((control) => control.name && control.matches(KEPT) && !control.matches(NOT_KEPT));

/* A form marked so came with text that is not stored. */
function isTyped(form, control) {
  if (control.type === "hidden" || control.disabled) return false;
  const isNew = rowKey(control).startsWith("n") || !rowKey(control);
  return isChanged(control) || ("unstored" in form.dataset && isNew && now(control) !== "");
}

export const typedControls = (form) => keptControls(form).filter((control) => isTyped(form, control));

/* Whether anybody can type into it. */
export const isForTyping = (form) => keptControls(form).some((control) => control.type !== "hidden");

const textOf = (element) => element?.innerText.trim().split("\n")[0] || "";

function labelOf(control) {
  const item = control.closest("[data-item]")?.querySelector(".item-label");
  return textOf(item) || control.getAttribute("aria-label") || textOf(control.labels?.[0]) || control.name;
}

function shownValue(control) {
  if (isChoice(control)) return control.checked ? textOf(control.labels?.[0]) || control.value : "—";
  return control.tagName === "SELECT" ? textOf(control.selectedOptions[0]) : control.value;
}

export function valuesIn(form) {
  const typed = new Set(typedControls(form));
  const rows = new Set([...typed].map(rowKey));
  return keptControls(form).filter((control) => !rowKey(control) || rows.has(rowKey(control))).map((control) => ({
    name: control.name,
    value: control.value,
    checked: control.checked,
    ...(typed.has(control) && { label: labelOf(control), shown: shownValue(control) }),
  }));
}

function place(form, value, at) {
  const controls = [...form.elements].filter((control) => control.name === value.name && control.matches(KEPT));
  const choice = controls.find((control) => isChoice(control) && control.value === value.value);
  if (choice || !controls[at] || isChoice(controls[at])) return choice;
  const isOffered = controls[at].tagName !== "SELECT"
    || [...controls[at].options].some((option) => option.value === value.value);
  return isOffered && !controls[at].disabled ? controls[at] : undefined;
}

function fill(control, value) {
  const was = now(control);
  if (isChoice(control)) control.checked = value.checked;
  else control.value = value.value;
  if (control.type === "hidden" || now(control) === was) return;
  ["input", "change"].forEach((kind) => control.dispatchEvent(new Event(kind, { bubbles: true })));
}

/* Put values back; what has no place on the page any more is answered. The scripts of a
   page may make a missing control, such as one of a row added by hand. */
export function putBack(form, values) {
  const counts = new Map();
  return values.filter((value) => {
    const at = counts.get(value.name) || 0;
    counts.set(value.name, at + 1);
    if (!place(form, value, at)) {
      form.dispatchEvent(new CustomEvent("typing:missing", { detail: value, bubbles: true }));
    }
    const control = place(form, value, at);
    if (control) fill(control, value);
    return !control && value.label;
  });
}
