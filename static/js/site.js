/* Keyboard, idle warning, focus. Pages work without it; here they get faster. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const typing = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  /* --- Keyboard ------------------------------------------------------- */
  let wentG = 0;
  const barLinks = () => [...document.querySelectorAll(".bar-pages a")];

  const openKeyboard = () => $("#keyboard")?.showModal();

  function saveDraft(event) {
    const button = $("[data-save-draft]");
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  function goTo(key) {
    const links = barLinks();
    const link = key === "m" ? links[0] : links[Number(key) - 1];
    if (link) location.assign(link.href);
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      return saveDraft(event);
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && nextItem(event)) return;
    if (event.key.startsWith("Arrow") && moveInGrid(event)) return;
    if (typing(event.target) || $("dialog[open]")) return;
    if (event.key === "/") {
      const find = $("#find");
      if (find) { event.preventDefault(); find.focus(); }
    } else if (event.key === "?") {
      openKeyboard();
    } else if (event.key === "g") {
      wentG = Date.now();
    } else if (Date.now() - wentG < 1500) {
      wentG = 0;
      goTo(event.key);
    }
  });

  /* A double click sends a form once; what was refused can be sent again. */
  const SENT_ONCE_MS = 3000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (event.defaultPrevented) return;
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, SENT_ONCE_MS);
  }, true);

  /* Enter goes to the next item of a form marked so, and never sends it. Codes that
     say why a value is missing and the other answers of a question are no next item. */
  function nextItem(event) {
    const form = event.target.closest?.("form[data-enter-next]");
    if (!form || !/^(INPUT|SELECT)$/.test(event.target.tagName)) return false;
    if (/^(submit|button)$/.test(event.target.type)) return false;
    const items = [...form.elements].filter(
      (item) => item.tabIndex >= 0 && !item.disabled && item.type !== "hidden" && item.offsetParent
        && !item.matches(".missing-select") && item.name !== event.target.name,
    );
    const isAfter = (item) => event.target.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING;
    event.preventDefault();
    items.find(isAfter)?.focus();
    return true;
  }

  /* Arrow keys move between the links and controls of a table marked data-grid. */
  const INSIDE = "a[href], button, input, select, textarea";
  function moveInGrid(event) {
    const cell = event.target.closest?.("[data-grid] td, [data-grid] th");
    if (!cell || (typing(event.target) && /^(text|search|number|date)?$/.test(event.target.type) && /Left|Right/.test(event.key))) return false;
    const row = cell.parentElement;
    const rows = [...row.closest("[data-grid]").rows];
    const column = [...row.cells].indexOf(cell);
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    let [y, x] = [rows.indexOf(row), column];
    for (;;) {
      y += step[0];
      x += step[1];
      const target = rows[y]?.cells[x];
      if (!target) return false;
      const inside = $(INSIDE, target);
      if (inside) { event.preventDefault(); inside.focus(); return true; }
    }
  }

  /* --- Session: warn before it ends, then come back to the same page ----- */
  const { idleSeconds, warningSeconds, keepAlive } = document.body.dataset;
  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");

  /* GET asks, POST prolongs; without a session the answer tells where to sign in. */
  async function askServer(method) {
    const headers = { Accept: "application/json", "X-Background": "1", ...csrf() };
    const answer = await fetch(keepAlive, { method, headers, credentials: "same-origin" });
    return answer.json();
  }

  function watchSession() {
    const warning = $("#idle-warning");
    const countdown = $("[data-countdown]", warning);
    let endsAt = Date.now() + idleSeconds * 1000;
    let asking = false;

    const leave = (signIn) => {
      document.dispatchEvent(new CustomEvent("session:ended"));
      location.assign(signIn);
    };
    const learn = async (method) => {
      asking = true;
      try {
        const { seconds_left: left, sign_in: signIn } = await askServer(method);
        if (signIn) return leave(signIn); // and from there back to this page
        endsAt = Date.now() + left * 1000;
      } catch {
        endsAt = Date.now() + 60000; // no network: ask again soon
      } finally {
        asking = false;
      }
    };
    setInterval(async () => {
      const left = Math.round((endsAt - Date.now()) / 1000);
      if (left > warningSeconds || asking) { warning.hidden = left > warningSeconds; return; }
      if (warning.hidden || left <= 0) {
        await learn("GET"); // another tab may have been used meanwhile
        if (endsAt - Date.now() > warningSeconds * 1000) return;
        if (warning.hidden) document.dispatchEvent(new CustomEvent("session:ending"));
      }
      warning.hidden = false;
      countdown.textContent = `${Math.floor(Math.max(left, 0) / 60)}:${String(Math.max(left, 0) % 60).padStart(2, "0")}`;
    }, 1000);
    $("[data-stay]", warning).addEventListener("click", async () => {
      await learn("POST");
      warning.hidden = true;
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (!event.detail.requestConfig?.headers["X-Background"]) {
        endsAt = Date.now() + idleSeconds * 1000;
      }
    });
  }

  /* A part of a page that refreshes itself is no sign of life. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.closest("[data-background]")) {
      event.detail.headers["X-Background"] = "1";
    }
  });

  /* --- Now: the site's present date and time, as the page was served plus what has
     passed since. The clock of this computer is never asked for a time; how far it went
     on tells what passed while a tablet slept, which the other counter leaves out. --- */
  let opened;
  const startClock = () => { opened = { ticks: performance.now(), wall: Date.now() }; };
  const passed = () => Math.max(performance.now() - opened.ticks, Date.now() - opened.wall);
  const siteNow = () => new Date(Date.parse(document.body.dataset.siteNow) + passed());
  startClock();
  const pad = (number) => String(number).padStart(2, "0");

  function offerNow(control) {
    const { nowWord, todayWord } = document.body.dataset;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "now";
    button.textContent = control.dataset.now === "datetime" || control.dataset.now === "time" ? nowWord : todayWord;
    button.tabIndex = -1;
    control.after(button);
  }

  function fillIn(control) {
    control.value = nowFor(control);
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.focus();
  }

  function nowFor(control) {
    const at = siteNow();
    const day = `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
    const time = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
    return { time, datetime: `${day} ${time}` }[control.dataset.now] || day;
  }

  const offerEachNow = () => document.querySelectorAll("[data-now]:not(:disabled)").forEach((control) => {
    if (control.matches("input") && !control.nextElementSibling?.matches(".now")) offerNow(control);
  });

  /* A page that replaces its content says so, with a new `data-site-now` on the body. */
  document.addEventListener("page:swapped", () => { startClock(); offerEachNow(); });
  document.site = { now: siteNow, nowFor };

  /* --- Small things ------------------------------------------------------ */
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const now = event.target.closest("button.now");
    if (now) fillIn(now.previousElementSibling);
    if (event.target.closest("[data-open-keyboard]")) openKeyboard();
    document.querySelectorAll("details.bar-user[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-open-keyboard]").forEach((button) => { button.hidden = false; });
    offerEachNow();
    $("[data-focus-first]")?.focus();
    if (keepAlive) watchSession();
  });
})();
