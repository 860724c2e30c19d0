/* The session: typing keeps it, as using it does; warn before it ends, then come back to
   the same page. */

const TYPING_MS = 60000; // how often typing is told to the server
const OFFLINE_MS = 60000; // without an answer it is asked about again after this time
const FORBIDDEN = 403;

const { idleSeconds, warningSeconds, keepAlive, owner } = document.body.dataset;
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
const secondsUntil = (instant) => Math.round((instant - Date.now()) / 1000);

let endsAt = Date.now() + idleSeconds * 1000;
let isAsking = false;
let hasTyped = false;

function request(method) {
  const headers = { Accept: "application/json", "X-Background": "1", "X-Typed-By": owner, ...csrf() };
  return fetch(keepAlive, { method, headers, credentials: "same-origin" });
}

/* GET asks, POST prolongs; without a session the answer tells where to sign in. After
   another sign-in there is another token. */
async function askServer(method) {
  const answer = await request(method);
  if (answer.status !== FORBIDDEN) return answer.json();
  const { token } = await (await request("GET")).json();
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  return (await request(method)).json();
}

async function leave(signIn) {
  const waiting = [];
  document.dispatchEvent(new CustomEvent("session:ended", { detail: { waiting } }));
  await Promise.allSettled(waiting); // what was typed is kept first
  location.assign(signIn); // and from there back to this page
}

async function learn(method) {
  isAsking = true;
  try {
    const { seconds_left: left = OFFLINE_MS / 1000, sign_in: signIn } = await askServer(method);
    if (signIn) await leave(signIn);
    endsAt = Date.now() + left * 1000;
  } catch {
    endsAt = Date.now() + OFFLINE_MS;
  } finally {
    isAsking = false;
  }
}

function tellTyping() {
  if (!hasTyped || isAsking) return;
  hasTyped = false;
  learn("POST");
}

function clockFace(seconds) {
  const left = Math.max(seconds, 0);
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

async function look() {
  const warning = document.getElementById("idle-warning");
  const left = secondsUntil(endsAt);
  if (left > warningSeconds || isAsking) { warning.hidden = left > warningSeconds; return; }
  if (hasTyped) { tellTyping(); return; }
  if (warning.hidden || left <= 0) {
    await learn("GET"); // another tab may have been used meanwhile
    if (endsAt - Date.now() > warningSeconds * 1000) return;
    if (warning.hidden) document.dispatchEvent(new CustomEvent("session:ending"));
  }
  warning.hidden = false;
  warning.querySelector("[data-countdown]").textContent = clockFace(left);
}

function watchEnd() {
  setInterval(look, 1000);
  setInterval(tellTyping, TYPING_MS);
  ["input", "keydown"].forEach((kind) => document.addEventListener(kind, () => { hasTyped = true; }));
  document.querySelector("[data-stay]").addEventListener("click", async () => {
    await learn("POST");
    document.getElementById("idle-warning").hidden = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.requestConfig?.headers["X-Background"]) endsAt = Date.now() + idleSeconds * 1000;
  });
}

export function watchSession() {
  // A part of a page that refreshes itself is no sign of life.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.closest("[data-background]")) event.detail.headers["X-Background"] = "1";
  });
  if (keepAlive) watchEnd();
}
