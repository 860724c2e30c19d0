/* While an input method composes a text its keys belong to it: Enter that ends a
   composition, and the arrows that choose a word, reach no other script. */

const COMPOSING = 229; // what browsers say that do not know `isComposing`

function stop(event) {
  if (event.isComposing || event.keyCode === COMPOSING) event.stopImmediatePropagation();
}

export function leaveCompositionAlone() {
  ["keydown", "keyup"].forEach((kind) => window.addEventListener(kind, stop, true));
}
