/* A double click sends a form once; what was refused can be sent again. */

const SENT_ONCE_MS = 3000;

export function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (!event.defaultPrevented) {
      form.dataset.sent = "yes";
      setTimeout(() => { delete form.dataset.sent; }, SENT_ONCE_MS);
    }
  }, true);
}
