/* Whose page this is, and the words that it came with. */

export const { owner, typingKey, keepAlive } = document.body.dataset;
export const bar = () => document.getElementById("unsaved");
export const words = { ...bar()?.dataset };

export const newId = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000"
  .replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));

export function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function button(text, act) {
  const made = element("button", text, "btn btn-quiet btn-sm");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/* Discarding is asked about once more, in the button itself. */
export function discardButton(onDiscard) {
  const discard = button(words.discard, () => {
    if (discard.textContent === words.discard) discard.textContent = words.sure;
    else onDiscard();
  });
  return discard;
}

/* Say what became of what was sent; without text, nothing. */
export function say(text, ...more) {
  bar().replaceChildren(...(text ? [element("p", text), ...more] : []));
  bar().hidden = !text;
}
