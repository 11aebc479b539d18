/** The campaign in a link's parameters, in the names that Passerby keeps campaigns under. */

const CLICK_IDS = ["dclid", "fbclid", "gbraid", "gclid", "li_fat_id", "msclkid", "ttclid", "twclid", "wbraid"];

const LONGEST = 512;

/**
 * @param {string} search  the part of an address that begins with `?`
 * @returns {Record<string, string>}
 */
export function campaignOf(search) {
  /** @type {Record<string, string>} */
  const campaign = {};
  new URLSearchParams(search).forEach((value, parameter) => {
    const [, utm] = /^utm_(.+)$/.exec(parameter) || [];
    const name = utm === "campaign" ? "name" : utm || (CLICK_IDS.includes(parameter) ? parameter : "");
    if (name && value.trim() && !(name in campaign)) campaign[name] = value.slice(0, LONGEST);
  });
  return campaign;
}
