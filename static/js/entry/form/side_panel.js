/* The panel beside the form: history, queries and verification of one item. */

const itemMark = (panel) => document.querySelector(`#row-${CSS.escape(panel.dataset.panel)} .item-mark`);

export function watchSidePanel(side) {
  const close = () => {
    const panel = side?.querySelector("[data-panel]");
    if (!panel) return;
    side.replaceChildren();
    document.body.classList.remove("has-side");
    itemMark(panel)?.focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-side]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== side) return;
    document.body.classList.add("has-side");
    markItem(side.querySelector("[data-panel]"));
    side.querySelectorAll("[data-close-side]").forEach((button) => { button.hidden = false; });
    side.querySelector("h2").focus({ preventScroll: true });
  });
}

/* The marks beside the item follow what was just asked, answered or verified. */
function markItem(panel) {
  const mark = panel && itemMark(panel);
  if (!mark) return;
  mark.querySelectorAll(".status").forEach((status) => status.remove());
  mark.append(...panel.querySelectorAll("[data-marks] > .status"));
}
