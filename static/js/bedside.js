// Counts down to the next measurement; the page says the time without it too.
(() => {
  "use strict";
  const texts = document.documentElement.lang.startsWith("zh")
    ? { ahead: "还有 %s 分钟", late: "已超过 %s 分钟" }
    : { ahead: "in %s min", late: "%s min late" };

  function show() {
    for (const place of document.querySelectorAll("[data-due]")) {
      const minutes = Math.round((new Date(place.dataset.due) - Date.now()) / 60000);
      const isLate = minutes < 0;
      place.textContent = (isLate ? texts.late : texts.ahead).replace("%s", Math.abs(minutes));
      place.classList.toggle("is-late", isLate);
    }
  }

  show();
  window.setInterval(show, 15000);
})();
