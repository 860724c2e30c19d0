/* The forms of the acts: what they hold, and how they become ready for another act. */

import { nowFor } from "../../../site/clock.js";
import { newId } from "../../../site/typing/page.js";
import { $$, instant, path, place, words } from "./page.js";

const CHOICE = /^(radio|checkbox)$/;
const BUTTON = /^(submit|button)$/;
const FIXED = /^(hidden|submit|button)$/;

export function clear(form) {
  form.reset();
  $$(".error-summary, .error", form).forEach((error) => error.remove());
  $$(".has-error", form).forEach((field) => field.classList.remove("has-error"));
  $$("[name^='explain:']", form).forEach((control) => control.closest(".field").remove());
  for (const control of form.elements) {
    if (CHOICE.test(control.type)) control.checked = control.defaultChecked;
    else if (!FIXED.test(control.type) && form.dataset.act !== "record") control.value = "";
  }
  form.elements.key.value = newId();
  delete form.dataset.dirty;
  delete form.dataset.sent;
}

/* What a form holds, in a line for people. */
function summary(form) {
  return [...form.elements].flatMap((control) => {
    const isChoice = CHOICE.test(control.type);
    if (!control.offsetParent || BUTTON.test(control.type) || control.type === "fieldset") return [];
    if (isChoice ? !control.checked : !control.value) return [];
    if (control.dataset.unit) return [`${control.value} ${control.dataset.unit}`];
    const label = control.labels?.[0]?.innerText.trim().split("\n")[0] || "";
    if (isChoice) return [label];
    const value = control.tagName === "SELECT" ? control.selectedOptions[0].textContent : control.value;
    return [`${label}: ${value}`];
  }).join(" · ");
}

export function isFilledIn(form) {
  const rest = form.elements.rest_not_done;
  const needed = $$("[required]", form).filter((control) => control.offsetParent);
  if (rest?.checked && !needed.every((control) => !control.value)) return true;
  const empty = needed.find((control) => !control.checkValidity());
  empty?.reportValidity();
  return !empty;
}

/* The entry of the queue that a form makes. */
export function entryOf(form, submitter) {
  $$("[data-empty-now]", form).filter((control) => !control.value)
    .forEach((control) => { control.value = nowFor(control); });
  form.elements.confirmed_at.value = instant().toISOString();
  form.elements.author.value = words.owner;
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  if (submitter?.name) data.append(submitter.name, submitter.value);
  return {
    key: form.elements.key.value,
    at: instant().getTime(),
    url: form.getAttribute("action"),
    page: path,
    body: new URLSearchParams(data).toString(),
    label: form.dataset.label,
    summary: summary(form),
    act: form.dataset.act,
    point: form.elements.point?.value || "",
    leadsTo: form.dataset.leadsTo || "",
    where: place,
  };
}

/* What is being typed in a form, to be put into the same form of another page. */
export function typedIn(form) {
  const controls = [...form.elements].filter((control) => control.id && !BUTTON.test(control.type));
  return {
    act: form.dataset.act,
    values: controls.map((control) => [control.id, control.value, control.checked]),
    point: form.elements.point?.value,
  };
}

export function putBack({ act, values }) {
  for (const [id, value, checked] of values) {
    const control = document.getElementById(id);
    if (control && CHOICE.test(control.type)) control.checked = checked;
    else if (control) control.value = value;
  }
  const form = document.getElementById(values[0]?.[0])?.form;
  if (form?.dataset.act !== act) return;
  form.dataset.dirty = "yes";
  const details = form.closest("details");
  if (details) details.open = true;
}
