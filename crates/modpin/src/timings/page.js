// The page itself: numbers, bars, table. Of many rows only those are made that can be seen.

const $ = (id) => document.getElementById(id);
const ROW = 22;
let shown = actions;
let chosen = null;
let trackWidth = 0;
let drawnFrom = 0;

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  made.append(...children.filter((child) => child != null));
  return made;
}

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
const legend = (color, word) => el("li", {}, el("i", { style: `background: ${color}` }), word);

function showNumbers() {
  document.title = `${build.project}: how long the build took`;
  $("title").textContent = build.project;
  $("subtitle").textContent = `${build.profile} build, how long it took and why`;
  const busy = Math.max(1, build.end - build.planned);
  const longest = actions.reduce((found, action) => Math.max(found, action.time), 0);
  const numbers = [
    ["all together", duration(build.end)],
    ["until it was planned", duration(build.planned)],
    [actions.length === 1 ? "action ran" : "actions ran", actions.length.toLocaleString("en")],
    ["had nothing to do", build.fresh.toLocaleString("en")],
    ["work in all actions", duration(work)],
    ["at once on average", (work / busy).toFixed(1)],
    ["longest action", duration(longest)],
  ];
  $("numbers").append(...numbers.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  $("trouble").hidden = !build.trouble;
  $("trouble").textContent = build.trouble ?? "";
}

// One after the other, so that they add up to all of it.
function showParts() {
  const before = build.before ? [{ name: "before this program began: cargo", start: -build.before, end: 0 }] : [];
  const all = [...before, ...build.parts];
  const whole = Math.max(all.reduce((sum, { start, end }) => sum + end - start, 0), 1);
  const cell = (text) => el("td", { class: "number" }, text);
  const line = ({ name, start, end }) => {
    const percent = (time) => `${(100 * time) / whole}%`;
    const bar = el("u", { style: `left: ${percent(start - all[0].start)}; width: ${percent(end - start)}` });
    const share = `${((100 * (end - start)) / whole).toFixed(1)} %`;
    return el("tr", {}, el("td", {}, name), cell(duration(end - start)), cell(share), el("td", { class: "part" }, el("span", {}, bar)));
  };
  const sum = el("tr", {}, el("th", { scope: "row" }, "all together"), cell(duration(whole)), cell("100 %"), el("td"));
  $("parts").tBodies[0].replaceChildren(...all.map(line), sum);
}

function showLegends(mostWaiting) {
  const waiting = mostWaiting > 0 ? legend("var(--verb-1)", `waiting for a place, up to ${mostWaiting.toLocaleString("en")}`) : null;
  $("together-legend").replaceChildren(...[legend("var(--verb-0)", "running"), waiting].filter(Boolean));
  const named = verbs.slice(0, 5).map((verb, at) => legend(`var(--verb-${at})`, verb));
  if (verbs.length === 6) named.push(legend("var(--verb-5)", verbs[5]));
  if (verbs.length > 6) named.push(legend("var(--verb-5)", "others"));
  if (actions.some((action) => action.failure)) named.push(legend("var(--failed)", "failed"));
  $("verbs").replaceChildren(...named);
}

function choose() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ verb, label, reason }) => words.every((word) => `${verb} ${label} ${reason}`.toLowerCase().includes(word));
  shown = actions.filter(fits);
  if ($("order").value === "time") shown.sort((a, b) => b.time - a.time);
  $("shown").textContent = shown.length === actions.length ? plural(shown.length, "action") : `${shown.length.toLocaleString("en")} of ${plural(actions.length, "action")}`;
  $("space").style.height = `${Math.max(shown.length * ROW, 60)}px`;
  $("rows").scrollTop = 0;
  showRows();
}

function measure() {
  const names = innerWidth > 1100 ? 430 : innerWidth > 700 ? 280 : 210;
  const width = Math.max(200, $("rows").clientWidth - names) * Number($("zoom").value);
  trackWidth = width;
  document.documentElement.style.setProperty("--names", `${names}px`);
  document.documentElement.style.setProperty("--width", `${width}px`);
  drawRuler($("ruler").querySelector("svg"), width);
  $("space").style.width = `${names + width}px`;
  showLegends(drawTogether($("together")));
  showRows();
}

function row(action) {
  const percent = (time) => `${(100 * time) / Math.max(build.end, 1)}%`;
  const track = el("span", { class: "track" });
  if (action.ready < action.start) track.append(el("i", { style: `left: ${percent(action.ready)}; width: ${percent(action.start - action.ready)}` }));
  track.append(el("u", { style: `left: ${percent(action.start)}; width: ${percent(action.time)}; background: ${colorOf(action)}` }));
  // The time stands where there is room: behind the bar, or before it.
  const late = (1 - action.end / Math.max(build.end, 1)) * trackWidth < 64;
  const place = late ? `right: calc(100% - ${percent(action.start)} + 5px)` : `left: calc(max(${percent(action.end)}, ${percent(action.start)} + 2px) + 5px)`;
  track.append(el("s", { style: place }, duration(action.time)));
  const name = el("span", { class: "name" }, el("b", {}, action.verb), el("code", {}, el("bdi", {}, action.label)), el("small", {}, action.reason.split("\n")[0]));
  const made = el("button", { class: "row", type: "button", "data-at": action.at, "aria-pressed": String(action === chosen) }, name, track);
  made.title = `${action.verb} ${action.label}\n${action.reason}`;
  return made;
}

// Rows that stay are not made again: whoever is about to click on one still finds it there.
function scrolled() {
  if (Math.max(0, Math.floor($("rows").scrollTop / ROW) - 8) !== drawnFrom) showRows();
}

function showRows() {
  const rows = $("rows");
  const first = Math.max(0, Math.floor(rows.scrollTop / ROW) - 8);
  drawnFrom = first;
  const some = shown.slice(first, first + Math.ceil(rows.clientHeight / ROW) + 16);
  const active = document.activeElement?.dataset?.at;
  $("window").style.transform = `translateY(${first * ROW}px)`;
  const none = actions.length === 0 ? "Nothing had to be done." : "No action is like that.";
  $("window").replaceChildren(...(some.length ? some.map(row) : [el("p", { class: "empty" }, none)]));
  if (active) $("window").querySelector(`[data-at="${active}"]`)?.focus({ preventScroll: true });
}

function showDetails() {
  if (!chosen) return $("details").replaceChildren(el("small", {}, actions.length ? "Choose an action to read more of it." : ""));
  const { verb, label, reason, cached, from_server: brought, elsewhere, failure, ready, start, end, time } = chosen;
  const waited = start > ready ? `, after it had waited ${duration(start - ready)} for a place` : "";
  $("details").replaceChildren(
    el("b", {}, `${verb} ${label}`), ` took ${duration(time)}, from ${duration(start)} to ${duration(end)}${waited}.`,
    el("small", {}, `Why: ${reason}${cached ? "\nFrom the cache" : ""}${brought ? ", brought from the server" : ""}${elsewhere ? "\nMade on the server" : ""}${failure ? `\nNo result: ${failure}` : ""}`));
}

function showLongest() {
  const longest = [...actions].sort((a, b) => b.time - a.time).slice(0, 20);
  const cell = (text) => el("td", { class: "number" }, text);
  const line = (action, at) => {
    const verb = el("span", { class: "verb", style: `color: ${colorOf(action)}` }, action.verb);
    const share = `${((100 * action.time) / Math.max(work, 1)).toFixed(1)} %`;
    return el("tr", {}, cell(at + 1), el("td", {}, verb, el("code", {}, action.label)), cell(duration(action.time)),
      cell(share), cell(duration(Math.max(0, action.start - action.ready))), el("td", {}, action.reason.split("\n")[0]));
  };
  $("longest").tBodies[0].replaceChildren(...longest.map(line));
  if (!longest.length) $("longest").replaceWith(el("p", { class: "empty" }, "Nothing had to be done."));
}

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
theme(prefersDark.matches);
prefersDark.addEventListener("change", (event) => theme(event.matches));
$("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
$("filter").addEventListener("input", choose);
$("order").addEventListener("change", choose);
$("zoom").addEventListener("change", measure);
$("rows").addEventListener("scroll", scrolled);
$("window").addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  chosen = actions[Number(row.dataset.at)];
  showRows();
  showDetails();
});
addEventListener("resize", measure);
showNumbers();
showParts();
showLongest();
showDetails();
measure();
choose();
