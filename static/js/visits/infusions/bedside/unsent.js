/* The panel that says what is not sent yet, what was refused, and why nothing is sent. */

import { $, $$, connection, element, path, queue, words } from "./page.js";

const named = (item) => `${item.where} · ${item.label} — ${item.summary}`;

function button(text, act) {
  const made = element("button", text, "btn btn-quiet");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function signInLine() {
  const line = element("p", `${words.signedOut} `);
  const link = element("a", words.signIn, "btn btn-primary");
  link.href = connection.signInUrl;
  line.append(link);
  return line;
}

function discardButton(item, onDiscard) {
  const discard = button(words.discard, () => {
    if (discard.textContent === words.discard) { discard.textContent = words.sure; return; }
    queue.removeKey(item.key);
    onDiscard();
  });
  return discard;
}

function pageLink(item) {
  const link = element("a", item.where, "btn btn-quiet");
  link.href = item.page;
  return link;
}

function refusal(item, onCorrect) {
  const line = element("li", "", "refused");
  const correct = item.page === path ? button(words.correct, () => onCorrect(item.key)) : pageLink(item);
  const discard = discardButton(item, () => showUnsent(onCorrect));
  line.append(element("p", `${words.notStored}: ${named(item)}`), element("p", item.refused), correct, discard);
  return line;
}

/* Why nothing is sent just now, or that it is. */
function stateLine(unsent) {
  if (!connection.isUp) return element("p", words.offline);
  if (connection.signInUrl) return signInLine();
  return unsent.length ? element("p", words.sending) : null;
}

export async function showUnsent(onCorrect) {
  const panel = $("#unsent");
  if (!panel) return;
  const items = await queue.all();
  const inHand = $$("[name=key]").map((control) => control.value);
  const unsent = items.filter((item) => !item.refused);
  const refused = items.filter((item) => item.refused && !inHand.includes(item.key));
  const others = queue.others();
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
