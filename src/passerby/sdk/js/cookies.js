/** Cookies, which the pages of all hosts of one site can read together. */

/** Seconds: the longest that browsers let a cookie stay. */
const AGE = 400 * 86_400;

const PROBE = "_asm_probe";

/**
 * @param {{cookie: string}} page
 * @param {{hostname: string, protocol: string}} location
 * @param {() => string} domain  the one that the site wants its cookies for; "" for this host alone
 */
export function createCookies(page, location, domain) {
  let broken = false;

  /** @param {string} name */
  function get(name) {
    try {
      const found = page.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
      return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
    } catch {
      return "";
    }
  }

  /**
   * Sets a cookie, or forgets it with the value "". One of the same name that was set for another domain of this site
   * would be read in its place, and a person who left be taken for the one who comes: those are taken away.
   *
   * @param {string} name
   * @param {string} value
   */
  function set(name, value) {
    if (get(name) === value) return;
    write(name, value, domain());
    if (get(name) === value) return;
    ["", ...domains(location.hostname)].forEach((each) => write(name, "", each));
    write(name, value, domain());
    if (get(name) !== value) write(name, value, "");
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {string} host
   */
  function write(name, value, host) {
    const parts = [`${name}=${encodeURIComponent(value)}`, "path=/", "samesite=lax", `max-age=${value ? AGE : 0}`];
    if (host) parts.push(`domain=${host}`);
    if (location.protocol === "https:") parts.push("secure");
    try {
      page.cookie = parts.join("; ");
    } catch {
      // blocked: `get` tells
    }
  }

  /** Whether this page may have cookies at all. */
  function work() {
    if (broken) return false;
    write(PROBE, "1", "");
    broken = get(PROBE) !== "1";
    write(PROBE, "", "");
    return !broken;
  }

  return { get, set, work };
}

/**
 * The domains that a host is in, itself first.
 *
 * @param {string} host
 */
function domains(host) {
  const labels = host.split(".");
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}
