"use strict";
// What the picture says, made ready for questions. Knows no element of the page.

const picture = JSON.parse(document.getElementById("data").textContent);
const definers = new Map();
const users = new Map();
const homes = picture.units.map(() => null);

// What a symbol is called for people.
const said = (symbol) => picture.demangled?.[symbol] ?? symbol;

function push(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

picture.units.forEach((unit, id) => {
  unit.defines.forEach((symbol) => push(definers, symbol, id));
  for (const symbol of [...unit.needs, ...(unit.weak ?? [])]) push(users, symbol, id);
});
picture.hosts.forEach((host, at) => host.objects.forEach((id) => { homes[id] = { host: at }; }));
picture.modules.forEach((module, at) => module.objects.forEach((id) => { homes[id] = { module: at }; }));

const sharedLibraries = picture.shared_libraries ?? [];
sharedLibraries.forEach((library, at) => library.objects.forEach((id) => { homes[id] = { shared: at }; }));

// Where a unit is a part, outside of the host that is looked at.
function homeOf(id) {
  const home = homes[id];
  if (home?.module != null) return `module ${picture.modules[home.module].name}`;
  return home?.shared != null ? `shared library ${sharedLibraries[home.shared].name}` : null;
}

function unitTitle(id) {
  const unit = picture.units[id];
  return unit.archive == null ? unit.name : `${picture.archives[unit.archive].file_name}(${unit.name})`;
}

// The title, told apart from that of another unit with the same: two members may have one name.
const keys = [];
const byKey = new Map();
picture.units.forEach((_, id) => {
  let key = unitTitle(id);
  for (let nth = 2; byKey.has(key); nth += 1) key = `${unitTitle(id)}#${nth}`;
  byKey.set(key, id);
  keys.push(key);
});

function sizeOf(ids) {
  return ids.reduce((sum, id) => sum + (picture.units[id].size ?? 0), 0);
}

function bytes(count) {
  if (count == null) return "size not known";
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  let value = count / 1000;
  let at = 0;
  while (value >= 999.5 && at < 2) { value /= 1000; at += 1; }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many ?? `${one}s`}`;
}

// One host, as everything else looks at it.
function viewOf(hostAt) {
  const host = picture.hosts[hostAt];
  const linked = new Map(host.linked.map((found) => [found.unit, found]));
  const groups = [{ title: `Objects of ${host.name}`, archive: null, units: host.objects }];
  for (const archive of host.archives) {
    const found = picture.archives[archive];
    groups.push({ title: found.file_name, archive, units: found.members });
  }
  const mine = new Set(groups.flatMap((group) => group.units));
  const exports = new Map(host.exports.map((found) => [found.symbol, found]));
  const refused = new Map((host.refused ?? []).filter((found) => found.symbol).map((found) => [found.symbol, found]));
  const modules = new Map(host.modules.map((at) => [at, moduleUnits(at)]));
  const asking = new Set([...modules.values()].flat());
  const state = (id) => {
    const found = linked.get(id);
    if (!found) return "unlinked";
    return found.pinned ? "pinned" : "linked";
  };
  const inOrder = (ids) => ids.filter((id) => mine.has(id));
  const definersOf = (symbol) => inOrder(definers.get(symbol) ?? []);
  return {
    at: hostAt, host, linked, groups, mine, exports, refused, modules, state, definersOf,
    // The definition that the link takes, or would take.
    taken: (symbol) => {
      const found = definersOf(symbol);
      return found.find((id) => linked.has(id)) ?? found[0];
    },
    usersOf: (symbol) => (users.get(symbol) ?? []).filter((id) => mine.has(id) || asking.has(id)),
    of: (wanted) => [...mine].filter((id) => state(id) === wanted),
    // The way to a unit: pairs of a symbol and who needs it, from the beginning.
    chain: (id) => {
      const steps = [];
      for (let at = linked.get(id); at && at.symbol; at = at.by == null ? null : linked.get(at.by)) {
        steps.unshift({ unit: at.unit, symbol: at.symbol, by: at.by ?? null });
        if (steps.length > 10000) break;
      }
      return steps;
    },
  };
}

function moduleUnits(at) {
  const module = picture.modules[at];
  return [...module.objects, ...(module.linked ?? []).map((found) => found.unit)];
}

// What a symbol is to a host.
function symbolState(view, symbol) {
  const refused = view.refused.get(symbol);
  if (refused) return { state: "refused", word: "refused", text: "Modules need it and cannot have it." };
  const found = view.exports.get(symbol);
  const taken = view.taken(symbol);
  if (found && found.pinned && view.state(taken) === "pinned") {
    return { state: "pinned", word: "pinned", text: "Kept and exported for modules. Without them it would not be linked." };
  }
  if (found && found.pinned) {
    return { state: "pinned", word: "pinned", text: "Kept and exported for modules. The host itself links it, too." };
  }
  if (found) return { state: "exported", word: "exported", text: "An object of the host has it, and modules need it." };
  if (taken == null) return { state: "unlinked", word: "from outside", text: "No object and no archive of this host defines it: a shared library does, or a module, or nobody." };
  if (view.linked.has(taken)) return { state: "linked", word: "linked, not exported", text: "No module needs it, so it stays inside." };
  return { state: "unlinked", word: "not linked", text: "Nothing that is linked needs it." };
}
