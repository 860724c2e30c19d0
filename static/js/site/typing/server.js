/* What became of what was sent: stored, a page that asks for more, or not stored and why. */

import { keepAlive, owner } from "./page.js";

const ANSWER_MS = 30000; // after that there is no connection
const NO_CONTENT = 204;
const SIGNED_OUT = 401;
const FORBIDDEN = 403;
const TOO_LARGE = [400, 413];
const TOO_MANY = 429;
const PARTS = [200, 422];

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/* Ask the server; without an answer in time there is no connection. */
export async function ask(url, { patience = ANSWER_MS, headers, ...options } = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  try {
    const signed = { "X-Typed-By": owner, ...headers };
    const answer = await fetch(url, { ...options, headers: signed, signal: control.signal });
    return { answer, text: await answer.text() };
  } catch {
    return { answer: null, text: "" };
  } finally {
    clearTimeout(timer);
  }
}

/* Another session has another token: take it from there. */
export async function freshToken() {
  const headers = { Accept: "application/json", "X-Background": "1" };
  const { answer, text } = await ask(keepAlive, { headers });
  if (!answer?.ok) return "";
  const { token } = JSON.parse(text);
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  return token;
}

/* A page of ours that comes back asks for more; one of another kind only says why not. */
function pageOf({ status }, text) {
  const page = parse(text);
  const isOurs = page.body.dataset.owner === owner && page.querySelector(".where");
  if (isOurs && !page.querySelector(".error-page")) return { kind: "page", page, status };
  if (TOO_LARGE.includes(status)) return { kind: "tooLarge", status };
  const words = page.querySelector(".error-page, .error-summary ul")?.textContent.replace(/\s+/g, " ").trim() || "";
  return { kind: status === TOO_MANY && !words ? "unavailable" : "refused", status, words };
}

export function outcomeOf({ answer, text }, isPart) {
  if (!answer) return { kind: "offline" };
  const { status, headers } = answer;
  if (status === SIGNED_OUT) return { kind: "signedOut", ...JSON.parse(text) };
  if (status >= 500) return { kind: "unavailable", status };
  if (status === NO_CONTENT && headers.has("X-Location")) {
    return { kind: headers.has("X-Not-Stored") ? "moved" : "stored", url: headers.get("X-Location") };
  }
  if (isPart && PARTS.includes(status)) return { kind: answer.ok ? "storedPart" : "part", html: text };
  return pageOf(answer, text);
}

/* `body(token)` is what to send, with another token where the first one is refused. */
export async function post(url, { body, isPart, patience }) {
  const headers = isPart ? { "HX-Request": "true" } : {};
  const send = async (token) => outcomeOf(
    await ask(url, { method: "POST", headers, body: body(token), patience }),
    isPart,
  );
  const first = await send("");
  const token = first.status === FORBIDDEN ? await freshToken() : "";
  return token ? send(token) : first;
}
