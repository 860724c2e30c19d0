/* How the bedside page speaks with the server. */

const TIMEOUT_MS = 10000;

/* Ask the server; without an answer in time there is no connection. */
export async function ask(url, options) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(url, { ...options, signal: control.signal });
    return { answer, html: await answer.text() };
  } catch {
    return { answer: null, html: "" };
  } finally {
    clearTimeout(timer);
  }
}

/* What became of an entry: stored, refused, waiting, or signedOut. */
export async function send(item, token) {
  const headers = { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" };
  const { answer, html } = await ask(item.url, { method: "POST", body: item.body, headers });
  if (!answer || answer.status >= 500 || answer.status === 429) return { kind: "waiting" };
  const isBack = answer.redirected && new URL(answer.url).pathname === item.page;
  if (answer.ok && isBack) return { kind: "stored", html };
  if (answer.redirected) return { kind: "signedOut", url: answer.url };
  return { kind: "refused", status: answer.status, html };
}
