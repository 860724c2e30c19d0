/* Put the server's page in place of this one; what is being typed elsewhere stays. */

import { swap } from "../../../site/swap.js";
import { putBack, typedIn } from "./forms.js";
import { $$, path } from "./page.js";
import { choose, rowOf } from "./time_points.js";

function restore(typed) {
  if (typed.point) choose(rowOf(typed.point), { keepsTyping: true });
  putBack(typed);
}

const actsIn = (root) => $$("details", root).filter((details) => details.querySelector("form.act"));
const actOf = (details) => `${details.dataset.when} ${details.querySelector("form.act").dataset.act}`;

export function swapBedside(fresh) {
  const open = actsIn(document).filter((details) => details.open).map(actOf);
  const typing = $$("form.act[data-dirty]").map(typedIn);
  const scroll = window.scrollY;
  swap(fresh, new URL(path, location.href).href, () => {
    actsIn(document).filter((details) => open.includes(actOf(details))).forEach((details) => { details.open = true; });
    typing.forEach(restore);
  });
  window.scrollTo({ top: scroll });
  document.querySelector(".error-summary")?.focus();
}
