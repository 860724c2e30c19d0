/* Reasons for changes, asked beside the item as soon as its value is another one. */

const controlsOf = (box) => [box.querySelector("select"), box.querySelector("input")];
const openReasons = (form) => [...form.querySelectorAll("[data-reason-for]:not([hidden])")];

const contents = (row) => [...row.querySelectorAll("input, select, textarea")]
  .filter((control) => !control.closest(".reason") && control.type !== "hidden")
  .map((control) => (["radio", "checkbox"].includes(control.type) ? control.checked : control.value))
  .join("\u0000");

function askReasons(before) {
  before.forEach((first, row) => {
    const reason = row.querySelector("[data-reason-for]");
    if (!reason) return;
    const isFilled = reason.querySelector("select").value !== "";
    reason.hidden = !(contents(row) !== first || isFilled || row.classList.contains("asks-reason"));
  });
}

/* One reason may hold for many items: it is copied where none was given yet. */
function offerSameReason(form) {
  const boxes = openReasons(form);
  boxes.forEach((box) => {
    const isGiven = controlsOf(box).every((control) => control.value);
    const isLacking = boxes.some((other) => other !== box && !controlsOf(other)[0].value);
    box.querySelector("[data-same-reason]").hidden = !(isGiven && isLacking);
  });
}

function copyReason(form, from) {
  const [code, text] = controlsOf(from).map((control) => control.value);
  openReasons(form).forEach((box) => {
    const [select, input] = controlsOf(box);
    if (select.value) return;
    select.value = code;
    input.value ||= text;
  });
}

export function watchReasons(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const before = new Map(items.map((row) => [row, contents(row)]));
  ["input", "change"].forEach((kind) => form.addEventListener(kind, () => {
    if ("asksReasons" in form.dataset) askReasons(before);
    offerSameReason(form);
  }));
  form.addEventListener("click", (event) => {
    const from = event.target.closest("[data-same-reason]")?.closest("[data-reason-for]");
    if (!from) return;
    copyReason(form, from);
    offerSameReason(form);
  });
}
