/* The session: warn before it ends, then come back to the same page. */

const OFFLINE_MS = 60000; // without network it is asked about again after this time

const { idleSeconds, warningSeconds, keepAlive } = document.body.dataset;
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
const secondsUntil = (instant) => Math.round((instant - Date.now()) / 1000);

/* GET asks, POST prolongs; without a session the answer tells where to sign in. */
async function askServer(method) {
  const headers = { Accept: "application/json", "X-Background": "1", ...csrf() };
  const answer = await fetch(keepAlive, { method, headers, credentials: "same-origin" });
  return answer.json();
}

function leave(signIn) {
  document.dispatchEvent(new CustomEvent("session:ended"));
  location.assign(signIn); // and from there back to this page
}

function clockFace(seconds) {
  const left = Math.max(seconds, 0);
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

function watchEnd() {
  const warning = document.getElementById("idle-warning");
  const countdown = warning.querySelector("[data-countdown]");
  let endsAt = Date.now() + idleSeconds * 1000;
  let isAsking = false;

  const learn = async (method) => {
    isAsking = true;
    try {
      const { seconds_left: left, sign_in: signIn } = await askServer(method);
      if (signIn) leave(signIn);
      else endsAt = Date.now() + left * 1000;
    } catch {
      endsAt = Date.now() + OFFLINE_MS;
    } finally {
      isAsking = false;
    }
  };
  const look = async () => {
    const left = secondsUntil(endsAt);
    if (left > warningSeconds || isAsking) { warning.hidden = left > warningSeconds; return; }
    if (warning.hidden || left <= 0) {
      await learn("GET"); // another tab may have been used meanwhile
      if (endsAt - Date.now() > warningSeconds * 1000) return;
      if (warning.hidden) document.dispatchEvent(new CustomEvent("session:ending"));
    }
    warning.hidden = false;
    countdown.textContent = clockFace(left);
  };
  setInterval(look, 1000);
  warning.querySelector("[data-stay]").addEventListener("click", async () => {
    await learn("POST");
    warning.hidden = true;
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
