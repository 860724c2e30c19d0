/* The bedside page: countdown, the time point at hand, and what is not sent yet.
   Without this script each act is a form that is sent and a page that comes back. */

import { forget } from "../../site/typing/copies.js";
import { ask, outcomeOf } from "../../site/typing/server.js";
import { count } from "./bedside/countdown.js";
import { clear, entryOf, isFilledIn } from "./bedside/forms.js";
import { $, bedside, connection } from "./bedside/page.js";
import { queue } from "./bedside/queue.js";
import { flush, isRefused, isSending, overlay, show, waiting } from "./bedside/sending.js";
import { swapBedside } from "./bedside/swap.js";
import { choose, rowOf } from "./bedside/time_points.js";

const POLL_MS = 20000;

async function store(form, submitter) {
  delete form.dataset.sent; // the key of the act keeps a double click from storing twice
  if (!isFilledIn(form)) return;
  const item = entryOf(form, submitter);
  await queue.put(item);
  await forget(form);
  delete form.dataset.dirty;
  form.closest(".acts details")?.removeAttribute("open");
  await flush(item.key);
  if (form.isConnected && (await queue.has(item.key)) && !(await isRefused(item.key))) {
    clear(form);
    await overlay();
  }
}

/* Take over what others enter meanwhile, unless something is typed or under way here. */
async function refresh() {
  const isBusy = document.hidden || isSending() || !bedside() || $("form.act[data-dirty], .error-summary");
  if (isBusy || (await waiting())) return;
  const outcome = outcomeOf(await ask(location.href, { headers: { "X-Background": "1" } }));
  connection.isUp = outcome.kind !== "offline";
  if (outcome.kind === "signedOut") connection.signedOut = outcome;
  const fresh = outcome.page && $("#bedside", outcome.page);
  if (fresh && fresh.dataset.version !== bedside().dataset.version && !$("form.act[data-dirty]")) {
    swapBedside(outcome.page);
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
  if (event.target.closest("[data-leave]")) queue.remove($("form.act").elements.key.value);
  const link = event.target.closest("[data-choose]");
  if (!link) return;
  event.preventDefault();
  choose(link.closest("tr"));
  $("#measurement").scrollIntoView({ block: "start" });
  $("#measurement [inputmode]").focus({ preventScroll: true });
});
document.addEventListener("typing:restoring", ({ detail }) => {
  const point = detail.values.find(({ name }) => name === "point")?.value;
  if (point && rowOf(point)) choose(rowOf(point), { keepsTyping: true });
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
window.addEventListener("online", () => flush());
window.addEventListener("offline", () => { connection.isUp = false; show(); });

count();
setInterval(count, 1000);
setInterval(refresh, POLL_MS);
overlay().then(() => flush());
