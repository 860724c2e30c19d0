/* Typing is kept at the server, too, for another computer, and so that others see who is
   typing; apart from the record, every few seconds and before leaving. */

import { isKeptSafely } from "../../site/typing/copies.js";
import { owner, words } from "../../site/typing/page.js";

const AUTOSAVE_MS = 10000;

const typedIn = (form) => new URLSearchParams(
  [...new FormData(form)].filter(([, value]) => typeof value === "string"),
).toString();

const formHere = () => document.querySelector("form[data-autosave]");

async function send(form, typed) {
  const answer = await fetch(form.dataset.autosave, {
    method: "POST",
    body: new URLSearchParams(typed),
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Typed-By": owner },
    redirect: "error",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

let kept = ""; // what the server has

export function rememberAutosaved(form) {
  kept = "unstored" in form.dataset ? "" : typedIn(form);
}

async function keep() {
  const form = formHere();
  const typed = form && typedIn(form);
  if (!form || typed === kept || form.hasAttribute("aria-busy")) return;
  const note = document.getElementById("autosaved");
  try {
    const { at } = await send(form, typed);
    kept = typed;
    note.textContent = `${note.dataset.kept} ${at}`;
  } catch {
    note.textContent = isKeptSafely() ? words.kept : words.keepOpen;
  }
}

export function watchAutosave() {
  window.setInterval(keep, AUTOSAVE_MS);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  document.addEventListener("session:ending", keep);
}
