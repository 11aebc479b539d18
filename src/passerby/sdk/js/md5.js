/**
 * MD5 (RFC 1321) of a text in UTF-8, for customer ids made of an email or a phone number. Typed arrays read words in the
 * order of the machine, which is little-endian, as MD5's is, wherever browsers run.
 */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32));

/**
 * The digest of a text as 32 hexadecimal digits. Half of a surrogate pair counts as U+FFFD, as everywhere on the web.
 * Nothing at all (null, undefined) has no digest: "" keeps it from becoming an id that many people share.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function md5(value) {
  if (value === null || value === undefined) return "";
  const words = padded(new TextEncoder().encode(String(value)));
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < words.length; block += 16) {
    state = mixed(state, words, block);
  }
  const digest = new Uint8Array(new Int32Array(state).buffer);
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The message as 32-bit words, filled up to whole blocks that end with its length in bits.
 *
 * @param {Uint8Array} bytes
 */
function padded(bytes) {
  const blocks = new Uint8Array((((bytes.length + 8) >> 6) + 1) * 64);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const words = new Uint32Array(blocks.buffer);
  words[words.length - 2] = bytes.length << 3;
  words[words.length - 1] = Math.floor(bytes.length / 2 ** 29);
  return words;
}

/**
 * @param {number[]} state
 * @param {Uint32Array} words
 * @param {number} block
 */
function mixed(state, words, block) {
  let [a, b, c, d] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const [choice, index] = [
      [(b & c) | (~b & d), step],
      [(b & d) | (c & ~d), 5 * step + 1],
      [b ^ c ^ d, 3 * step + 5],
      [c ^ (b | ~d), 7 * step],
    ][round];
    const sum = (a + choice + SINES[step] + words[block + (index % 16)]) | 0;
    const shift = SHIFTS[round * 4 + (step % 4)];
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  return [a, b, c, d].map((word, index) => (word + state[index]) | 0);
}
