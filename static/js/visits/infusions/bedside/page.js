/* The bedside page itself: its elements, its words, its clock, its token. */

import { siteNow } from "../../../site/clock.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const { dataset } = $("#bedside");
export const words = { ...dataset }; // they stay when the page shows something else for a while
export const path = location.pathname;
export const place = $("#bedside h1").innerText.replace(/\s+/g, " ").trim(); // infusion and participant
export const connection = { isUp: true, signedOut: null, failures: 0 };

/* Site time is read as if it were UTC; this is how far it is ahead of UTC. */
const QUARTER_MS = 900000;
const lead = Date.parse(document.body.dataset.siteNow) - Date.parse(dataset.now);
export const AHEAD_MS = Math.round(lead / QUARTER_MS) * QUARTER_MS;
export const instant = () => new Date(siteNow() - AHEAD_MS);

export const bedside = () => $("#bedside");
export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
