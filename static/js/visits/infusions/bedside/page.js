/* The bedside page itself: its elements, its words, its clock, its token. */

import { siteNow } from "../../../site/clock.js";
import { Queue } from "./queue.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

const { dataset } = $("#bedside");
export const words = { ...dataset }; // they stay when the page shows something else for a while
export const path = location.pathname;
export const place = $("#bedside h1").innerText.replace(/\s+/g, " ").trim(); // infusion and participant
export const queue = new Queue(dataset.owner, dataset.queueKey);
export const connection = { isUp: true, signInUrl: "", failures: 0 };

/* Site time is read as if it were UTC; this is how far it is ahead of UTC. */
const QUARTER_MS = 900000;
const lead = Date.parse(document.body.dataset.siteNow) - Date.parse(dataset.now);
export const AHEAD_MS = Math.round(lead / QUARTER_MS) * QUARTER_MS;
export const instant = () => new Date(siteNow() - AHEAD_MS);

export const bedside = () => $("#bedside");
export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
export const takeToken = (page) => {
  document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
};

export function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
