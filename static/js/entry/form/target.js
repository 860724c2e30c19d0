/* The item that the address names: its first control takes the focus. */

const CONTROLS = "input:not([type=hidden]):not([disabled]), select, textarea";

function focusItem() {
  const anchor = document.getElementById(location.hash.slice(1));
  const item = anchor?.closest(".item") ?? anchor?.nextElementSibling;
  if (!item?.matches(".item")) return;
  item.querySelector(`.item-control :is(${CONTROLS})`)?.focus({ preventScroll: true });
}

/* The browser itself goes to the anchor while the page loads, and would take the focus. */
export function focusTarget() {
  window.addEventListener("load", () => setTimeout(focusItem));
}
