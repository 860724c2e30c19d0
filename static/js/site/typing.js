/* Typing is never lost: what is typed in a form is kept in this browser until the server
   has said that it is stored, and is offered when its page is opened again. */

import { watchTyping } from "./typing/copies.js";
import { keepUnstored, offerCopies } from "./typing/offers.js";
import { watchSending } from "./typing/sending.js";

async function look() {
  await keepUnstored();
  await offerCopies();
}

export function keepTyping() {
  watchTyping();
  watchSending();
  ["page:swapped", "part:swapped", "part:loaded"].forEach((kind) => document.addEventListener(kind, look));
  look();
}
