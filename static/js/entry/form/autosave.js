/* Typing is kept apart from the record every few seconds, and before leaving. */

const AUTOSAVE_MS = 10000;
const SENDING_MS = 8000; // after that the form may be sent once more

const typedIn = (form) => new URLSearchParams(
  [...new FormData(form)].filter(([, value]) => typeof value === "string"),
).toString();

const isShownUnstored = () => document.querySelector(".error-summary, [data-unsaved]")
  || new URLSearchParams(location.search).has("restore");

async function send(form, typed) {
  const answer = await fetch(form.dataset.autosave, {
    method: "POST",
    body: new URLSearchParams(typed),
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    redirect: "error",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

export function keepTyping(form) {
  const note = document.getElementById("autosaved");
  let kept = typedIn(form);
  const saved = isShownUnstored() ? "" : kept;
  let isLeaving = false;

  const keep = async () => {
    const typed = typedIn(form);
    if (typed === kept || typed === saved || isLeaving) return;
    try {
      const { at } = await send(form, typed);
      kept = typed;
      note.textContent = `${note.dataset.kept} ${at}`;
    } catch {
      note.textContent = note.dataset.offline;
    }
  };
  window.setInterval(keep, AUTOSAVE_MS);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  document.addEventListener("session:ending", keep);
  document.addEventListener("session:ended", () => { isLeaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && typedIn(form) !== saved) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (isLeaving) { event.preventDefault(); return; } // a double click sends once
    isLeaving = true;
    window.setTimeout(() => { isLeaving = false; }, SENDING_MS);
  });
}
