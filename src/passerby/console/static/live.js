// The live stream: rows are added at the top in batches, so that the page neither jumps nor drowns.

const MOST_ROWS = 500;
const BATCH_ITEMS = 10;
const BATCH_MS = 300;

const table = document.getElementById("live");
const body = table.tBodies[0];
const pattern = document.getElementById("live-row").content.firstElementChild;
const pause = document.getElementById("pause");
const state = document.getElementById("state");
const waiting = document.getElementById("waiting");

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
  time.textContent = item.received_at.slice(11, 19);
  const badge = at("status").firstElementChild;
  badge.textContent = item.status;
  badge.classList.add(accepted ? "good" : "bad");
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
  const [reason, payload] = at("payload").children;
  payload.textContent = item.payload;
  if (item.reason) reason.textContent = `${item.http_status}: ${item.reason}`;
  else reason.remove();
  return made;
}

// While the page is paused, only what would be shown at all is kept; the rest is counted.
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
  body.prepend(...rows);
  while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
}

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
  if (paused) tell("warn", "paused");
  else if (source.readyState === EventSource.OPEN) tell("good", "live");
  else tell("bad", "not connected, trying again");
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
