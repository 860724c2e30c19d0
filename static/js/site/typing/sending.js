/* A form is sent without leaving its page: what is typed stays in it until the server has
   said that it is stored. */

import { swap, swapPart } from "../swap.js";
import { forget, hasTyping, idOf, isKeptSafely, keptForms, keyOf, writeAll } from "./copies.js";
import { element, say, words } from "./page.js";
import { post } from "./server.js";

const UPLOAD_MS = 600000;
const PATIENCE_MS = 700;

let isLeaving = false;

const withWireBreaks = (text) => text.replace(/\r?\n/g, "\r\n"); // as a browser sends them

/* What the browser itself would send. */
function bodyOf(form, submitter) {
  const data = new FormData(form, submitter);
  const isMultipart = form.enctype === "multipart/form-data";
  return (token) => {
    if (token) data.set("csrfmiddlewaretoken", token);
    if (isMultipart) return data;
    return new URLSearchParams([...data].map(([name, text]) => [name, withWireBreaks(String(text))]));
  };
}

function leaveFor(url) {
  const to = new URL(url, location.href);
  const isHere = to.pathname + to.search === location.pathname + location.search;
  isLeaving = true;
  if (!isHere || !to.hash) { location.assign(to); return; }
  history.replaceState(null, "", to);
  location.reload();
}

function signInLink(url) {
  const link = element("a", words.signIn, "btn btn-primary btn-sm");
  link.href = url;
  return link;
}

function explain(outcome) {
  const kept = isKeptSafely() ? words.kept : words.keepOpen;
  const reasons = {
    offline: words.offline,
    unavailable: words.unavailable.replace("%s", outcome.status),
    tooLarge: words.tooLarge,
    refused: words.refused.replace("%s", outcome.words || outcome.status),
    signedOut: outcome.signed_in_as ? words.otherPerson.replace("%s", outcome.signed_in_as) : words.signedOut,
  };
  const link = outcome.kind === "signedOut" && !outcome.signed_in_as ? [signInLink(outcome.sign_in)] : [];
  say(`${words.notSaved} ${reasons[outcome.kind]} ${kept}`, ...link);
}

const isTakenOn = (form, outcome) => form.dataset.goesOn === String(outcome.status);

/* The same form of the page that comes back goes on with the same copy. */
function goOnWith(form, outcome) {
  const [key, id] = [keyOf(form), idOf(form)];
  return () => {
    const again = keptForms().find((other) => keyOf(other) === key);
    if (!again || isTakenOn(form, outcome)) return;
    again.dataset.load ||= id;
    again.dataset.unstored = "";
  };
}

async function settle(form, outcome, part) {
  if (["stored", "storedPart"].includes(outcome.kind) || isTakenOn(form, outcome)) {
    await forget(form);
  }
  const address = new URL(form.getAttribute("action") || location.href, location.href).href;
  if (!outcome.url) form.removeAttribute("aria-busy");
  if (outcome.kind === "page") swap(outcome.page, address, goOnWith(form, outcome));
  else if (["stored", "moved"].includes(outcome.kind)) leaveFor(outcome.url);
  else if (outcome.kind === "part") swapPart(part, outcome.html, goOnWith(form, outcome));
  else if (outcome.kind === "storedPart") swapPart(part, outcome.html);
  else explain(outcome);
}

async function send(form, submitter) {
  const body = bodyOf(form, submitter);
  const part = document.querySelector(form.dataset.part || "#none");
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const patience = setTimeout(say, PATIENCE_MS, words.sending);
  form.setAttribute("aria-busy", "true");
  say("");
  await writeAll();
  const hasFiles = [...form.elements].some((control) => control.type === "file" && control.files.length);
  const outcome = await post(url, {
    body, isPart: Boolean(part), ...(hasFiles && { patience: UPLOAD_MS }),
  });
  clearTimeout(patience);
  say("");
  delete form.dataset.sent;
  await settle(form, outcome, part);
}

const isSentHere = (form) => !("sentByPage" in form.dataset)
  && ("part" in form.dataset || keptForms().includes(form));

export function watchSending() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isSentHere(form)) return;
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) send(form, event.submitter);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && keptForms().some(hasTyping)) event.preventDefault();
  });
  document.addEventListener("session:ended", () => { isLeaving = true; });
}
