/* Entries leave in the order in which they were made; a refused one waits for people. */

import { $, $$, bedside, connection, parse, path, queue, takeToken, token, words } from "./page.js";
import { ask, send } from "./server.js";
import { swap } from "./swap.js";
import { chooseNext, markUnsent, rowOf, showTimesAfter } from "./time_points.js";
import { count } from "./countdown.js";
import { showUnsent } from "./unsent.js";

const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const PATIENCE_MS = 700;
const FORBIDDEN = 403;
const SIGNED_OUT = 401;

let sending = false;
let retry;

export const isSending = () => sending;
export const show = () => showUnsent(flush);

/* The first entry to send: in order, a refused one only when somebody corrects it. */
export async function waiting(key = "") {
  return (await queue.all()).find((item) => !item.refused || item.key === key);
}

export const isRefused = async (key) => (await queue.all()).some((item) => item.key === key && item.refused);

/* Show what waits on this tablet as if it were stored, marked as not sent. */
export async function overlay() {
  const items = (await queue.all()).filter((item) => !item.refused && item.page === path);
  if (bedside()) {
    for (const item of items) {
      if (item.leadsTo) bedside().dataset.state = item.leadsTo;
      if (item.act === "start" || item.act === "stop") showTimesAfter(item);
      const row = item.point && rowOf(item.point);
      if (row) markUnsent(row, item);
    }
    chooseNext();
  }
  count();
  await show();
}

/* Another session has another token: take it, or tell why nothing can be sent. */
async function renew() {
  const { answer, html } = await ask(path, { headers: { "X-Background": "1" } });
  if (!answer) return { kind: "waiting" };
  if (answer.status === SIGNED_OUT) return { kind: "signedOut", url: JSON.parse(html).sign_in };
  const fresh = parse(html);
  const owner = $("#bedside", fresh)?.dataset.owner;
  if (owner && owner !== words.owner) location.reload(); // nobody sends for another person
  if (owner !== words.owner) return { kind: "waiting" };
  takeToken(fresh);
  return null;
}

async function sendOne(item) {
  let outcome = await send(item, token());
  if (outcome.status === FORBIDDEN) outcome = await renew() || await send(item, token());
  connection.isUp = outcome.kind !== "waiting";
  connection.failures = connection.isUp ? 0 : connection.failures + 1;
  connection.signInUrl = outcome.kind === "signedOut" ? outcome.url : "";
  return outcome;
}

function reasonOf(outcome) {
  const lines = $$(".error-summary li, main > .lead", parse(outcome.html)).map((line) => line.textContent.trim());
  return lines.join(" ") || words.code.replace("%s", outcome.status);
}

/* Send what waits; the page to show after it, if the server gave one. */
async function sendAll(key) {
  let html = "";
  for (let next = await waiting(key); next; next = await waiting()) {
    const outcome = await sendOne(next);
    const isHere = next.page === path; // never another participant's page under this address
    if (outcome.kind === "stored") {
      queue.removeKey(next.key);
      html = isHere ? outcome.html : html;
      continue;
    }
    if (outcome.kind !== "refused") break;
    await queue.put({ ...next, refused: reasonOf(outcome) });
    if (!isHere) continue;
    if (next.key === key && $("form.act", parse(outcome.html))) return outcome.html;
    html = (await ask(path, {})).html || html; // it stands there as if it were stored
  }
  return html;
}

function sendLater() {
  if (connection.signInUrl) return;
  retry = setTimeout(flush, RETRY_MS[Math.min(connection.failures, RETRY_MS.length) - 1] || 0);
}

export async function flush(key = "") {
  if (sending) return;
  sending = true;
  const patience = setTimeout(show, PATIENCE_MS);
  let html = "";
  clearTimeout(retry);
  try {
    html = await sendAll(key);
  } finally {
    sending = false;
    clearTimeout(patience);
  }
  if (html) swap(html);
  await overlay();
  if (await waiting()) sendLater();
}
