/* Passkeys: asks the browser for the answer to a challenge of the server, and puts it
   into the form. Without script a code of the app serves. */

const toBytes = (text) => {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.codePointAt(0));
};

const toText = (buffer) => {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCodePoint(byte));
  return btoa(characters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const withBytes = (keys) => (keys ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));

async function challengeOf(form, address) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
  const isOptions = answer.ok && answer.headers.get("Content-Type") === "application/json";
  if (!isOptions) throw new Error("no challenge");
  const options = await answer.json();
  return { ...options, challenge: toBytes(options.challenge) };
}

const asJson = (credential, response) => {
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: toText(credential.rawId), type, response });
};

async function newPasskey(form) {
  const options = await challengeOf(form, form.dataset.passkeyNew);
  const user = { ...options.user, id: toBytes(options.user.id) };
  const excludeCredentials = withBytes(options.excludeCredentials);
  const publicKey = { ...options, user, excludeCredentials };
  const credential = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = credential.response;
  return asJson(credential, {
    attestationObject: toText(attestationObject),
    clientDataJSON: toText(clientDataJSON),
  });
}

async function ownPasskey(form, address) {
  const options = await challengeOf(form, address);
  const publicKey = { ...options, allowCredentials: withBytes(options.allowCredentials) };
  const credential = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature } = credential.response;
  return asJson(credential, {
    authenticatorData: toText(authenticatorData),
    clientDataJSON: toText(clientDataJSON),
    signature: toText(signature),
  });
}

const noteOf = (element) => element.parentElement.querySelector("[data-passkey-note]");

async function use(button) {
  const note = noteOf(button);
  const { form, dataset } = button;
  const control = button.parentElement.querySelector("input[type=hidden]");
  try {
    control.value = await ownPasskey(form, dataset.passkeyOwn);
    note.textContent = dataset.given;
    if ("passkeySends" in form.dataset) form.requestSubmit();
  } catch {
    control.value = "";
    note.textContent = dataset.failed;
  }
}

async function add(form, button) {
  button.disabled = true;
  try {
    form.elements.answer.value = await newPasskey(form);
    button.disabled = false;
    form.requestSubmit();
  } catch {
    button.disabled = false;
    noteOf(button).textContent = form.dataset.failed;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button?.form) return;
  if (button.dataset.passkeyOwn) void use(button);
  if (button.form.dataset.passkeyNew && button.type === "submit") {
    event.preventDefault();
    void add(button.form, button);
  }
});
