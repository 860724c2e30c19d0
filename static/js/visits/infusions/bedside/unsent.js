/* The panel that says what is not sent yet, what was refused, and why nothing is sent. */

import { button, discardButton, element, words as pageWords } from "../../../site/typing/page.js";
import { $, $$, connection, path, words } from "./page.js";
import { queue } from "./queue.js";

const named = (item) => `${item.where} · ${item.label} — ${item.summary}`;

function signInLine({ sign_in: signIn, signed_in_as: other }) {
  if (other) return element("p", pageWords.otherPerson.replace("%s", other));
  const line = element("p", `${words.signedOut} `);
  const link = element("a", words.signIn, "btn btn-primary");
  link.href = signIn;
  line.append(link);
  return line;
}

function pageLink(item) {
  const link = element("a", item.where, "btn btn-quiet");
  link.href = item.page;
  return link;
}

function refusal(item, onCorrect) {
  const line = element("li", "", "refused");
  const correct = item.page === path ? button(words.correct, () => onCorrect(item.key)) : pageLink(item);
  const discard = discardButton(async () => { await queue.remove(item.key); showUnsent(onCorrect); });
  line.append(element("p", `${words.notStored}: ${named(item)}`), element("p", item.refused), correct, discard);
  return line;
}

/* Why nothing is sent just now, or that it is. */
function stateLine(unsent) {
  if (!connection.isUp) return element("p", words.offline);
  if (connection.signedOut) return signInLine(connection.signedOut);
  return unsent.length ? element("p", words.sending) : null;
}

export async function showUnsent(onCorrect) {
  const panel = $("#unsent");
  if (!panel) return;
  const items = await queue.all();
  const inHand = $$("[name=key]").map((control) => control.value);
  const unsent = items.filter((item) => !item.refused);
  const refused = items.filter((item) => item.refused && !inHand.includes(item.key));
  const others = await queue.countOfOthers();
  const list = document.createElement("ol");
  list.append(...unsent.map((item) => element("li", named(item))), ...refused.map((item) => refusal(item, onCorrect)));
  const parts = [
    unsent.length && element("p", words.unsent.replace("%s", unsent.length), "count"),
    stateLine(unsent),
    others && element("p", words.others.replace("%s", others)),
    list.childElementCount && list,
  ].filter(Boolean);
  panel.replaceChildren(...parts);
  panel.hidden = !parts.length;
}
