/* What the controls of a form do by themselves: exclude each other, empty, grow. */

const isChoice = (control) => ["radio", "checkbox"].includes(control.type);
const named = (form, name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];

function empty(control) {
  if (isChoice(control)) control.checked = false;
  else control.value = "";
}

/* A value and a code that says why there is none exclude each other. */
function exclude(form, control) {
  const row = control.closest("[data-item]");
  const missing = row && form.elements[`${row.dataset.item}__missing`];
  if (!missing) return;
  const controls = [...row.querySelectorAll("input, select, textarea")]
    .filter((one) => one.name === row.dataset.item || one.name.startsWith(`${row.dataset.item}-`));
  if (control === missing && missing.value) controls.forEach(empty);
  else if (controls.includes(control) && control.value) missing.value = "";
}

/* A file too large is refused here: the server would hang up, and the page with it. */
function refuseLargeFile(control) {
  const { files, dataset } = control;
  if (!files) return;
  const body = control.closest(".item-body");
  body.querySelectorAll("[data-refused-file]").forEach((message) => message.remove());
  if (![...files].some((file) => file.size > Number(dataset.mostBytes))) return;
  control.value = "";
  const message = document.createElement("p");
  message.className = "error";
  message.dataset.refusedFile = "";
  message.setAttribute("role", "alert");
  message.textContent = dataset.tooLarge;
  body.append(message);
}

function addRow(form, table) {
  const name = table.dataset.rows;
  const count = form.elements[`${name}__rows`];
  const [last, next] = [`${name}-${count.value - 1}-`, `${name}-${count.value}-`];
  const body = table.querySelector("tbody");
  const row = body.lastElementChild.cloneNode(true);
  row.querySelectorAll("input, select, textarea").forEach((control) => {
    control.name = control.name.replace(last, next);
    control.id = control.id.replace(last, next);
    empty(control);
  });
  count.value = Number(count.value) + 1;
  body.append(row);
  row.querySelector("input, select, textarea").focus();
}

/* A row of a small table that was typed on another page: `pauses-2-minutes`. */
function addRowsFor(form, name) {
  const [item, number] = name.split("-");
  const table = form.querySelector(`[data-rows="${CSS.escape(item)}"]`);
  if (!table || !/^\d+$/.test(number)) return;
  while (Number(form.elements[`${item}__rows`].value) <= Number(number)) addRow(form, table);
}

export function watchControls(form) {
  form.addEventListener("input", (event) => exclude(form, event.target));
  form.addEventListener("change", (event) => refuseLargeFile(event.target));
  // Buttons that only work with this script show themselves.
  form.querySelectorAll("[data-clear], [data-add-row]").forEach((button) => { button.hidden = false; });
  form.addEventListener("typing:missing", (event) => addRowsFor(form, event.detail.name));
  form.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-clear]");
    if (clear) {
      named(form, clear.dataset.clear).forEach((radio) => { radio.checked = false; });
      form.dispatchEvent(new Event("change"));
    }
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(form, add.closest("[data-rows]"));
  });
}
