/* The panel beside the form: history, queries and verification of one item. */

const itemMark = (panel) => document.querySelector(`#row-${CSS.escape(panel.dataset.panel)} .item-mark`);

const side = () => document.getElementById("side");

function show(part) {
  if (part !== side()) return;
  document.body.classList.add("has-side");
  markItem(part.querySelector("[data-panel]"));
  part.querySelectorAll("[data-close-side]").forEach((button) => { button.hidden = false; });
  part.querySelector("h2").focus({ preventScroll: true });
}

function close() {
  const panel = side()?.querySelector("[data-panel]");
  if (!panel) return;
  side().replaceChildren();
  document.body.classList.remove("has-side");
  itemMark(panel)?.focus();
}

export function watchSidePanel() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-side]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  document.addEventListener("part:swapped", (event) => show(event.detail));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== side()) return;
    show(event.target);
    document.dispatchEvent(new CustomEvent("part:loaded"));
  });
}

/* The marks beside the item follow what was just asked, answered or verified. */
function markItem(panel) {
  const mark = panel && itemMark(panel);
  if (!mark) return;
  mark.querySelectorAll(".status").forEach((status) => status.remove());
  mark.append(...panel.querySelectorAll("[data-marks] > .status"));
}
