/* The bedside page: countdown, the time point at hand, and what is not sent yet.
   Without this script each act is a form that is sent and a page that comes back. */
(() => {
  "use strict";
  const { Queue, ask, send } = window.bedsideQueue;
  const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
  const POLL_MS = 20000;
  const PATIENCE_MS = 700;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const first = $("#bedside").dataset;
  const page = location.pathname;
  const where = $("#bedside h1").innerText.replace(/\s+/g, " ").trim(); // infusion and participant
  const queue = new Queue(first.owner, first.queueKey);
  const words = { ...first }; // they stay when the page shows something else for a while
  // Site time is read as if it were UTC; this is how far it is ahead of UTC.
  const QUARTER = 900000;
  const AHEAD = Math.round((Date.parse(document.body.dataset.siteNow) - Date.parse(first.now)) / QUARTER) * QUARTER;
  let connected = true;
  let signIn = "";
  let sending = false;
  let failures = 0;
  let retry;

  const bedside = () => $("#bedside");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const instant = () => new Date(document.site.now() - AHEAD);
  const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000"
    .replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));

  /* --- Countdown ---------------------------------------------------------- */
  const pad = (number) => String(number).padStart(2, "0");
  function span(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}:${pad(Math.floor(seconds % 60))}`;
    return words.hours.replace("%h", Math.floor(minutes / 60)).replace("%m", pad(minutes % 60));
  }

  function count() {
    const now = instant();
    for (const place of $$(".countdown[data-due]")) {
      const left = (new Date(place.dataset.due) - now) / 1000;
      const isLate = left < -Number(place.dataset.tolerance);
      const text = left > 0 ? words.in : isLate ? words.late : words.since;
      place.textContent = text.replace("%s", span(Math.abs(left)));
      place.classList.toggle("is-due", left <= 0 && !isLate);
      place.classList.toggle("is-late", isLate);
    }
  }

  /* --- The time point at hand --------------------------------------------- */
  const rows = () => $$("tr[data-point]");
  const isAwaited = (row) => $("[data-choose]", row) && !row.classList.contains("is-unsent");

  function choose(row, { typing = false } = {}) {
    const panel = $("#measurement");
    if (!panel || !row) return;
    rows().forEach((other) => other.toggleAttribute("aria-current", other === row));
    row.setAttribute("aria-current", "step");
    $("h2", panel).textContent = row.dataset.label;
    $(".due", panel).replaceChildren(...[...$(".due-at", row).childNodes].map((node) => node.cloneNode(true)));
    for (const form of $$("form.act", panel)) {
      if (!typing) clear(form);
      form.dataset.label = row.dataset.label;
      form.elements.point.value = row.dataset.point;
      if (!typing) form.elements.based_on.value = row.dataset.basedOn;
    }
    count();
  }

  /* Make a form ready for another act. */
  function clear(form) {
    form.reset();
    $$(".error-summary, .error", form).forEach((one) => one.remove());
    $$(".has-error", form).forEach((one) => one.classList.remove("has-error"));
    $$("[name^='explain:']", form).forEach((one) => one.closest(".field").remove());
    for (const control of form.elements) {
      const isFixed = /^(hidden|submit|button)$/.test(control.type);
      if (/^(radio|checkbox)$/.test(control.type)) control.checked = control.defaultChecked;
      else if (!isFixed) control.value = form.dataset.act === "record" ? control.value : "";
    }
    form.elements.key.value = newKey();
    delete form.dataset.dirty;
    delete form.dataset.sent;
  }

  /* --- What a form holds --------------------------------------------------- */
  function told(form) {
    return [...form.elements].flatMap((control) => {
      const isChoice = /^(radio|checkbox)$/.test(control.type);
      if (!control.offsetParent || /^(submit|button|fieldset)$/.test(control.type)) return [];
      if (isChoice ? !control.checked : !control.value) return [];
      if (control.dataset.unit) return [`${control.value} ${control.dataset.unit}`];
      const label = control.labels?.[0]?.innerText.trim().split("\n")[0] || "";
      if (isChoice) return [label];
      const value = control.tagName === "SELECT" ? control.selectedOptions[0].textContent : control.value;
      return [`${label}: ${value}`];
    }).join(" · ");
  }

  function isFilledIn(form) {
    const rest = form.elements.rest_not_done;
    const needed = $$("[required]", form).filter((control) => control.offsetParent);
    if (!rest?.checked || needed.every((control) => !control.value)) {
      const empty = needed.find((control) => !control.checkValidity());
      if (empty) { empty.reportValidity(); return false; }
    }
    return true;
  }

  function itemOf(form, submitter) {
    $$("[data-empty-now]", form).filter((control) => !control.value)
      .forEach((control) => { control.value = document.site.nowFor(control); });
    form.elements.confirmed_at.value = instant().toISOString();
    form.elements.author.value = words.owner;
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    if (submitter?.name) data.append(submitter.name, submitter.value);
    return {
      key: form.elements.key.value, at: instant().getTime(), url: form.getAttribute("action"), page,
      body: new URLSearchParams(data).toString(), label: form.dataset.label, told: told(form),
      act: form.dataset.act, point: form.elements.point?.value || "", leadsTo: form.dataset.leadsTo || "",
      where,
    };
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form.act");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    delete form.dataset.sent; // the key of the act keeps a double click from storing twice
    if (!isFilledIn(form)) return;
    const item = itemOf(form, event.submitter);
    await queue.put(item);
    delete form.dataset.dirty;
    await flush(item.key);
    if (form.isConnected && queue.names().some((name) => name.endsWith(item.key)) && !(await isRefused(item.key))) {
      clear(form);
      form.closest(".acts details")?.removeAttribute("open");
      await overlay();
    }
  });

  const isRefused = async (key) => (await queue.all()).some((item) => item.key === key && item.refused);

  /* --- Sending -------------------------------------------------------------- */
  async function flush(asked = "") {
    if (sending) return;
    sending = true;
    const patience = setTimeout(show, PATIENCE_MS);
    let html = "";
    clearTimeout(retry);
    try {
      for (let next = await waiting(asked); next; next = await waiting("")) {
        const outcome = await sendOne(next);
        const isHere = next.page === page; // never another participant's page under this address
        if (outcome.kind === "stored") { queue.removeKey(next.key); html = isHere ? outcome.html : html; continue; }
        if (outcome.kind !== "refused") break;
        await queue.put({ ...next, refused: whyOf(outcome) });
        if (!isHere) continue;
        if (next.key === asked && $("form.act", parse(outcome.html))) { html = outcome.html; break; }
        html = (await ask(page, {})).html || html; // it stands there as if it were stored
      }
    } finally {
      sending = false;
      clearTimeout(patience);
    }
    if (html) swap(html);
    await overlay();
    if (await waiting("")) later();
  }

  /* The first entry to send: in order, a refused one only when somebody corrects it. */
  async function waiting(asked) {
    return (await queue.all()).find((item) => !item.refused || item.key === asked);
  }

  async function sendOne(item) {
    let outcome = await send(item, token());
    if (outcome.status === 403) outcome = await renew() || await send(item, token());
    connected = outcome.kind !== "waiting";
    failures = connected ? 0 : failures + 1;
    signIn = outcome.kind === "signedOut" ? outcome.url : "";
    return outcome;
  }

  /* Another session has another token: take it, or tell why nothing can be sent. */
  async function renew() {
    const { answer, html } = await ask(page, { headers: { "X-Background": "1" } });
    if (!answer) return { kind: "waiting" };
    if (answer.status === 401) return { kind: "signedOut", url: JSON.parse(html).sign_in };
    const found = parse(html);
    const owner = $("#bedside", found)?.dataset.owner;
    if (owner && owner !== words.owner) location.reload(); // nobody sends for another person
    if (owner !== words.owner) return { kind: "waiting" };
    document.body.setAttribute("hx-headers", found.body.getAttribute("hx-headers"));
    return null;
  }

  function later() {
    if (signIn) return;
    retry = setTimeout(flush, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] || 0);
  }

  function whyOf(outcome) {
    const lines = $$(".error-summary li, main > .lead", parse(outcome.html)).map((line) => line.textContent.trim());
    return lines.join(" ") || words.code.replace("%s", outcome.status);
  }

  window.addEventListener("online", () => flush());
  window.addEventListener("offline", () => { connected = false; show(); });

  /* --- Showing -------------------------------------------------------------- */
  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  /* Put the server's page in place of this one; what is being typed elsewhere stays. */
  function swap(html) {
    const found = parse(html);
    const typing = $$("form.act[data-dirty]").map(keep);
    const scroll = window.scrollY;
    $("#content").replaceChildren(...$("#content", found).childNodes);
    $("#messages").replaceChildren(...$("#messages", found).childNodes);
    document.body.dataset.siteNow = found.body.dataset.siteNow;
    document.body.setAttribute("hx-headers", found.body.getAttribute("hx-headers"));
    document.dispatchEvent(new CustomEvent("page:swapped"));
    typing.forEach(restore);
    window.scrollTo({ top: scroll });
    $(".error-summary")?.focus();
  }

  function keep(form) {
    return {
      act: form.dataset.act,
      values: [...form.elements].filter((control) => control.id && !/^(submit|button)$/.test(control.type))
        .map((control) => [control.id, control.value, control.checked]),
      point: form.elements.point?.value,
    };
  }

  function restore({ act, values, point }) {
    if (point) choose(rows().find((row) => row.dataset.point === point), { typing: true });
    for (const [id, value, checked] of values) {
      const control = document.getElementById(id);
      if (control && /^(radio|checkbox)$/.test(control.type)) control.checked = checked;
      else if (control) control.value = value;
    }
    const form = document.getElementById(values[0]?.[0])?.form;
    if (!form || form.dataset.act !== act) return;
    form.dataset.dirty = "yes";
    const details = form.closest("details");
    if (details) details.open = true;
  }

  /* Show what waits on this tablet as if it were stored, marked as not sent. */
  async function overlay() {
    const items = (await queue.all()).filter((item) => !item.refused && item.page === page);
    if (bedside()) {
      for (const item of items) {
        if (item.leadsTo) bedside().dataset.state = item.leadsTo;
        if (item.act === "start" || item.act === "stop") foretell(item);
        const row = item.point && rows().find((one) => one.dataset.point === item.point);
        if (row) mark(row, item);
      }
      const here = $("tr[aria-current]");
      if (here?.classList.contains("is-unsent")) {
        const after = rows().slice(rows().indexOf(here)).find(isAwaited);
        choose(after || rows().find(isAwaited));
      }
    }
    count();
    await show();
  }

  function mark(row, item) {
    row.classList.add("is-unsent");
    const cells = $$("td", row).filter((cell) => !cell.matches(".due-at, .no-print"));
    const typed = cells.shift();
    cells.forEach((cell) => cell.remove());
    typed.colSpan = 6;
    typed.className = "typed";
    typed.textContent = item.told;
    $(".no-print", row)?.replaceChildren();
  }

  /* Times that follow from a start or a stop which the server does not know yet. */
  function foretell(item) {
    const typed = new URLSearchParams(item.body).get(item.act === "start" ? "started_at" : "stopped_at");
    const at = Date.parse(`${typed.replace(" ", "T")}Z`) - AHEAD;
    if (Number.isNaN(at)) return;
    for (const row of rows().filter((one) => one.dataset.anchor === (item.act === "start" ? "start" : "end"))) {
      const cell = $(".due-at", row);
      if (cell.firstElementChild) continue;
      row.classList.remove("at-not_due");
      const due = new Date(at + Number(row.dataset.minute) * 60000);
      const time = document.createElement("time");
      const left = document.createElement("strong");
      time.textContent = new Date(due.getTime() + AHEAD).toISOString().slice(11, 16);
      left.className = "countdown";
      left.dataset.due = due.toISOString();
      left.dataset.tolerance = row.dataset.tolerance;
      cell.append(time, " ", left);
    }
  }

  function line(tag, text, className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function button(text, act) {
    const made = line("button", text, "btn btn-quiet");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  async function show() {
    const panel = $("#unsent");
    if (!panel) return;
    const items = await queue.all();
    const inHand = $$("[name=key]").map((control) => control.value);
    const unsent = items.filter((item) => !item.refused);
    const refused = items.filter((item) => item.refused && !inHand.includes(item.key));
    const others = queue.others();
    const parts = [];
    if (unsent.length) parts.push(line("p", words.unsent.replace("%s", unsent.length), "count"));
    if (!connected) parts.push(line("p", words.offline));
    else if (signIn) parts.push(signedOut());
    else if (unsent.length) parts.push(line("p", words.sending));
    if (others) parts.push(line("p", words.others.replace("%s", others)));
    const list = document.createElement("ol");
    list.append(...unsent.map((item) => line("li", named(item))), ...refused.map(refusal));
    if (list.childElementCount) parts.push(list);
    panel.replaceChildren(...parts);
    panel.hidden = !parts.length;
  }

  const named = (item) => `${item.where} · ${item.label} — ${item.told}`;

  function signedOut() {
    const text = line("p", `${words.signedOut} `);
    const link = line("a", words.signIn, "btn btn-primary");
    link.href = signIn;
    text.append(link);
    return text;
  }

  function refusal(item) {
    const made = line("li", "", "refused");
    const discard = button(words.discard, () => {
      if (discard.textContent === words.discard) { discard.textContent = words.sure; return; }
      queue.removeKey(item.key);
      show();
    });
    const correct = item.page === page ? button(words.correct, () => flush(item.key)) : line("a", item.where, "btn btn-quiet");
    if (item.page !== page) correct.href = item.page;
    made.append(line("p", `${words.notStored}: ${named(item)}`), line("p", item.refused), correct, discard);
    return made;
  }

  /* --- What others enter meanwhile ------------------------------------------ */
  async function look() {
    const isBusy = document.hidden || sending || !bedside() || $("form.act[data-dirty], .error-summary");
    if (isBusy || (await waiting(""))) return;
    const { answer, html } = await ask(location.href, { headers: { "X-Background": "1" } });
    connected = Boolean(answer);
    if (answer?.status === 401) signIn = JSON.parse(html).sign_in;
    const found = answer?.ok && $("#bedside", parse(html));
    if (found && found.dataset.version !== bedside().dataset.version && !$("form.act[data-dirty]")) {
      swap(html);
      await overlay();
    }
    await show();
  }

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
  let leaving = false;
  document.addEventListener("session:ended", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && $("form.act[data-dirty]")) event.preventDefault();
  });

  count();
  setInterval(count, 1000);
  setInterval(look, POLL_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  overlay().then(() => flush());
})();
