/* The form page. Everything here helps; the server decides all of it again. */

import { rememberAutosaved, watchAutosave } from "./form/autosave.js";
import { watchControls } from "./form/controls.js";
import { watchReasons } from "./form/reasons.js";
import { watchShownItems } from "./form/shown_items.js";
import { watchSidePanel } from "./form/side_panel.js";
import { focusTarget } from "./form/target.js";

function begin() {
  const form = document.getElementById("crf-form");
  if (!form) return;
  watchControls(form); // first: it empties controls that exclude each other
  watchShownItems(form);
  watchReasons(form);
  rememberAutosaved(form);
}

watchSidePanel();
watchAutosave();
begin();
focusTarget();
document.addEventListener("page:swapped", begin);
