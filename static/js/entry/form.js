/* The form page. Everything here helps; the server decides all of it again. */

import { keepTyping } from "./form/autosave.js";
import { watchControls } from "./form/controls.js";
import { watchReasons } from "./form/reasons.js";
import { watchShownItems } from "./form/shown_items.js";
import { watchSidePanel } from "./form/side_panel.js";

const form = document.getElementById("crf-form");

watchSidePanel(document.getElementById("side"));
if (form) {
  watchControls(form); // first: it empties controls that exclude each other
  watchShownItems(form);
  watchReasons(form);
  keepTyping(form);
}
