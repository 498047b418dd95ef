// The story of what is selected. Makes elements; what a click does is told by `go`.

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const chip = (state, word) => el("span", { class: "chip" }, el("i", { class: `swatch ${state}` }), word);
const section = (title, ...content) => [el("h4", {}, title), ...content];

// A list that shows its beginning.
function list(items, make, first = 12) {
  const made = el("ul", {}, ...items.slice(0, first).map(make));
  if (items.length <= first) return made;
  const more = el("button", { class: "more", type: "button" }, `Show all ${items.length.toLocaleString("en")}`);
  more.addEventListener("click", () => made.replaceChildren(...items.map(make)));
  made.append(el("li", {}, more));
  return made;
}

function unitRow(view, id, note) {
  const state = view.mine.has(id) ? view.state(id) : "linked";
  const button = el("button", { type: "button", onclick: () => go({ kind: "unit", id }) },
    el("i", { class: `swatch ${state}` }), el("span", { class: "mono" }, unitTitle(id)), el("small", {}, note ?? bytes(picture.units[id].size)));
  return el("li", {}, button);
}

function symbolRow(view, symbol, note) {
  const { state, word } = symbolState(view, symbol);
  return el("li", {}, el("button", { type: "button", onclick: () => go({ kind: "symbol", symbol }) },
    el("i", { class: `swatch ${state}` }), el("span", { class: "mono" }, said(symbol)), el("small", {}, note ?? word)));
}

function moduleRow(at, note) {
  const module = picture.modules[at];
  return el("li", {}, el("button", { type: "button", onclick: () => go({ kind: "module", at }) },
    el("span", { class: "mono" }, module.name), el("small", {}, note ?? bytes(module.size))));
}

function chainList(view, id) {
  const steps = view.chain(id);
  const made = el("ol");
  const first = steps[0];
  if (!first) return made;
  const root = first.by == null ? pinRoot(view, first.symbol) : unitStep(view, first.by);
  made.append(root);
  for (const step of steps) {
    root.parentNode.lastChild.append(el("small", {}, "needs ", symbolLink(step.symbol)));
    made.append(unitStep(view, step.unit));
  }
  return made;
}

const symbolLink = (symbol) => el("button", { type: "button", onclick: () => go({ kind: "symbol", symbol }) }, said(symbol));

function unitStep(view, id) {
  return el("li", { class: view.state(id) }, el("button", { type: "button", onclick: () => go({ kind: "unit", id }) }, unitTitle(id)));
}

function pinRoot(view, symbol) {
  const found = view.exports.get(symbol) ?? view.refused.get(symbol);
  const at = found?.modules[0];
  if (at == null) return el("li", { class: "pinned" }, "the project's list of exports");
  const more = found.modules.length - 1;
  return el("li", { class: "pinned" }, "module ", el("button", { type: "button", onclick: () => go({ kind: "module", at }) }, picture.modules[at].name),
    more ? ` and ${count(more, "other")}` : "");
}

function unitDetails(view, id) {
  const unit = picture.units[id];
  const inside = view.mine.has(id);
  const state = inside ? view.state(id) : "linked";
  const parts = [el("div", { class: "what" }, unit.archive == null ? "Object" : "Archive member"), el("h3", {}, unitTitle(id))];
  if (!inside) {
    const home = homeOf(id);
    parts.push(chip(home ? "linked" : "unlinked", home ? `part of ${home}` : `not a part of ${view.host.name}`));
  } else if (unit.archive == null) parts.push(chip("linked", "an object of the host"));
  else parts.push(chip(state, { pinned: "linked for modules only", linked: "linked", unlinked: "not linked" }[state]));
  parts.push(el("dl", {}, el("dt", {}, "Size"), el("dd", {}, unit.size == null ? "not known" : `${unit.size.toLocaleString("en")} bytes`)));
  for (const rule of (picture.rules ?? []).filter((found) => found.units.includes(id))) {
    parts.push(...section(`Its source is made by rule ${rule.name}`, el("p", {}, `${rule.tool} makes ${rule.makes.join(", ")} of ${rule.reads.join(", ") || "nothing that belongs to the project"}.`)));
  }
  if (unit.blind) parts.push(el("p", { class: "refusal" }, `Its symbols are not known: it is ${unit.blind}.`));
  if (inside && view.chain(id).length) parts.push(...section("Why it is linked", chainList(view, id)));
  if (state === "unlinked" && inside) {
    const text = unit.defines.length ? "Nothing that is linked needs what it defines." : "It defines nothing that others could need.";
    parts.push(...section("Why it is not linked", el("p", {}, text)));
  }
  if (unit.defines.length) {
    const hidden = new Set(unit.hidden ?? []);
    parts.push(...section(`Defines ${unit.defines.length}`, list(unit.defines, (symbol) => symbolRow(view, symbol, hidden.has(symbol) ? "hidden" : null))));
  }
  const needs = [...unit.needs, ...(unit.weak ?? [])];
  if (needs.length) {
    const weak = new Set(unit.weak ?? []);
    const note = (symbol) => {
      const taken = view.taken(symbol);
      return (weak.has(symbol) ? "weak, " : "") + (taken == null ? "from outside" : picture.units[taken].name);
    };
    parts.push(...section(`Needs ${needs.length}`, list(needs, (symbol) => symbolRow(view, symbol, note(symbol)))));
  }
  const brings = [...view.linked.values()].filter((found) => found.by === id);
  if (brings.length) parts.push(...section(`Brings in ${brings.length}`, list(brings, (found) => unitRow(view, found.unit, found.symbol))));
  return parts;
}

function symbolDetails(view, symbol) {
  const { state, word, text } = symbolState(view, symbol);
  const parts = [el("div", { class: "what" }, "Symbol"), el("h3", {}, said(symbol)), chip(state, word), el("p", {}, text)];
  if (said(symbol) !== symbol) parts.push(el("p", { class: "mono" }, symbol));
  const refused = view.refused.get(symbol);
  if (refused) parts.push(el("p", { class: "refusal" }, refused.why));
  const found = view.definersOf(symbol);
  const others = (definers.get(symbol) ?? []).filter((id) => !view.mine.has(id));
  if (found.length) parts.push(...section("Defined by", list(found, (id) => unitRow(view, id, id === view.taken(symbol) ? null : "passed over"))));
  if (others.length) parts.push(...section("Defined elsewhere", list(others, (id) => unitRow(view, id, homeOf(id) ?? "not linked here"))));
  const taken = view.taken(symbol);
  if (taken != null && view.chain(taken).length) parts.push(...section("Why it is linked", chainList(view, taken)));
  const modules = (view.exports.get(symbol) ?? refused)?.modules ?? [];
  if (modules.length) parts.push(...section("Needed by modules", list(modules, (at) => moduleRow(at))));
  const asking = view.usersOf(symbol);
  if (asking.length) parts.push(...section(`Referred to by ${asking.length}`, list(asking, (id) => unitRow(view, id, homes[id]?.module != null ? picture.modules[homes[id].module].name : homeOf(id)))));
  return parts;
}

function moduleDetails(view, at) {
  const module = picture.modules[at];
  const wants = [...view.exports.values()].filter((found) => found.modules.includes(at));
  const pins = wants.filter((found) => found.pinned);
  const parts = [el("div", { class: "what" }, "Module"), el("h3", { class: "name" }, module.name),
    el("dl", {}, el("dt", {}, "File"), el("dd", { class: "mono" }, module.file), el("dt", {}, "Size"), el("dd", {}, bytes(module.size)))];
  const refused = (view.host.refused ?? []).filter((found) => found.modules.includes(at));
  for (const found of refused) parts.push(el("p", { class: "refusal" }, found.why));
  const brought = broughtBy(view, new Set(pins.map((found) => found.symbol)));
  if (pins.length) {
    parts.push(...section(`Pins ${pins.length}`, list(pins, (found) => symbolRow(view, found.symbol, picture.units[found.unit].name))));
    if (brought.length) parts.push(...section(`Brings in ${count(brought.length, "member")}, ${bytes(sizeOf(brought))}`, list(bySize(brought), (id) => unitRow(view, id))));
  }
  const rest = wants.filter((found) => !found.pinned);
  if (rest.length) parts.push(...section(`From the host's objects ${rest.length}`, list(rest, (found) => symbolRow(view, found.symbol, picture.units[found.unit].name))));
  parts.push(...section("Made of", list(moduleUnits(at), (id) => unitRow(view, id))));
  return parts;
}

// Members that are linked only for modules and lead back to one of these pins.
function broughtBy(view, symbols) {
  return [...view.linked.values()].filter((found) => found.pinned).map((found) => found.unit).filter((id) => {
    const first = view.chain(id)[0];
    return first && first.by == null && symbols.has(first.symbol);
  });
}

const bySize = (ids) => [...ids].sort((a, b) => (picture.units[b].size ?? 0) - (picture.units[a].size ?? 0) || a - b);

function groupDetails(view, archive) {
  const found = picture.archives[archive];
  const of = (state) => found.members.filter((id) => view.state(id) === state);
  const numbers = ["pinned", "linked", "unlinked"].map((state) => [state, of(state)]);
  const words = { pinned: "linked for modules only", linked: "linked", unlinked: "not linked" };
  const parts = [el("div", { class: "what" }, "Archive"), el("h3", { class: "name" }, found.file_name),
    el("dl", {}, el("dt", {}, "File"), el("dd", { class: "mono" }, found.file), el("dt", {}, "Size"), el("dd", {}, bytes(found.size)), el("dt", {}, "Members"), el("dd", {}, found.members.length.toLocaleString("en")))];
  for (const [state, ids] of numbers) {
    if (ids.length) parts.push(...section(`${count(ids.length, "member")} ${words[state]}, ${bytes(sizeOf(ids))}`, list(bySize(ids), (id) => unitRow(view, id))));
  }
  return parts;
}

function sharedRow(at) {
  const library = sharedLibraries[at];
  return el("li", {}, el("span", { class: "mono" }, library.name), ` ${bytes(library.size)}, offers ${count(library.offers.length, "symbol")}`);
}

function overview(view) {
  const pinned = view.of("pinned");
  const linked = view.of("linked").filter((id) => picture.units[id].archive != null);
  const out = view.of("unlinked");
  const pins = [...view.exports.values()].filter((found) => found.pinned);
  const number = (value, text) => el("div", {}, el("b", {}, value), el("span", {}, text));
  const parts = [el("div", { class: "what" }, "Program"), el("h3", { class: "name" }, view.host.name),
    el("dl", {}, el("dt", {}, "File"), el("dd", { class: "mono" }, view.host.file), el("dt", {}, "Size"), el("dd", {}, bytes(view.host.size))),
    el("div", { class: "numbers" },
      number(pins.length.toLocaleString("en"), "symbols are pinned"),
      number(view.exports.size.toLocaleString("en"), "symbols are exported"),
      number(bytes(sizeOf(pinned)), `in ${count(pinned.length, "member")} linked for modules only`),
      number(bytes(sizeOf(out)), `in ${count(out.length, "member")} not linked`))];
  for (const found of view.host.refused ?? []) parts.push(el("p", { class: "refusal" }, found.why));
  for (const path of picture.unread ?? []) parts.push(el("p", { class: "refusal" }, `Not built, so not in this picture: ${path}`));
  if (pinned.length) parts.push(...section("What modules cost", list(bySize(pinned), (id) => unitRow(view, id), 6)));
  if (linked.length) parts.push(...section("Largest members of its own", list(bySize(linked), (id) => unitRow(view, id), 6)));
  const shared = view.host.links ?? [];
  if (shared.length) parts.push(...section("Shared libraries", list(shared, (at) => sharedRow(at))));
  parts.push(...section("How to read this"), el("ul", { class: "legend" },
    el("li", {}, el("i", { class: "swatch linked" }), "linked, because the program needs it"),
    el("li", {}, el("i", { class: "swatch pinned" }), "linked for modules only: a pin keeps it"),
    el("li", {}, el("i", { class: "swatch" }), "in an archive, and not linked"),
    el("li", {}, el("i", { class: "swatch exported" }), "exported by an object of the program")),
    el("p", { class: "empty" }, "A tile's area is its size. Lines lead from modules over the symbols that they need to the members that have them. Select anything to see its story; / searches, arrow keys walk through members, Escape goes back."));
  return parts;
}
