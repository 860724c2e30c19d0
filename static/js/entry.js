"use strict";
/* The form page: skip logic, unsaved typing, reasons, small tables, side panel.
   Everything here helps; the server decides all of it again. */

(() => {
  const sheet = document.getElementById("sheet");
  const side = document.getElementById("side");
  const AUTOSAVE_MS = 10000;

  const closeSide = () => {
    const panel = side && side.querySelector("[data-panel]");
    if (!panel) return;
    const mark = document.querySelector(`#row-${CSS.escape(panel.dataset.panel)} .item-mark`);
    side.replaceChildren();
    document.body.classList.remove("has-side");
    if (mark) mark.focus();
  };
  document.addEventListener("click", (event) => { if (event.target.closest("[data-close-side]")) closeSide(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeSide(); });
  /* The marks beside the item follow what was just asked, answered or verified. */
  const markItem = (panel) => {
    const mark = panel && document.querySelector(`#row-${CSS.escape(panel.dataset.panel)} .item-mark`);
    if (!mark) return;
    mark.querySelectorAll(".status").forEach((one) => one.remove());
    mark.append(...panel.querySelectorAll("[data-marks] > .status"));
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== side) return;
    document.body.classList.add("has-side");
    markItem(side.querySelector("[data-panel]"));
    side.querySelectorAll("[data-close-side]").forEach((button) => { button.hidden = false; });
    side.querySelector("h2").focus({ preventScroll: true });
  });
  if (!sheet) return;

  /* What an item holds: the chosen codes, or the text; nothing where a code says why not. */
  const held = (name) => {
    const missing = sheet.elements[name + "__missing"];
    if (missing && missing.value) return [];
    return [...sheet.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
      .filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked)
      .map((control) => control.value)
      .filter((value) => value !== "");
  };
  const holds = (condition) => {
    const [kind, ...parts] = condition;
    if (kind === "answer") return held(parts[0]).some((value) => parts[1].includes(value));
    if (kind === "answered") return held(parts[0]).length > 0;
    if (kind === "all") return parts.every(holds);
    if (kind === "any") return parts.some(holds);
    return !holds(parts[0]);
  };
  const conditional = [...sheet.querySelectorAll("[data-only-if]")];
  const applySkipLogic = () => conditional.forEach((row) => {
    const shown = holds(JSON.parse(row.dataset.onlyIf));
    row.hidden = !shown && !["has-error", "asks-reason"].some((reason) => row.classList.contains(reason));
  });
  /* A section without a visible item goes, and its line in the outline with it. */
  const applySections = () => sheet.querySelectorAll("fieldset.section").forEach((section) => {
    section.hidden = !section.querySelector(".item:not([hidden])");
    const line = document.querySelector(`.outline a[href="#${CSS.escape(section.id)}"]`);
    if (line) line.hidden = section.hidden;
  });
  const applyShown = () => { applySkipLogic(); applySections(); };

  const snapshot = () => new URLSearchParams(
    [...new FormData(sheet)].filter(([, value]) => typeof value === "string"),
  ).toString();
  let saved = snapshot();
  let kept = saved;
  let leaving = false;
  const first = new Map();
  const contents = (row) => [...row.querySelectorAll("input, select, textarea")]
    .filter((control) => !control.closest(".reason") && control.type !== "hidden")
    .map((control) => (["radio", "checkbox"].includes(control.type) ? control.checked : control.value))
    .join("\u0000");
  const items = [...sheet.querySelectorAll("[data-item]")];
  items.forEach((row) => first.set(row, contents(row)));

  const askReasons = () => {
    if (!("asksReasons" in sheet.dataset)) return;
    items.forEach((row) => {
      const reason = row.querySelector("[data-reason-for]");
      if (!reason) return;
      const changed = contents(row) !== first.get(row);
      const filled = reason.querySelector("select").value !== "";
      reason.hidden = !(changed || filled || row.classList.contains("asks-reason"));
    });
  };
  /* One reason may hold for many items: it is copied where none was given yet. */
  const reasonOf = (box) => [box.querySelector("select"), box.querySelector("input")];
  const offerSameReason = () => {
    const asked = [...sheet.querySelectorAll("[data-reason-for]:not([hidden])")];
    asked.forEach((box) => {
      const isGiven = reasonOf(box).every((control) => control.value);
      const others = asked.some((one) => one !== box && !reasonOf(one)[0].value);
      box.querySelector("[data-same-reason]").hidden = !(isGiven && others);
    });
  };
  sheet.addEventListener("click", (event) => {
    const from = event.target.closest("[data-same-reason]")?.closest("[data-reason-for]");
    if (!from) return;
    const [code, text] = reasonOf(from).map((control) => control.value);
    sheet.querySelectorAll("[data-reason-for]:not([hidden])").forEach((box) => {
      const [select, input] = reasonOf(box);
      if (!select.value) { select.value = code; input.value = input.value || text; }
    });
    offerSameReason();
  });
  sheet.querySelectorAll("[data-reason-for]:not([hidden])").forEach((reason) => {
    reason.closest("[data-item]").classList.add("asks-reason");
  });

  /* A value and a code that says why there is none exclude each other. */
  sheet.addEventListener("input", (event) => {
    const row = event.target.closest("[data-item]");
    const missing = row && sheet.elements[row.dataset.item + "__missing"];
    if (!missing) return;
    const controls = [...sheet.querySelectorAll(`[name="${CSS.escape(row.dataset.item)}"]`)];
    if (event.target === missing && missing.value) {
      controls.forEach((control) => {
        if (["radio", "checkbox"].includes(control.type)) control.checked = false; else control.value = "";
      });
    } else if (controls.includes(event.target) && event.target.value) {
      missing.value = "";
    }
  });

  ["input", "change"].forEach((kind) => sheet.addEventListener(kind, () => {
    applyShown(); askReasons(); offerSameReason();
  }));
  applyShown();

  /* A file too large is refused here: the server would hang up, and the page with it. */
  sheet.addEventListener("change", (event) => {
    const { files, dataset } = event.target;
    if (!files) return;
    const body = event.target.closest(".item-body");
    body.querySelectorAll("[data-refused-file]").forEach((one) => one.remove());
    if (![...files].some((file) => file.size > Number(dataset.mostBytes))) return;
    event.target.value = "";
    const told = document.createElement("p");
    told.className = "error";
    told.dataset.refusedFile = "";
    told.setAttribute("role", "alert");
    told.textContent = dataset.tooLarge;
    body.append(told);
  });

  /* Buttons that only work with this script show themselves. */
  sheet.querySelectorAll("[data-clear], [data-add-row]").forEach((button) => { button.hidden = false; });
  sheet.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-clear]");
    if (clear) {
      sheet.querySelectorAll(`[name="${CSS.escape(clear.dataset.clear)}"]`).forEach((radio) => { radio.checked = false; });
      sheet.dispatchEvent(new Event("change"));
    }
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add.closest("[data-rows]"));
  });
  const addRow = (table) => {
    const name = table.dataset.rows;
    const count = sheet.elements[name + "__rows"];
    const body = table.querySelector("tbody");
    const row = body.lastElementChild.cloneNode(true);
    row.querySelectorAll("input, select, textarea").forEach((control) => {
      control.name = control.name.replace(`${name}-${count.value - 1}-`, `${name}-${count.value}-`);
      control.id = control.id.replace(`${name}-${count.value - 1}-`, `${name}-${count.value}-`);
      if (["radio", "checkbox"].includes(control.type)) control.checked = false; else control.value = "";
    });
    count.value = Number(count.value) + 1;
    body.append(row);
    row.querySelector("input, select, textarea").focus();
  };

  /* Typing is kept apart from the record every few seconds, and before leaving. */
  const note = document.getElementById("autosaved");
  const keep = async () => {
    const typed = snapshot();
    if (typed === kept || typed === saved || leaving) return;
    try {
      const answer = await fetch(sheet.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(typed),
        headers: { "X-CSRFToken": sheet.elements.csrfmiddlewaretoken.value },
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      kept = typed;
      note.textContent = `${note.dataset.kept} ${told.at}`;
    } catch {
      note.textContent = note.dataset.offline;
    }
  };
  window.setInterval(keep, AUTOSAVE_MS);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  document.addEventListener("session:ending", keep);
  document.addEventListener("session:ended", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && snapshot() !== saved) event.preventDefault();
  });
  sheet.addEventListener("submit", (event) => {
    if (leaving) { event.preventDefault(); return; } // a double click sends once
    leaving = true;
    window.setTimeout(() => { leaving = false; }, 8000);
  });
  if (document.querySelector(".error-summary, [data-unsaved]")) saved = ""; // what is shown is not stored
  if (new URLSearchParams(location.search).has("restore")) saved = "";
})();
