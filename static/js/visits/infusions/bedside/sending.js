/* Entries leave in the order in which they were made; a refused one waits for people. */

import { ask, parse, post } from "../../../site/typing/server.js";
import { count } from "./countdown.js";
import { $, $$, bedside, connection, path, token, words } from "./page.js";
import { queue } from "./queue.js";
import { swapBedside } from "./swap.js";
import { chooseNext, markUnsent, rowOf, showTimesAfter } from "./time_points.js";
import { showUnsent } from "./unsent.js";

const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const ANSWER_MS = 10000;
const PATIENCE_MS = 700;
const WAITING = ["offline", "unavailable", "signedOut"];

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

const bodyOf = (item) => (fresh) => new URLSearchParams(`${item.body}&csrfmiddlewaretoken=${fresh || token()}`);

async function sendOne(item) {
  const outcome = await post(item.url, { body: bodyOf(item), patience: ANSWER_MS });
  connection.isUp = !["offline", "unavailable"].includes(outcome.kind);
  connection.failures = connection.isUp ? 0 : connection.failures + 1;
  connection.signedOut = outcome.kind === "signedOut" ? outcome : null;
  return outcome;
}

function reasonOf({ page, words: text, status }) {
  const lines = page ? $$(".error-summary li, main > .lead", page).map((line) => line.textContent.trim()) : [];
  return lines.join(" ") || text || words.code.replace("%s", status);
}

async function pageHere() {
  const { answer, text } = await ask(path, { patience: ANSWER_MS });
  const page = answer?.ok ? parse(text) : null;
  return page && $("#bedside", page) ? page : null;
}

/* Send what waits; the page to show after it, if the server gave one. */
async function sendAll(key) {
  let isOutdated = false;
  for (let next = await waiting(key); next; next = await waiting()) {
    const outcome = await sendOne(next);
    const isHere = next.page === path; // never another participant's page under this address
    if (WAITING.includes(outcome.kind)) break;
    if (outcome.kind === "stored") await queue.remove(next.key);
    else await queue.put({ ...next, refused: reasonOf(outcome) });
    const isCorrectable = outcome.page && $("form.act", outcome.page);
    if (isHere && next.key === key && isCorrectable) return outcome.page;
    isOutdated ||= isHere; // it stands there as if it were stored
  }
  return isOutdated ? pageHere() : null;
}

function sendLater() {
  const patience = connection.signedOut ? RETRY_MS.length : Math.min(connection.failures, RETRY_MS.length);
  retry = setTimeout(flush, RETRY_MS[patience - 1] || 0);
}

export async function flush(key = "") {
  if (sending) return;
  sending = true;
  const patience = setTimeout(show, PATIENCE_MS);
  let page = null;
  clearTimeout(retry);
  try {
    page = await sendAll(key);
  } finally {
    sending = false;
    clearTimeout(patience);
  }
  if (page) swapBedside(page);
  await overlay();
  if (await waiting()) sendLater();
}
