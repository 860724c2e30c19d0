/* Keyboard, idle warning, clock, focus, typing. Pages work without it; here they get faster
   and lose nothing. */

import { watchClock } from "./site/clock.js";
import { leaveCompositionAlone } from "./site/composition.js";
import { openKeyboard, watchKeyboard } from "./site/keyboard.js";
import { sendOnce } from "./site/sent_once.js";
import { watchSession } from "./site/session.js";
import { keepTyping } from "./site/typing.js";

leaveCompositionAlone();
watchKeyboard();
sendOnce();
// The scripts of the page come first: they copy rows and hide what is skipped.
document.addEventListener("DOMContentLoaded", () => {
  watchClock();
  watchSession();
  if (document.body.dataset.owner) keepTyping();
  document.querySelector("[data-focus-first]")?.focus();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-open-keyboard]")) openKeyboard();
  document.querySelectorAll("details.bar-user[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
