"use strict";
/* A log as a table: keys as in a spreadsheet, what changed, reasons asked at once,
   only changed rows sent. Everything here helps; the server decides all of it again. */

(() => {
  const form = document.getElementById("table-form");
  const table = document.getElementById("log-table");
  if (!form || !table) return;
  const body = table.tBodies[0];
  const CELLS = ".cell-input, .cell-many summary";
  const state = document.getElementById("table-state");
  const template = (id) => document.getElementById(id)?.content.firstElementChild.cloneNode(true);

  /* --- What changed ---------------------------------------------------- */
  const isBox = (control) => control.type === "checkbox";
  const options = (control) => [...control.options];
  const before = (control) => {
    if ("was" in control.dataset) return control.dataset.was;
    if (isBox(control)) return control.defaultChecked ? "on" : "";
    if (control.tagName === "SELECT") return (options(control).find((one) => one.defaultSelected) || control.options[0])?.value ?? "";
    return control.defaultValue;
  };
  const now = (control) => (isBox(control) ? (control.checked ? "on" : "") : control.value);
  const isChanged = (control) => now(control) !== before(control);
  const own = (row) => [...row.querySelectorAll("input, select, textarea")].filter((one) => one.type !== "hidden");
  const asksOf = (row) => body.querySelector(`[data-asks="${row.dataset.row}"]`);
  const isNew = (row) => row.dataset.row.startsWith("n");
  const says = (row) => own(row).some((one) => {
    if (!isNew(row)) return isChanged(one) || ("was" in one.dataset);
    return one.matches(".cell-input") ? one.value !== "" : one.closest(".cell-many") && one.checked;
  });
  const rows = () => [...body.querySelectorAll("[data-row]")];
  const touched = () => rows().filter((row) => says(row) || asksOf(row));

  const markCell = (control) => {
    const cell = control.closest("td");
    if (!cell || !cell.id) return;
    const changed = [...cell.querySelectorAll("input, select, textarea")].some(isChanged);
    cell.classList.toggle("is-changed", changed && !isNew(control.closest("[data-row]")));
  };
  const tell = () => {
    const count = touched().length;
    rows().forEach((row) => row.classList.toggle("is-changed", says(row)));
    if (!state) return;
    const { none, one, many } = state.dataset;
    state.textContent = count === 0 ? none : count === 1 ? one : many.replace("#", count);
  };

  /* --- Skip logic: what the other answers leave out is dimmed ---------- */
  const conditions = [...table.tHead.querySelectorAll("[data-only-if]")]
    .map((head) => [head.dataset.column, JSON.parse(head.dataset.onlyIf)]);
  const named = (row, item) => [...row.querySelectorAll(`[name="${row.dataset.row}-${item}"]`)];
  const CODES = ["ND", "UNK", "NA", "REF"];
  const held = (row, item) => named(row, item)
    .filter((one) => !isBox(one) || one.checked).map((one) => one.value)
    .filter((value) => value !== "" && !CODES.includes(value));
  const holds = (row, [kind, ...parts]) => {
    if (kind === "answer") return held(row, parts[0]).some((value) => parts[1].includes(value));
    if (kind === "answered") return held(row, parts[0]).length > 0;
    if (kind === "all") return parts.every((part) => holds(row, part));
    if (kind === "any") return parts.some((part) => holds(row, part));
    return !holds(row, parts[0]);
  };
  const applySkipLogic = (row) => conditions.forEach(([item, condition]) => {
    const applies = holds(row, condition);
    named(row, item).concat(named(row, item + "__unit")).forEach((one) => {
      const isEmpty = now(one) === "" && before(one) === "";
      one.disabled = !applies && isEmpty; // what holds a value is asked about by the server
    });
  });

  /* --- Reasons, asked as soon as a value of a complete row changes ------ */
  const asksRow = (row) => {
    const there = asksOf(row);
    if (there) return there;
    const asks = template("asks-template");
    asks.dataset.asks = row.dataset.row;
    asks.dataset.made = "";
    row.after(asks);
    return asks;
  };
  const put = (row, part, name, label) => {
    part.querySelectorAll("[name]").forEach((one) => {
      one.name = one.name.replace("KEY", row.dataset.row).replace("NAME", name);
      const said = one.getAttribute("aria-label");
      if (said) one.setAttribute("aria-label", said.replace("LABEL", label));
    });
    part.querySelectorAll(".reason-of").forEach((one) => { one.textContent = one.textContent.replace("LABEL", label); });
    if (name) part.dataset.reason = name;
    asksRow(row).querySelector(".asks-inner").append(part);
  };
  const drop = (row, selector) => {
    const asks = asksOf(row);
    if (!asks || !("made" in asks.dataset)) return;
    asks.querySelector(selector)?.remove();
    if (!asks.querySelector("[data-reason], [data-strike-reason]")) asks.remove();
  };
  const askReasons = (control) => {
    const row = control.closest("[data-row]");
    if (control.name.endsWith("-strike")) {
      if (control.checked && !asksOf(row)?.querySelector("[data-strike-reason]")) {
        put(row, template("strike-template"), "", "");
        asksOf(row).querySelector("[data-strike-reason] select").focus();
      } else if (!control.checked) drop(row, "[data-strike-reason]");
      return;
    }
    if (!("asksReasons" in row.dataset)) return;
    const cell = control.closest("td");
    const item = cell.id.slice(`x-${row.dataset.row}-`.length);
    if (!cell.id) return;
    const controls = [...cell.querySelectorAll("input, select, textarea")];
    const changed = controls.some(isChanged) && controls.some((one) => !one.matches(".cell-unit") && before(one) !== "");
    const asked = asksOf(row)?.querySelector(`[data-reason="${item}"]`);
    if (changed && !asked) put(row, template("reason-template"), item, document.getElementById("c-" + item).firstChild.textContent.trim());
    if (!changed && asked) drop(row, `[data-reason="${item}"]`);
  };
  /* One reason may hold for many: it is copied to where none was given yet. */
  const pairs = () => [...body.querySelectorAll("[data-reason]")].map((one) => [one, one.querySelector("select"), one.querySelector("input")]);
  const offerSame = () => {
    body.querySelectorAll("[data-same]").forEach((one) => one.remove());
    const all = pairs();
    const given = all.filter(([, code, text]) => code.value && text.value).at(-1);
    if (!given || all.every(([, code]) => code.value)) return;
    given[0].append(template("same-template"));
  };
  body.addEventListener("click", (event) => {
    const same = event.target.closest("[data-same]");
    if (!same) return;
    const from = same.closest("[data-reason]");
    const [code, text] = [from.querySelector("select").value, from.querySelector("input").value];
    pairs().forEach(([, select, input]) => { if (!select.value) { select.value = code; input.value ||= text; } });
    offerSame();
  });

  /* --- A new row opens by itself at the end ----------------------------- */
  const pristine = (() => {
    const last = rows().at(-1);
    return last && isNew(last) ? last.cloneNode(true) : null;
  })();
  const openRow = () => {
    if (!pristine) return null;
    const last = rows().at(-1);
    if (isNew(last) && !says(last)) return last;
    const row = pristine.cloneNode(true);
    const number = 1 + Math.max(...rows().filter(isNew).map((one) => Number(one.dataset.row.slice(1))));
    const [old, key] = [row.dataset.row, `n${number}`];
    const rename = (text) => text.replaceAll(new RegExp(`\\b${old}\\b`, "g"), key);
    [row, ...row.querySelectorAll("*")].forEach((one) => [...one.attributes].forEach(({ name, value }) => {
      if (["id", "name", "aria-labelledby", "aria-describedby", "data-row"].includes(name)) one.setAttribute(name, rename(value));
    }));
    body.append(row);
    applySkipLogic(row);
    return row;
  };
  rows().filter(isNew).forEach((row) => { row.dataset.new = ""; });
  if (pristine) pristine.dataset.new = "";

  /* --- Keys ------------------------------------------------------------- */
  const first = (cell) => [...(cell?.querySelectorAll(CELLS) || [])].find((one) => !one.disabled);
  const focus = (target) => { if (!target) return false; target.focus(); target.select?.(); return true; };
  const down = (control, step) => {
    const place = control.closest("td").cellIndex;
    const all = rows();
    for (let at = all.indexOf(control.closest("[data-row]")) + step; all[at]; at += step) {
      const target = first(all[at].cells[place]);
      if (target) return focus(target);
    }
    return false;
  };
  const beside = (control, step) => {
    let cell = control.closest("td");
    while ((cell = step > 0 ? cell.nextElementSibling : cell.previousElementSibling)) {
      const target = first(cell);
      if (target) return target;
    }
    return null;
  };
  const across = (control, step) => focus(beside(control, step));
  const firstOf = (row) => row && [...row.cells].map(first).find(Boolean);
  const giveUp = (control) => {
    const cell = control.closest("td");
    [...cell.querySelectorAll("input, select, textarea")].forEach((one) => {
      if (isBox(one)) one.checked = before(one) === "on"; else one.value = before(one);
    });
    control.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const copyDown = (control) => {
    const place = control.closest("td").cellIndex;
    const all = rows();
    const above = all[all.indexOf(control.closest("[data-row]")) - 1]?.cells[place];
    if (!above) return;
    const [from, to] = [above, control.closest("td")].map((cell) => [...cell.querySelectorAll("input, select, textarea")]);
    to.forEach((one, at) => {
      if (!from[at] || one.type === "hidden") return;
      if (isBox(one)) one.checked = from[at].checked; else one.value = from[at].value;
    });
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const atEdge = (control, key) => {
    if (control.selectionStart === null || control.selectionStart === undefined) return true;
    const { selectionStart: from, selectionEnd: to, value } = control;
    if (from === 0 && to === value.length) return true;
    return from === to && (key === "ArrowLeft" ? from === 0 : to === value.length);
  };
  body.addEventListener("keydown", (event) => {
    const control = event.target;
    if (!control.matches(CELLS) || event.isComposing) return;
    const { key } = event;
    let done = false;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "d") { copyDown(control); done = true; }
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === "ArrowDown" || key === "ArrowUp") done = down(control, key === "ArrowDown" ? 1 : -1);
    else if ((key === "ArrowLeft" || key === "ArrowRight") && atEdge(control, key)) done = across(control, key === "ArrowRight" ? 1 : -1);
    else if (key === "Escape") { giveUp(control); done = true; }
    else if (key === "Enter" && control.tagName !== "SUMMARY") { if (!down(control, event.shiftKey ? -1 : 1)) focus(firstOf(openRow())); done = true; }
    else if (key === "Tab" && !event.shiftKey && isNew(control.closest("[data-row]")) && !beside(control, 1)) {
      const row = control.closest("[data-row]");
      if (row === rows().at(-1) && says(row)) done = focus(firstOf(openRow()));
    }
    if (done) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  /* The columns beside the typing area are reached too: never behind the first one. */
  body.addEventListener("focusin", (event) => {
    const frame = table.closest(".table-frame");
    const head = event.target.closest("[data-row]")?.querySelector(".sticky-column");
    const cell = event.target.closest("td");
    if (!head || !cell || !frame) return;
    const hidden = head.getBoundingClientRect().right - cell.getBoundingClientRect().left;
    if (hidden > 0) frame.scrollLeft -= hidden + 8;
  });

  /* --- Changes ---------------------------------------------------------- */
  const summary = (control) => {
    const many = control.closest(".cell-many");
    if (!many) return;
    const chosen = [...many.querySelectorAll("input:checked")].map((one) => one.parentElement.textContent.trim());
    many.querySelector("summary").textContent = chosen.join(", ") || "—";
  };
  let opened = false;
  const onChange = (event) => {
    const control = event.target;
    const row = control.closest("[data-row]");
    if (row) {
      summary(control);
      applySkipLogic(row);
      markCell(control);
      askReasons(control);
      if (pristine && isNew(row) && row === rows().at(-1) && says(row)) { openRow(); opened = true; }
    }
    offerSame();
    tell();
  };
  body.addEventListener("input", onChange);
  body.addEventListener("change", onChange);
  rows().forEach((row) => { applySkipLogic(row); own(row).forEach(markCell); });
  offerSame();
  tell();

  /* --- Sending: only the rows that say something ------------------------- */
  let leaving = false;
  form.addEventListener("formdata", ({ formData }) => {
    const kept = new Set(touched().map((row) => row.dataset.row));
    [...formData.keys()].forEach((name) => {
      const [key] = name.split("-");
      if (/^[rn]\d+$/.test(key) && !kept.has(key)) formData.delete(name);
    });
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      if (state) state.textContent = state.dataset.offline;
      return;
    }
    leaving = true;
    window.setTimeout(() => { leaving = false; }, 8000);
  });
  window.addEventListener("beforeunload", (event) => { if (!leaving && touched().length) event.preventDefault(); });
  document.addEventListener("session:ended", () => { leaving = true; });

  /* --- Several cells pasted at once go to the preview -------------------- */
  const paste = document.getElementById("paste-form");
  body.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!paste || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    paste.querySelector("textarea").value = text;
    const details = paste.closest("details");
    if (details) details.open = true;
    paste.querySelector("textarea").focus();
  });
})();
