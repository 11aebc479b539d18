// Enhances the pages of the console. Every page works without scripts: nothing here is the only way to do something.

import { zone } from "./time_zone.js";

const KEYS_OFF = "passerby-keys-off";
const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

// Ages: a tooltip has the age at the time of reading, as pages stay open for hours.
function age(moment) {
  const seconds = (Date.now() - Date.parse(moment)) / 1000;
  if (!(seconds >= 0)) return "in the future";
  const [size, unit] = UNITS.find(([size, unit]) => seconds >= (unit === "day" ? 2 * size : size)) ?? UNITS[3];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

addEventListener("mouseover", ({ target }) => {
  const time = target.closest?.("time[datetime]");
  if (time) time.title = `${new Date(time.dateTime).toISOString().slice(0, 19).replace("T", " ")} UTC, ${age(time.dateTime)}`;
});

// Tables wider than the window scroll on their own, so they have to get the keyboard focus.
function openTables(root) {
  for (const place of root.querySelectorAll?.(".table") ?? []) {
    const isScrolled = place.scrollWidth > place.clientWidth;
    if (isScrolled && !place.hasAttribute("tabindex")) {
      place.tabIndex = 0;
      place.setAttribute("role", "region");
      place.setAttribute("aria-label", place.closest("section")?.querySelector("h2")?.textContent ?? "Table");
    }
  }
}

addEventListener("resize", () => openTables(document));

// On phones a row is a card: every cell needs the name of its column, and the roles that the style's layout removes.
function cards(root) {
  for (const table of root.querySelectorAll?.(".table:not(.tall) > table:not(.live, .visits, .carded)") ?? []) {
    const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    if (!names.length || table.querySelector("[colspan], [rowspan]")) continue;
    table.classList.add("carded");
    table.setAttribute("role", "table");
    for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, place) => {
        cell.setAttribute("role", cell.tagName === "TD" ? "cell" : row.parentElement === table.tHead ? "columnheader" : "rowheader");
        if (row.parentElement !== table.tHead) cell.dataset.label = names[place] ?? "";
      });
    }
  }
}

// Copying. Buttons are hidden in the HTML, as they do nothing without scripts.
function revealCopies(root) {
  for (const button of root.querySelectorAll?.("button[data-copy][hidden]") ?? []) button.hidden = false;
}

async function copy(button) {
  const from = button.dataset.copyFrom;
  const text = from ? document.getElementById(from).textContent : button.dataset.copy;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (button) copy(button);
});

// Fields that submit their form when they change.
addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-submit]")) target.form.requestSubmit();
});

// Keys: / focuses the search, j and k move through rows, p clicks the element with data-key="p", Esc clears.
function keysOn() {
  return localStorage.getItem(KEYS_OFF) === null;
}

function isTyping(element) {
  return element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[now < 0 ? (by > 0 ? 0 : rows.length - 1) : now + by];
  const inside = row?.matches("a, button, summary") ? row : row?.querySelector("a, button");
  inside?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function clear() {
  const field = document.activeElement;
  const search = document.querySelector("[data-search]");
  if (field === search && search.value) search.value = "";
  else field?.blur?.();
}

const PRESSED = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => step(1),
  k: () => step(-1),
};

addEventListener("keydown", (event) => {
  if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    clear();
    return;
  }
  if (isTyping(event.target)) return;
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!named && !PRESSED[event.key]) return;
  event.preventDefault();
  if (named) named.click();
  else PRESSED[event.key]();
});

function showKeySwitches() {
  for (const box of document.querySelectorAll("input[data-keys]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = keysOn();
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, "1");
      for (const other of document.querySelectorAll("input[data-keys]")) other.checked = box.checked;
    });
  }
}

// Charts: drawn from the table below each, which has the same numbers for everyone. Pages with charts load uPlot.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function columns(table) {
  const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  const times = rows.map((row) => Date.parse(row.cells[0].querySelector("time").dateTime) / 1000);
  const value = ({ value }) => (value === "" ? null : Number(value)); // null: a gap
  const series = heads.map((_, index) => rows.map((row) => value(row.cells[index + 1].dataset)));
  return { heads, data: [times, ...series] };
}

// Axes are in the time zone of the project, as all times of the pages. The Swedish locale writes ISO dates and 24 hours.
const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });

function labels(_, ticks) {
  return ticks.map((tick) => {
    const text = stamp.format(tick * 1000);
    return text.slice(11, 16) === "00:00" ? text.slice(5, 10) : text.slice(11, 16);
  });
}

function draw(place) {
  const { heads, data } = columns(document.getElementById(place.dataset.from));
  // Read whenever the chart is drawn: the colour scheme may change while the page is open.
  const [ink, line] = [() => colour("--ink-soft"), () => colour("--line")];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const lines = heads.map((label, index) => {
    const stroke = () => colour(`--chart-${(index % 5) + 1}`);
    const isShort = data[index + 1].filter((value) => value !== null).length < 3; // too short for a line
    return { label, stroke, width: 2, points: { show: isShort }, paths: window.uPlot.paths.stepped({ align: 1 }) };
  });
  const chart = new window.uPlot({
    width: place.clientWidth,
    height: place.clientHeight,
    tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), zone),
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [{ ...axis, values: labels, size: 28 }, { ...axis, size: 48 }], // one line of labels, five digits
    series: [{}, ...lines],
  }, data, place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: place.clientHeight })).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());
}

function drawAll(root) {
  if (!window.uPlot) return;
  for (const place of root.querySelectorAll?.("[data-from]:empty") ?? []) draw(place);
}

function prepare(root) {
  revealCopies(root);
  cards(root);
  openTables(root);
  drawAll(root);
}

showKeySwitches();
prepare(document);
document.addEventListener("htmx:load", ({ detail }) => prepare(detail.elt.parentElement ?? document));
