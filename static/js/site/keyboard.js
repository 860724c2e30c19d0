/* Keys: Enter and the arrows move on, Ctrl-S saves and leaves the state, g and / lead elsewhere. */

const GO_WITHIN_MS = 1500;
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const INSIDE = "a[href], button, input, select, textarea";

let wentG = 0;

const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

export const openKeyboard = () => document.getElementById("keyboard")?.showModal();

function save(event) {
  const button = document.querySelector("[data-save-key]");
  if (!button) return;
  event.preventDefault();
  button.click();
}

function goTo(key) {
  const links = document.querySelectorAll(".bar-pages a");
  const link = key === "m" ? links[0] : links[Number(key) - 1];
  if (link) location.assign(link.href);
}

function find(event) {
  const field = document.getElementById("find");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/* Enter goes to the next item of a form marked so, and never sends it. Codes that
   say why a value is missing and the other answers of a question are no next item. */
function nextItem(event) {
  const form = event.target.closest?.("form[data-enter-next]");
  if (!form || !/^(INPUT|SELECT)$/.test(event.target.tagName)) return false;
  if (/^(submit|button)$/.test(event.target.type)) return false;
  const items = [...form.elements].filter(
    (item) => item.tabIndex >= 0 && !item.disabled && item.type !== "hidden" && item.offsetParent
      && !item.matches(".missing-select") && item.name !== event.target.name,
  );
  const isAfter = (item) => event.target.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING;
  event.preventDefault();
  items.find(isAfter)?.focus();
  return true;
}

/* Whether an arrow moves inside the text of a control. */
const movesInText = ({ target, key }) => isTyping(target)
  && /^(text|search|number|date)?$/.test(target.type) && /Left|Right/.test(key);

/* Arrow keys move between the links and controls of a table marked data-grid. */
function moveInGrid(event) {
  const cell = event.target.closest?.("[data-grid] td, [data-grid] th");
  if (!cell || movesInText(event)) return false;
  const row = cell.parentElement;
  const { rows } = row.closest("[data-grid]");
  const [down, right] = STEPS[event.key];
  let [y, x] = [[...rows].indexOf(row), [...row.cells].indexOf(cell)];
  for (;;) {
    y += down;
    x += right;
    const target = rows[y]?.cells[x];
    if (!target && !(down && rows[y])) return false; // the heading of a group has one cell
    const inside = target?.querySelector(INSIDE);
    if (inside) {
      event.preventDefault();
      inside.focus();
      return true;
    }
  }
}

const KEYS = { "/": find, "?": openKeyboard, g: () => { wentG = Date.now(); } };

/* The button of the page that has this key. */
const buttonOf = (key) => document.querySelector(`button[data-key="${CSS.escape(key)}"]`);

/* A key outside of any text: where it leads, alone or after a g. */
function lead(event) {
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key in KEYS) KEYS[event.key](event);
  else if (Date.now() - wentG < GO_WITHIN_MS) {
    wentG = 0;
    goTo(event.key);
  } else buttonOf(event.key)?.click();
}

function press(event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "s") save(event);
  if (isCommand || event.altKey) return;
  if (event.key === "Enter" && nextItem(event)) return;
  if (event.key in STEPS && moveInGrid(event)) return;
  lead(event);
}

export function watchKeyboard() {
  document.addEventListener("keydown", press);
  document.querySelectorAll("[data-open-keyboard]").forEach((button) => { button.hidden = false; });
}
