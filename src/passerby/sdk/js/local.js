/** The browser's own storage, and the page's memory where it is blocked or full. */

/**
 * @typedef {object} Local  never throws
 * @property {(key: string) => string} get  "" where nothing is known
 * @property {(key: string, value: string) => void} set  "" forgets it
 * @property {(prefix: string) => string[]} keys
 */

/**
 * @param {() => Storage} open  may throw, as reading `localStorage` does where it is blocked
 * @returns {Local}
 */
export function createLocal(open) {
  /** @type {Map<string, string>} what the storage did not take */
  const spare = new Map();

  /**
   * @template T
   * @param {(storage: Storage) => T} use
   * @returns {T | undefined}
   */
  function using(use) {
    try {
      return use(open());
    } catch {
      return undefined;
    }
  }

  return {
    get: (key) => spare.get(key) || using((storage) => storage.getItem(key)) || "",
    set(key, value) {
      spare.delete(key);
      const taken = using((storage) => {
        if (value) storage.setItem(key, value);
        else storage.removeItem(key);
        return true;
      });
      if (!taken && value) spare.set(key, value);
    },
    keys(prefix) {
      const stored = using((storage) => Object.keys(storage)) || [];
      return [...new Set([...stored, ...spare.keys()])].filter((key) => key.startsWith(prefix));
    },
  };
}
