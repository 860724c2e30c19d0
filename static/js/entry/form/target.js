/* The item that the address names: its first control takes the focus. */

const CONTROLS = "input:not([type=hidden]):not([disabled]), select, textarea";

export function focusTarget() {
  const anchor = document.getElementById(location.hash.slice(1));
  const item = anchor?.closest(".item") ?? anchor?.nextElementSibling;
  if (!item?.matches(".item")) return;
  item.querySelector(`.item-control :is(${CONTROLS})`)?.focus({ preventScroll: true });
}
