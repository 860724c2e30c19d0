/* Put the server's page in place of this one; what is being typed elsewhere stays. */

import { putBack, typedIn } from "./forms.js";
import { $, $$, parse, takeToken } from "./page.js";
import { choose, rowOf } from "./time_points.js";

function restore(typed) {
  if (typed.point) choose(rowOf(typed.point), { keepsTyping: true });
  putBack(typed);
}

export function swap(html) {
  const fresh = parse(html);
  const typing = $$("form.act[data-dirty]").map(typedIn);
  const scroll = window.scrollY;
  $("#content").replaceChildren(...$("#content", fresh).childNodes);
  $("#messages").replaceChildren(...$("#messages", fresh).childNodes);
  document.body.dataset.siteNow = fresh.body.dataset.siteNow;
  takeToken(fresh);
  document.dispatchEvent(new CustomEvent("page:swapped"));
  typing.forEach(restore);
  window.scrollTo({ top: scroll });
  $(".error-summary")?.focus();
}
