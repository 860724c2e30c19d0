/* The form page. Everything here helps; the server decides all of it again. */

import { keepTyping } from "./form/autosave.js";
import { watchControls } from "./form/controls.js";
import { watchReasons } from "./form/reasons.js";
import { watchShownItems } from "./form/shown_items.js";
import { watchSidePanel } from "./form/side_panel.js";

const sheet = document.getElementById("sheet");

watchSidePanel(document.getElementById("side"));
if (sheet) {
  watchControls(sheet); // first: it empties controls that exclude each other
  watchShownItems(sheet);
  watchReasons(sheet);
  keepTyping(sheet);
}
