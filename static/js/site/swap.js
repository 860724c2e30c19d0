/* Put the server's page, or a part of it, in place of what is shown. The address stays:
   loading it anew shows the page, and sends nothing twice. */

const $ = (selector, root = document) => root.querySelector(selector);

/* Links and forms without an address of their own mean the page that they came with. */
function resolve(content, address) {
  content.querySelectorAll("form:not([action])").forEach((form) => form.setAttribute("action", address));
  content.querySelectorAll("form[action^='#'], form[action^='?']").forEach((form) => {
    form.setAttribute("action", new URL(form.getAttribute("action"), address).href);
  });
  content.querySelectorAll("a[href^='?']").forEach((link) => {
    link.setAttribute("href", new URL(link.getAttribute("href"), address).href);
  });
}

/* Styles and scripts that this page has not loaded yet. */
function loadAssets(fresh) {
  const load = (selector, name, tag) => fresh.head.querySelectorAll(selector).forEach((asset) => {
    const url = asset.getAttribute(name);
    if ([...document.head.querySelectorAll(selector)].some((known) => known.getAttribute(name) === url)) return;
    const made = document.createElement(tag);
    [...asset.attributes].forEach((attribute) => made.setAttribute(attribute.name, attribute.value));
    document.head.append(made);
  });
  load("link[rel=stylesheet]", "href", "link");
  load("script[type=module]", "src", "script");
}

export function takeToken(fresh) {
  document.body.setAttribute("hx-headers", fresh.body.getAttribute("hx-headers"));
}

function activate(content) {
  window.htmx?.process(content);
  content.querySelector("[data-focus-first]")?.focus();
}

/* `then` runs before the scripts of the page look at it again. */
export function swap(fresh, address, then = () => null) {
  const content = $("#content");
  const messages = $("#messages");
  const where = $(".where", fresh);
  messages.replaceChildren(...$("#messages", fresh).childNodes);
  $("#messages", fresh).replaceWith(messages);
  $(".where").replaceChildren(...where.childNodes);
  resolve($("#content", fresh), address);
  content.replaceChildren(...$("#content", fresh).childNodes);
  document.title = fresh.title;
  document.body.className = fresh.body.className;
  document.body.dataset.siteNow = fresh.body.dataset.siteNow;
  takeToken(fresh);
  loadAssets(fresh);
  then();
  document.dispatchEvent(new CustomEvent("page:swapped"));
  activate(content);
}

export function swapPart(part, html, then = () => null) {
  part.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  then();
  document.dispatchEvent(new CustomEvent("part:swapped", { detail: part }));
  activate(part);
}
