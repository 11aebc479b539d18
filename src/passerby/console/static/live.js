// The live stream: adds rows at the top, in batches, which keeps the page responsive under load.

import { zone } from "./time_zone.js";

const MOST_ROWS = 500;
const BATCH_ITEMS = 10;
const BATCH_MS = 300;
const WORDS = { accepted: "accepted", errors: "accepted with errors", dropped: "dropped" };
const KINDS = { accepted: "good", errors: "warn", dropped: "bad" };

const table = document.getElementById("live");
const body = table.tBodies[0];
const pattern = document.getElementById("live-row").content.firstElementChild;
const pause = document.getElementById("pause");
const state = document.getElementById("state");
const waiting = document.getElementById("waiting");

// The time zone of the project, as in the rows that the server rendered; the Swedish locale writes 24 hours.
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "medium" });

let queue = [];
let missed = 0;
let timer = null;
let paused = false;

// The label of a standard event: product_viewed is "Product viewed".
function standard(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

function row(item) {
  const made = pattern.cloneNode(true);
  const accepted = item.status === "accepted";
  made.dataset.status = item.status;
  made.classList.add("fresh");
  const at = (name) => made.querySelector(`[data-at="${name}"]`);
  const time = at("time").firstElementChild;
  time.dateTime = item.received_at;
  time.textContent = clock.format(Date.parse(item.received_at));
  const badge = at("status").firstElementChild;
  badge.textContent = WORDS[item.state];
  badge.classList.add(KINDS[item.state]);
  made.dataset.state = item.state;
  at("dialect").textContent = item.dialect;
  const name = at("name").firstElementChild;
  name.textContent = item.semantic ? standard(item.semantic) : item.name || item.kind;
  if (item.semantic) {
    const sent = document.createElement("span");
    sent.className = "soft small";
    sent.dir = "auto";
    sent.textContent = item.name;
    name.after(" ", sent);
  }
  name.href = (accepted ? table.dataset.events : table.dataset.refused) + encodeURIComponent(item.id);
  const who = at("who").firstElementChild;
  if (item.who) {
    who.textContent = item.who.value;
    who.title = `${item.who.namespace}: ${item.who.value}`;
    who.href = `${table.dataset.find}?q=${encodeURIComponent(item.who.value)}`;
  } else who.remove();
  const [reasons, payload] = at("payload").children;
  payload.textContent = item.payload;
  if (item.reason) reasons.append(reason(`${item.http_status}: ${item.reason}`));
  for (const { attribute, message } of item.errors) reasons.append(reason(message, attribute), " ");
  return made;
}

// The reason why an item was dropped, or the validation error of an attribute.
function reason(message, attribute = "") {
  const made = document.createElement("span");
  made.className = "reason";
  if (attribute) {
    const name = document.createElement("span");
    name.className = "mono";
    name.dir = "auto";
    name.textContent = attribute;
    made.append(name, ": ");
  }
  made.append(message);
  return made;
}

// While the stream is paused, only the rows that would be shown are kept; the others are counted.
function hold(items, skipped) {
  queue.push(...items);
  missed += skipped + Math.max(0, queue.length - MOST_ROWS);
  queue = queue.slice(-MOST_ROWS);
}

function flush() {
  clearTimeout(timer);
  timer = null;
  if (paused || !queue.length) return;
  document.getElementById("nothing")?.remove();
  const rows = queue.map(row).reverse();
  queue = [];
  missed = 0;
  const first = body.rows[0];
  const before = first?.getBoundingClientRect().top;
  body.prepend(...rows);
  keepPosition(first, before);
  while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
}

// Keeps the visible rows in place for a user who has scrolled down.
function keepPosition(row, before) {
  if (!row) return;
  const list = table.parentElement;
  const moved = () => row.getBoundingClientRect().top - before;
  if (list.scrollTop > 0) list.scrollTop += moved();
}

// Split view: the selected row, next to the list or, in narrow windows, below it.
const detail = document.getElementById("detail");
const parts = Object.fromEntries(["title", "state", "errors", "link", "json", "close"].map((name) => [name, document.getElementById(`detail-${name}`)]));
let chosen = null;

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function open(row) {
  chosen?.classList.remove("chosen");
  chosen = row;
  row.classList.add("chosen");
  const link = row.querySelector('[data-at="name"] a');
  parts.title.textContent = link.textContent;
  const badge = row.querySelector('[data-at="status"] .badge');
  parts.state.textContent = badge.textContent;
  parts.state.className = badge.className;
  parts.errors.replaceChildren(...[...row.querySelectorAll(".reason")].map((each) => {
    const line = document.createElement("li");
    line.append(each.cloneNode(true));
    return line;
  }));
  parts.link.href = link.href;
  parts.json.textContent = "Loading…";
  detail.hidden = false;
  detail.parentElement.classList.add("opened");
  if (matchMedia("(max-width: 64rem)").matches) detail.scrollIntoView({ block: "nearest" });
  detail.focus({ preventScroll: true });
  let shown;
  try {
    const answer = await fetch(`${link.href}.json`);
    const found = await answer.json();
    if (!answer.ok) shown = found.error.message;
    else if (row.dataset.status === "accepted") shown = JSON.stringify(found.message.raw ?? found.message.event, null, 2);
    else shown = found.body ? pretty(found.body) : "No body";
  } catch {
    shown = "The server cannot be reached. Try again.";
  }
  if (chosen === row) parts.json.textContent = shown;
}

function close() {
  detail.hidden = true;
  detail.parentElement.classList.remove("opened");
  chosen?.classList.remove("chosen");
  chosen?.querySelector('[data-at="name"] a').focus({ preventScroll: true });
  chosen = null;
}

body.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  const link = event.target.closest("a");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link && !link.closest('[data-at="name"]')) return;
  event.preventDefault();
  open(row);
});
parts.close.addEventListener("click", close);
detail.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

function count() {
  const held = queue.length + missed;
  pause.textContent = paused ? (held ? `Resume (${held} waiting)` : "Resume") : "Pause";
  pause.setAttribute("aria-pressed", String(paused));
  waiting.textContent = paused && held ? `${held} waiting` : "";
}

function tell(kind, words) {
  state.hidden = false;
  state.firstElementChild.className = `dot ${kind}`;
  state.querySelector("[data-words]").textContent = words;
}

function show() {
  if (paused) tell("warn", "Paused");
  else if (source.readyState === EventSource.OPEN) tell("good", "Live");
  else tell("bad", "Disconnected. Reconnecting…");
}

function receive(event) {
  const { items, skipped } = JSON.parse(event.data);
  hold(items, skipped);
  if (paused) count();
  else if (queue.length >= BATCH_ITEMS) flush();
  else timer ??= setTimeout(flush, BATCH_MS);
}

const source = new EventSource(table.dataset.stream);
source.addEventListener("items", receive);
source.addEventListener("open", show);
source.addEventListener("error", show);

pause.hidden = false;
document.getElementById("reload").hidden = true;
pause.addEventListener("click", () => {
  paused = !paused;
  flush();
  count();
  show();
});
addEventListener("pagehide", () => source.close());
