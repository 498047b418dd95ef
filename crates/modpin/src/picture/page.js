// The page itself: columns, tiles, lines, selection. The address keeps what is selected.

const $ = (id) => document.getElementById(id);
const shown = { pinned: true, linked: true, unlinked: true };
let view = null;
let selection = null;
const tileOf = new Map();
const rowOf = new Map();
const moduleOf = new Map();

function nameOf(chosen) {
  if (!chosen) return "";
  if (chosen.kind === "unit") return `unit:${keys[chosen.id]}`;
  if (chosen.kind === "symbol") return `symbol:${chosen.symbol}`;
  if (chosen.kind === "module") return `module:${picture.modules[chosen.at].name}`;
  if (chosen.kind === "archive") return `archive:${picture.archives[chosen.at].file_name}`;
  return "";
}

function fromName(text) {
  const [kind, name] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  if (kind === "symbol" && (definers.has(name) || users.has(name))) return { kind, symbol: name };
  if (kind === "unit") return byKey.has(name) ? { kind, id: byKey.get(name) } : null;
  let at = -1;
  if (kind === "module") at = picture.modules.findIndex((module) => module.name === name);
  if (kind === "archive") at = picture.archives.findIndex((archive) => archive.file_name === name);
  return at < 0 ? null : { kind, at };
}

// Selects, and makes it a place to come back to.
function go(chosen) {
  const host = view.at ? `host=${encodeURIComponent(view.host.name)}&` : "";
  const hash = chosen ? `#${host}select=${encodeURIComponent(nameOf(chosen))}` : `#${host}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
  readAddress();
}

function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  const at = Math.max(0, picture.hosts.findIndex((host) => host.name === values.get("host")));
  if (!view || view.at !== at) showHost(at);
  selection = values.has("select") ? fromName(values.get("select")) : null;
  showSelection();
}

function showHost(at) {
  view = viewOf(at);
  for (const tab of $("hosts").children) {
    tab.setAttribute("aria-selected", String(tab.dataset.at === String(at)));
  }
  showFilters();
  showModules();
  showPins();
  showHead();
  showGroups();
}

function showHosts() {
  if (picture.hosts.length < 2) return;
  $("hosts").replaceChildren(...picture.hosts.map((host, at) => el("button", {
    type: "button", role: "tab", "data-at": at, "aria-selected": "false",
    onclick: () => {
      history.pushState(null, "", `#host=${encodeURIComponent(host.name)}`);
      readAddress();
    },
  }, host.name)));
}

function showFilters() {
  const words = { pinned: "for modules", linked: "linked", unlinked: "not linked" };
  $("filters").replaceChildren(...Object.keys(words).map((state) => el("button", {
    type: "button", class: state, "aria-pressed": String(shown[state]),
    onclick: (event) => {
      shown[state] = !shown[state];
      event.currentTarget.setAttribute("aria-pressed", String(shown[state]));
      showGroups();
      showSelection(false);
    },
  }, el("i", { class: "swatch" }), el("b", {}, view.of(state).length.toLocaleString("en")), words[state])));
}

function showModules() {
  moduleOf.clear();
  const rows = view.host.modules.map((at) => {
    const module = picture.modules[at];
    const wants = [...view.exports.values()].filter((found) => found.modules.includes(at));
    const pins = wants.filter((found) => found.pinned).length;
    const row = el("li", {}, el("button", { type: "button", onclick: () => go({ kind: "module", at }) },
      el("b", {}, module.name), el("small", {}, [bytes(module.size), pins ? count(pins, "pin") : "no pins", wants.length > pins ? `${wants.length - pins} more` : null].filter(Boolean).join(", "))));
    moduleOf.set(at, row);
    return row;
  });
  fill("modules", "Modules", rows, "This program loads no modules.");
}

function showPins() {
  rowOf.clear();
  const row = (symbol, state, modules) => {
    const made = el("li", {}, el("button", { type: "button", title: symbol, onclick: () => go({ kind: "symbol", symbol }) },
      el("i", { class: `swatch ${state}` }), el("span", { class: "mono" }, symbol), modules > 1 ? el("small", { title: count(modules, "module") }, `×${modules}`) : null));
    rowOf.set(symbol, made);
    return made;
  };
  const all = [...view.exports.values()];
  const pins = all.filter((found) => found.pinned);
  const rest = all.filter((found) => !found.pinned);
  const rows = [...view.refused.values()].map((found) => row(found.symbol, "refused", found.modules.length));
  rows.push(...pins.map((found) => row(found.symbol, "pinned", found.modules.length)));
  if (rest.length) rows.push(el("li", { class: "gap" }, `${rest.length} from the host's own objects`));
  rows.push(...rest.map((found) => row(found.symbol, "exported", found.modules.length)));
  fill("pins", pins.length ? `Pinned symbols ${pins.length}` : "Pinned symbols", rows, "Modules need nothing of this program.");
}

function fill(id, title, rows, empty) {
  const section = $(id);
  section.querySelector("h2").textContent = title;
  section.querySelector("ul").replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, empty)]));
}

function showHead() {
  const members = view.groups.slice(1).flatMap((group) => group.units);
  const linked = members.filter((id) => view.linked.has(id)).length;
  $("host-head").replaceChildren(
    el("button", { type: "button", onclick: () => go(null) }, el("b", {}, view.host.name)),
    el("span", {}, bytes(view.host.size)),
    el("span", {}, `${linked.toLocaleString("en")} of ${count(members.length, "archive member")} linked`));
}

function showGroups() {
  tileOf.clear();
  const width = Math.max(260, $("groups").clientWidth - 26);
  const order = { pinned: 0, linked: 1, unlinked: 2 };
  const visible = view.groups.map((group) => group.units.filter((id) => shown[view.state(id)]).sort((a, b) =>
    order[view.state(a)] - order[view.state(b)] || (picture.units[b].size ?? 0) - (picture.units[a].size ?? 0) || a - b));
  const all = visible.flat();
  const room = areas(all.map((id) => picture.units[id].size ?? 0), roomFor(all.length, width));
  const areaOf = new Map(all.map((id, at) => [id, room[at]]));
  $("groups").replaceChildren(...view.groups.map((group, at) => groupElement(group, visible[at], areaOf, width)));
}

function groupElement(group, ids, areaOf, width) {
  const bar = el("div", { class: "bar", "aria-hidden": "true" });
  const total = sizeOf(group.units) || 1;
  for (const state of ["pinned", "linked", "unlinked"]) {
    const size = sizeOf(group.units.filter((id) => view.state(id) === state));
    if (size) bar.append(el("i", { class: state, style: `flex: ${size / total}` }));
  }
  const linked = group.units.filter((id) => view.linked.has(id));
  const title = group.archive == null ? el("b", {}, group.title)
    : el("button", { type: "button", onclick: () => go({ kind: "archive", at: group.archive }) }, group.title);
  const text = group.archive == null ? `${count(group.units.length, "object")}, ${bytes(sizeOf(group.units))}`
    : `${linked.length.toLocaleString("en")} of ${count(group.units.length, "member")}, ${bytes(sizeOf(linked))} of ${bytes(sizeOf(group.units))}`;
  const box = el("div", { class: "tiles", role: "listbox", "aria-label": `${group.title}, ${text}` });
  const { height, placed } = tiles(roomy(ids.map((id) => areaOf.get(id)), width), width);
  const prefix = commonPrefix(group.units.map((id) => picture.units[id].name));
  box.style.height = `${ids.length ? height : 0}px`;
  ids.forEach((id, at) => box.append(tile(id, placed[at], at === 0, prefix)));
  box.addEventListener("click", (event) => choose(event.target));
  box.addEventListener("keydown", (event) => walk(event, box, ids, placed));
  const made = el("section", { class: "group" }, el("div", { class: "group-head" }, title, el("span", {}, text)), bar, box);
  return made;
}

function tile(id, [x, y, w, h], first, prefix) {
  const unit = picture.units[id];
  const state = view.state(id);
  const words = { pinned: "linked for modules", linked: "linked", unlinked: "not linked" };
  const made = el("div", {
    class: `tile ${state}`, role: "option", tabindex: first ? "0" : "-1", "data-id": id, "aria-selected": "false",
    "aria-label": `${unit.name}, ${bytes(unit.size)}, ${words[state]}`, title: `${unit.name}\n${bytes(unit.size)}, ${words[state]}`,
  });
  made.style.cssText = `left:${x}px;top:${y}px;width:${Math.max(4, w - 2)}px;height:${Math.max(4, h - 2)}px`;
  if (w < 18 || h < 16) made.style.padding = "0";
  if (w > 44 && h > 17) made.append(el("span", {}, short(unit, prefix)));
  if (w > 56 && h > 33) made.append(el("small", {}, bytes(unit.size)));
  tileOf.set(id, made);
  return made;
}

// What tells a unit from its neighbours: no directory, no prefix that all have, no ending.
function short(unit, prefix) {
  if (unit.archive == null) return unit.name.slice(unit.name.lastIndexOf("/") + 1);
  const name = unit.name.startsWith(prefix) ? unit.name.slice(prefix.length) : unit.name;
  return name.replace(/(\.[cCsS])?\.l?o$/, "") || unit.name;
}

// The longest beginning, up to a dash, of most of these names.
function commonPrefix(names) {
  const counts = new Map();
  for (const name of names) {
    for (let at = name.indexOf("-"); at >= 0; at = name.indexOf("-", at + 1)) {
      const prefix = name.slice(0, at + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const most = [...counts].filter(([, number]) => number > names.length * 0.6).map(([prefix]) => prefix);
  return names.length < 3 ? "" : most.sort((a, b) => b.length - a.length)[0] ?? "";
}

function choose(target) {
  const found = target.closest(".tile");
  if (found) go({ kind: "unit", id: Number(found.dataset.id) });
}

function walk(event, box, ids, placed) {
  const at = [...box.children].indexOf(document.activeElement);
  if (at < 0) return;
  let next = -1;
  if (event.key.startsWith("Arrow")) next = neighbour(placed, at, event.key);
  else if (event.key === "Home") next = 0;
  else if (event.key === "End") next = ids.length - 1;
  else if (event.key === "Enter" || event.key === " ") choose(document.activeElement);
  else return;
  event.preventDefault();
  if (next < 0) return;
  box.children[at].tabIndex = -1;
  box.children[next].tabIndex = 0;
  box.children[next].focus();
}

// Everything that has to do with what is selected.
function related(chosen) {
  const units = new Set();
  const symbols = new Set();
  const modules = new Set();
  const chain = [];
  const pinOf = (found) => {
    symbols.add(found.symbol);
    if (found.unit != null) units.add(found.unit);
    found.modules.forEach((at) => modules.add(at));
  };
  const wayTo = (id) => {
    units.add(id);
    for (const step of view.chain(id)) {
      units.add(step.unit);
      if (step.by != null) {
        units.add(step.by);
        chain.push([step.by, step.unit]);
      } else if (view.exports.has(step.symbol)) pinOf(view.exports.get(step.symbol));
    }
  };
  if (chosen.kind === "unit") {
    wayTo(chosen.id);
    view.host.exports.filter((found) => found.unit === chosen.id).forEach(pinOf);
    for (const found of view.linked.values()) {
      if (found.by === chosen.id) {
        units.add(found.unit);
        chain.push([chosen.id, found.unit]);
      }
    }
    if (homes[chosen.id]?.module != null) modules.add(homes[chosen.id].module);
  } else if (chosen.kind === "symbol") {
    const found = view.exports.get(chosen.symbol) ?? view.refused.get(chosen.symbol);
    if (found) pinOf(found);
    const taken = view.taken(chosen.symbol);
    if (taken != null) wayTo(taken);
    view.usersOf(chosen.symbol).forEach((id) => units.add(id));
  } else if (chosen.kind === "module") {
    modules.add(chosen.at);
    const wants = [...view.exports.values(), ...view.refused.values()].filter((found) => found.modules.includes(chosen.at));
    for (const found of wants) {
      symbols.add(found.symbol);
      if (found.unit != null) units.add(found.unit);
    }
    broughtBy(view, symbols).forEach((id) => units.add(id));
  } else if (chosen.kind === "archive") {
    picture.archives[chosen.at].members.forEach((id) => units.add(id));
    view.host.exports.filter((found) => units.has(found.unit)).forEach((found) => symbols.add(found.symbol));
  }
  return { units, symbols, modules, chain };
}

let connected = null;

function showSelection(move = true) {
  connected = selection ? related(selection) : null;
  document.body.classList.toggle("choosing", selection != null);
  // What belongs together comes together, but nothing moves away under a pointer.
  document.body.classList.toggle("gathered", selection != null && selection.kind !== "symbol");
  const mark = (row, isRelated, isIt) => {
    row.classList.toggle("related", isRelated);
    row.classList.toggle("selected", isIt);
  };
  for (const [id, made] of tileOf) {
    const isIt = selection?.kind === "unit" && selection.id === id;
    mark(made, connected?.units.has(id) ?? false, isIt);
    made.setAttribute("aria-selected", String(isIt));
  }
  for (const [symbol, row] of rowOf) mark(row, connected?.symbols.has(symbol) ?? false, selection?.kind === "symbol" && selection.symbol === symbol);
  for (const [at, row] of moduleOf) mark(row, connected?.modules.has(at) ?? false, selection?.kind === "module" && selection.at === at);
  showDetails();
  if (move && selection) {
    const element = selection.kind === "unit" ? tileOf.get(selection.id) : selection.kind === "symbol" ? rowOf.get(selection.symbol) ?? tileOf.get(view.taken(selection.symbol)) : moduleOf.get(selection.at);
    element?.scrollIntoView({ block: "nearest" });
    if (selection.kind !== "symbol") $("pins").querySelector("ul").scrollTop = 0;
    // The columns beside the tiles stay where they are, so the member may come to them.
    else if (matchMedia("(min-width: 821px)").matches) tileOf.get(view.taken(selection.symbol))?.scrollIntoView({ block: "nearest" });
  }
  drawEdges();
}

// Puts the keyboard where the selection is.
function focusSelection() {
  const made = selection?.kind === "unit" ? tileOf.get(selection.id)
    : selection?.kind === "symbol" ? rowOf.get(selection.symbol)?.firstChild
      : selection?.kind === "module" ? moduleOf.get(selection.at)?.firstChild : null;
  const stop = made?.closest(".tiles")?.querySelector('[tabindex="0"]');
  if (stop) stop.tabIndex = -1;
  if (made?.matches(".tile")) made.tabIndex = 0;
  (made ?? $("details")).focus({ preventScroll: true });
}

function showDetails() {
  const parts = !selection ? overview(view)
    : selection.kind === "unit" ? unitDetails(view, selection.id)
      : selection.kind === "symbol" ? symbolDetails(view, selection.symbol)
        : selection.kind === "module" ? moduleDetails(view, selection.at) : groupDetails(view, selection.at);
  const back = selection ? el("button", { id: "back", type: "button", onclick: () => go(null) }, `← ${view.host.name}`) : null;
  $("details").replaceChildren(...(back ? [back] : []), ...parts);
  $("details").scrollTop = 0;
}

let frame = 0;
function redraw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(drawEdges);
}

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  redraw();
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
theme(prefersDark.matches);
prefersDark.addEventListener("change", (event) => theme(event.matches));
$("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
$("search").addEventListener("input", showResults);
$("search").addEventListener("keydown", searchKey);
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) $("results").hidden = true;
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    $("search").focus();
  } else if (event.key === "Escape" && !typing && selection) go(null);
});
document.addEventListener("scroll", redraw, { capture: true, passive: true });
addEventListener("resize", () => {
  showGroups();
  showSelection(false);
});
addEventListener("popstate", readAddress);

if (picture.hosts.length) {
  showHosts();
  readAddress();
} else {
  $("host-head").textContent = "This project has no program.";
}
