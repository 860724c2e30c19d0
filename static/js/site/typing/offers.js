/* Typing that was never stored is offered when its page is opened again, and stays until
   somebody puts it back or discards it. */

import { putBack } from "./controls.js";
import { hasTyping, idOf, keptForms, keyOf, rememberWithoutPlace, store, tab, write } from "./copies.js";
import { button, discardButton, element, words } from "./page.js";

const offerOf = (id) => document.querySelector(`[data-offer="${CSS.escape(id)}"]`);
/* The same typing as the server keeps it for other computers. */
const serverLine = (copy) => document.querySelector(`[data-autosaved="${CSS.escape(copy.id)}"]`);

function listOf(values) {
  const list = element("ul", "");
  list.append(...values.filter((value) => value.label).map(({ label, shown }) => element("li", `${label}: ${shown}`)));
  return list;
}

function detailsOf(copy, isOpen) {
  const details = element("details", "");
  details.open = isOpen;
  details.append(element("summary", words.what), listOf(copy.values));
  return details;
}

function openAround(form) {
  for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) {
    part.open = true;
  }
}

async function restore(copy, form, offer) {
  if (hasTyping(form)) await write(form); // it is offered in its turn
  form.dispatchEvent(new CustomEvent("typing:restoring", { detail: copy, bubbles: true }));
  form.dataset.load = copy.id;
  openAround(form);
  const lost = putBack(form, copy.values);
  rememberWithoutPlace(form, lost);
  await write(form);
  serverLine(copy)?.remove();
  if (lost.length) offer.replaceChildren(element("p", words.withoutPlace), listOf(lost));
  else offer.remove();
  await offerCopies();
}

async function discard(copy, offer) {
  await store.remove(copy.id);
  offer.remove();
  serverLine(copy)?.querySelector("form").requestSubmit();
}

function show(copy) {
  offerOf(copy.id)?.remove();
  const form = keptForms().find((other) => keyOf(other) === copy.key);
  const offer = element("section", "", "notice tone-attention");
  const actions = element("div", "", "actions");
  offer.dataset.offer = copy.id;
  if (form) actions.append(button(words.restore, () => restore(copy, form, offer)));
  actions.append(discardButton(() => discard(copy, offer)));
  offer.append(element("p", words.offered.replace("%s", copy.typedAt)), detailsOf(copy, !form), actions);
  const line = serverLine(copy);
  if (line) line.hidden = true;
  if (form) (form.closest("details") || form).before(offer);
  else document.getElementById("content").prepend(offer);
}

/* Of another page only once that page is gone: its tab may be open still. */
function whenLeft(copy, act) {
  if (copy.tab === tab || !navigator.locks) return act();
  return navigator.locks.request(`page:${copy.tab}`, act);
}

async function offerStill(copy) {
  const inHand = keptForms().map(idOf);
  const still = (await store.all()).find(({ id, tab: of }) => id === copy.id && of === copy.tab);
  if (still && !inHand.includes(copy.id)) show(still);
}

export async function offerCopies() {
  const copies = (await store.all()).filter((copy) => copy.page === location.pathname);
  copies.forEach((copy) => whenLeft(copy, () => offerStill(copy)));
}

/* What the page came with and nobody has stored is kept like typing. */
export function keepUnstored() {
  return Promise.all(keptForms().filter((form) => "unstored" in form.dataset).map(write));
}
