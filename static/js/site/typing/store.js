/* What waits in this browser, sealed with a key that the server gives to one person only:
   the next person at this computer can neither read nor send it. Where nothing can be
   sealed, nothing is written down. */

const SHELF = "sealed";
const KEPT_MS = 30 * 24 * 60 * 60 * 1000; // after that nobody comes back for it

const answered = (request) => new Promise((resolve, reject) => {
  request.addEventListener("success", () => resolve(request.result));
  request.addEventListener("error", () => reject(request.error));
});

function openDatabase() {
  const request = indexedDB.open("unsaved", 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(SHELF, { keyPath: "id" }));
  return answered(request);
}

let database; // opened once a page

/* Strict: written to the disk at once, so that it outlives a browser that is killed. */
async function shelf(mode) {
  database ||= openDatabase();
  return (await database).transaction(SHELF, mode, { durability: "strict" }).objectStore(SHELF);
}

const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export class SealedStore {
  constructor(kind, owner, key) {
    Object.assign(this, { kind, owner, memory: new Map(), last: Promise.resolve() });
    this.key = window.crypto?.subtle && window.indexedDB && key
      ? crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"])
      : null;
  }

  /* One after the other: a later text never comes before an earlier one. */
  inOrder(act) {
    this.last = this.last.then(act, act);
    return this.last;
  }

  name(id) { return `${this.kind}:${this.owner}:${id}`; }

  /* Tells whether it outlives this page. */
  put(id, item) {
    return this.inOrder(async () => {
      this.memory.set(id, item);
      if (!this.key) return false;
      try {
        const record = { id: this.name(id), kind: this.kind, owner: this.owner, at: item.at, ...await this.seal(item) };
        await answered((await shelf("readwrite")).put(record));
        this.memory.delete(id);
        return true;
      } catch {
        return false;
      }
    });
  }

  remove(id) {
    return this.inOrder(async () => {
      this.memory.delete(id);
      if (this.key) await answered((await shelf("readwrite")).delete(this.name(id)));
    }).catch(() => null);
  }

  /* Mine, in the order in which they were made. */
  async all() {
    const mine = (await this.records()).filter((record) => record.owner === this.owner);
    const items = await Promise.all(mine.map((record) => this.unseal(record)));
    return [...items.filter(Boolean), ...this.memory.values()].sort((one, other) => one.at - other.at);
  }

  async countOfOthers() {
    return (await this.records()).filter((record) => record.owner !== this.owner).length;
  }

  async records() {
    await this.last.catch(() => null);
    if (!this.key) return [];
    try {
      const all = await answered((await shelf("readonly")).getAll());
      const old = all.filter((record) => record.at < Date.now() - KEPT_MS);
      if (old.length) {
        const shelved = await shelf("readwrite");
        old.forEach((record) => shelved.delete(record.id));
      }
      return all.filter((record) => record.kind === this.kind && !old.includes(record));
    } catch {
      return [];
    }
  }

  async seal(item) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(item));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key, plain) };
  }

  async unseal({ iv, sealed }) {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await this.key, sealed);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }
}
