/* What the other answers of a row leave out is dimmed. */

import { holds, withoutBlanks } from "../skip_logic.js";
import { before, now } from "../../site/typing/controls.js";
import { isBox, table } from "./grid.js";

const MISSING_CODES = ["ND", "UNK", "NA", "REF"];

const named = (row, item) => [...row.querySelectorAll(`[name="${row.dataset.row}-${item}"]`)];

function answersIn(row, item) {
  const answered = named(row, item).filter((control) => !isBox(control) || control.checked);
  return withoutBlanks(answered.map((control) => control.value)).filter((value) => !MISSING_CODES.includes(value));
}

export function dimSkippedCells(row) {
  table.tHead.querySelectorAll("[data-only-if]").forEach((head) => {
    const item = head.dataset.column;
    const applies = holds(JSON.parse(head.dataset.onlyIf), (other) => answersIn(row, other));
    [...named(row, item), ...named(row, `${item}__unit`)].forEach((control) => {
      const isEmpty = now(control) === "" && before(control) === "";
      control.disabled = !applies && isEmpty; // what holds a value is asked about by the server
    });
  });
}
