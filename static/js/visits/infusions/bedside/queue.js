/* The acts at the bedside that are not stored yet, in the order in which they were made.
   They wait on this tablet, sealed, and are deleted once stored. */

import { owner, typingKey } from "../../../site/typing/page.js";
import { SealedStore } from "../../../site/typing/store.js";

const store = new SealedStore("act", owner, typingKey);

export const queue = {
  put: (item) => store.put(item.key, item),
  remove: (key) => store.remove(key),
  all: () => store.all(),
  has: async (key) => (await store.all()).some((item) => item.key === key),
  countOfOthers: () => store.countOfOthers(),
};
