/* A copy of what is typed in each form, until the server has stored it: one for each
   form and page load, so that two tabs keep two. */

import { nowFor } from "../clock.js";
import { isForTyping, typedControls, valuesIn } from "./controls.js";
import { newId, owner, typingKey } from "./page.js";
import { SealedStore } from "./store.js";

const PAUSE_MS = 300;
const DATE_AND_TIME = { dataset: { now: "datetime" } };

export const tab = newId();
export const store = new SealedStore("typing", owner, typingKey);
const timers = new Map();
const withoutPlace = new WeakMap(); // what was put back and has no control any more
let outlivesPage = true;

export const keptForms = () => [...document.querySelectorAll("#content form[method=post]")]
  .filter((form) => !("notKept" in form.dataset) && isForTyping(form));

const placeOf = (form) => {
  const address = new URL(form.getAttribute("action") || location.href, location.href);
  return `${form.getAttribute("id") || ""} ${address.pathname}`;
};

/* What tells the forms of a page apart, also when the page is loaded anew. */
export function keyOf(form) {
  const alike = keptForms().filter((other) => placeOf(other) === placeOf(form));
  return `${placeOf(form)} ${alike.indexOf(form)}`;
}

/* A name that says nothing of the page: it stands beside the seal. */
export function idOf(form) {
  form.dataset.load ||= newId();
  return form.dataset.load;
}

export const hasTyping = (form) => typedControls(form).length > 0;
export const isKeptSafely = () => outlivesPage;

export async function write(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  if (!form.isConnected) return;
  const id = idOf(form);
  if (!hasTyping(form)) { await store.remove(id); return; }
  outlivesPage = await store.put(id, {
    id,
    tab,
    key: keyOf(form),
    page: location.pathname,
    at: Date.now(),
    typedAt: nowFor(DATE_AND_TIME),
    values: [...valuesIn(form), ...(withoutPlace.get(form) || [])],
  });
}

/* Everything that was typed a moment ago. */
export const writeAll = () => Promise.all([...timers.keys()].map(write));

export function forget(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  withoutPlace.delete(form);
  return store.remove(idOf(form));
}

export function rememberWithoutPlace(form, values) {
  withoutPlace.set(form, values);
}

function onTyping(event) {
  const form = event.target.form || event.target.closest?.("form");
  if (!form || !keptForms().includes(form)) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(write, PAUSE_MS, form));
}

export function watchTyping() {
  navigator.locks?.request(`page:${tab}`, () => new Promise(() => {})); // held as long as the page lives
  ["input", "change"].forEach((kind) => document.addEventListener(kind, onTyping));
  document.addEventListener("visibilitychange", () => { if (document.hidden) writeAll(); });
  ["beforeunload", "pagehide"].forEach((kind) => window.addEventListener(kind, writeAll));
  document.addEventListener("session:ended", (event) => event.detail.waiting.push(writeAll()));
}
