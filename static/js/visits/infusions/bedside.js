/* The bedside page: countdown, the time point at hand, and what is not sent yet.
   Without this script each act is a form that is sent and a page that comes back. */

import { count } from "./bedside/countdown.js";
import { clear, entryOf, isFilledIn } from "./bedside/forms.js";
import { $, bedside, connection, parse, queue } from "./bedside/page.js";
import { flush, isRefused, isSending, overlay, show, waiting } from "./bedside/sending.js";
import { ask } from "./bedside/server.js";
import { swap } from "./bedside/swap.js";
import { choose } from "./bedside/time_points.js";

const POLL_MS = 20000;
const SIGNED_OUT = 401;
let isLeaving = false;

async function store(form, submitter) {
  delete form.dataset.sent; // the key of the act keeps a double click from storing twice
  if (!isFilledIn(form)) return;
  const item = entryOf(form, submitter);
  await queue.put(item);
  delete form.dataset.dirty;
  await flush(item.key);
  const isQueued = queue.names().some((name) => name.endsWith(item.key));
  if (form.isConnected && isQueued && !(await isRefused(item.key))) {
    clear(form);
    form.closest(".acts details")?.removeAttribute("open");
    await overlay();
  }
}

/* Take over what others enter meanwhile, unless something is typed or under way here. */
async function refresh() {
  const isBusy = document.hidden || isSending() || !bedside() || $("form.act[data-dirty], .error-summary");
  if (isBusy || (await waiting())) return;
  const { answer, html } = await ask(location.href, { headers: { "X-Background": "1" } });
  connection.isUp = Boolean(answer);
  if (answer?.status === SIGNED_OUT) connection.signInUrl = JSON.parse(html).sign_in;
  const fresh = answer?.ok && $("#bedside", parse(html));
  if (fresh && fresh.dataset.version !== bedside().dataset.version && !$("form.act[data-dirty]")) {
    swap(html);
    await overlay();
  }
  await show();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.act");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  store(form, event.submitter);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.act");
  if (form) form.dataset.dirty = "yes";
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) queue.removeKey($("form.act").elements.key.value);
  const link = event.target.closest("[data-choose]");
  if (!link) return;
  event.preventDefault();
  choose(link.closest("tr"));
  $("#measurement").scrollIntoView({ block: "start" });
  $("#measurement [inputmode]").focus({ preventScroll: true });
});
document.addEventListener("session:ended", () => { isLeaving = true; });
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
window.addEventListener("online", () => flush());
window.addEventListener("offline", () => { connection.isUp = false; show(); });
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && $("form.act[data-dirty]")) event.preventDefault();
});

count();
setInterval(count, 1000);
setInterval(refresh, POLL_MS);
overlay().then(() => flush());
