/* What was entered at the bedside and is not stored yet. It waits on this tablet, sealed
   with a key that the server gives to one person only, and is deleted once stored. */

const PREFIX = "bedside:";
const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

export class Queue {
  constructor(owner, key) {
    this.mine = `${PREFIX}${owner}:`;
    this.memory = new Map(); // where nothing can be sealed, nothing is written down
    this.key = window.crypto?.subtle
      ? crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"])
      : null;
  }

  /* Names in the order in which the entries were made. */
  names() {
    return [...Object.keys(localStorage), ...this.memory.keys()]
      .filter((name) => name.startsWith(this.mine)).sort();
  }

  others() {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX) && !name.startsWith(this.mine)).length;
  }

  async put(item) {
    const name = `${this.mine}${String(item.at).padStart(15, "0")}:${item.key}`;
    const sealed = await this.seal(item);
    this.names().filter((other) => other.endsWith(item.key)).forEach((other) => this.remove(other));
    try {
      if (!sealed) throw new Error("no key");
      localStorage.setItem(name, sealed);
    } catch {
      this.memory.set(name, item);
    }
  }

  async seal(item) {
    if (!this.key) return null;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(item));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key, plain);
    return `${text(iv)}.${text(sealed)}`;
  }

  async read(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    const [iv, sealed] = (localStorage.getItem(name) || ".").split(".");
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, await this.key, bytes(sealed));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }

  async all() {
    const items = await Promise.all(this.names().map((name) => this.read(name)));
    return items.filter(Boolean);
  }

  remove(name) {
    localStorage.removeItem(name);
    this.memory.delete(name);
  }

  removeKey(key) {
    this.names().filter((name) => name.endsWith(key)).forEach((name) => this.remove(name));
  }
}
