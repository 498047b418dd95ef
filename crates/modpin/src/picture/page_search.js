// Search: what is typed, what is found, which of it is taken.

function showResults() {
  const text = $("search").value.trim().toLowerCase();
  document.body.classList.toggle("searching", text.length > 0);
  const found = text ? search(text) : [];
  const units = new Set(found.flatMap(({ chosen }) => (chosen.kind === "unit" ? [chosen.id] : chosen.kind === "symbol" ? definers.get(chosen.symbol) ?? [] : [])));
  for (const [id, made] of tileOf) made.classList.toggle("found", units.has(id));
  const rows = found.slice(0, 40).map(({ chosen, name, what }, at) => el("li", {
    role: "option", id: `result-${at}`, "aria-selected": String(at === 0), onclick: () => take(chosen),
  }, el("span", { class: "mono" }, name), el("small", {}, what)));
  if (found.length > 40) rows.push(el("li", { class: "empty" }, `and ${(found.length - 40).toLocaleString("en")} more: type on`));
  if (text && !found.length) rows.push(el("li", { class: "empty" }, "Nothing has that in its name."));
  rows.forEach((row, at) => { row.chosen = found[at]?.chosen; });
  $("results").replaceChildren(...rows);
  $("results").hidden = rows.length === 0;
  $("search").setAttribute("aria-expanded", String(rows.length > 0));
  $("search").setAttribute("aria-activedescendant", found.length ? "result-0" : "");
}

// Names that hold the text, those that begin with it first, short ones before long ones.
function search(text) {
  const found = [];
  const add = (name, what, chosen) => {
    const at = name.toLowerCase().indexOf(text);
    if (at >= 0) found.push({ name, what, chosen, rank: (at === 0 ? 0 : 1000) + name.length });
  };
  view.host.modules.forEach((at) => add(picture.modules[at].name, "module", { kind: "module", at }));
  view.host.archives.forEach((at) => add(picture.archives[at].file_name, "archive", { kind: "archive", at }));
  const words = { pinned: "member, for modules", linked: "member, linked", unlinked: "member, not linked" };
  for (const id of view.mine) add(unitTitle(id), picture.units[id].archive == null ? "object" : words[view.state(id)], { kind: "unit", id });
  for (const symbol of new Set([...definers.keys(), ...users.keys()])) {
    if (`${said(symbol)} ${symbol}`.toLowerCase().includes(text)) add(said(symbol).toLowerCase().includes(text) ? said(symbol) : symbol, `symbol, ${symbolState(view, symbol).word}`, { kind: "symbol", symbol });
  }
  return found.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}

function take(chosen) {
  $("search").value = "";
  showResults();
  go(chosen);
  focusSelection();
}

function searchKey(event) {
  const rows = [...$("results").querySelectorAll('[role="option"]')];
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") {
    $("search").value = "";
    showResults();
    $("search").blur();
  } else if (event.key === "Enter" && rows[at]) take(rows[at].chosen);
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && rows.length) {
    const next = rows[(at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length];
    rows[at]?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    $("search").setAttribute("aria-activedescendant", next.id);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

