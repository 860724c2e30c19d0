/* Skip logic as `record/casebook/conditions.py` has it; the same vectors hold both.
   `answersTo(item)` gives what the page holds of an item: its codes or its text, as a
   list without blanks and without missing codes. */

const KINDS = {
  answer: ([item, codes], answersTo) => answersTo(item).some((answer) => codes.includes(answer)),
  answered: ([item], answersTo) => answersTo(item).length > 0,
  all: (parts, answersTo) => parts.every((part) => holds(part, answersTo)),
  any: (parts, answersTo) => parts.some((part) => holds(part, answersTo)),
  not: ([part], answersTo) => !holds(part, answersTo),
};

export function holds([kind, ...parts], answersTo) {
  return KINDS[kind](parts, answersTo);
}

export const withoutBlanks = (answers) => answers.filter((answer) => answer.trim() !== "");
