// Lines between what can be seen: modules, the symbols that they need, members, and the chain to what is selected.

function drawEdges() {
  const svg = $("edges");
  const paths = [];
  const top = document.querySelector("header").getBoundingClientRect().bottom;
  const edge = (from, to, state, opacity) => {
    const bend = Math.max(24, (to.x - from.x) / 2);
    paths.push(`<path class="${state}" opacity="${opacity}" d="M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}"/>`);
  };
  const right = (box) => ({ x: box.right, y: box.top + box.height / 2 });
  const left = (box) => ({ x: box.left, y: box.top + Math.min(box.height / 2, 40) });
  const place = (element) => visible(element, top);
  const exports = [...view.exports.values(), ...view.refused.values()];
  const faint = Math.max(0.12, Math.min(0.55, 30 / Math.max(1, exports.length)));
  for (const found of exports) {
    const isOn = !connected || connected.symbols.has(found.symbol);
    if (connected && !isOn) continue;
    const row = rowOf.get(found.symbol);
    const rowBox = row && place(row.firstChild);
    if (!rowBox) continue;
    const state = view.refused.has(found.symbol) ? "refused" : found.pinned ? "pinned" : "exported";
    const opacity = connected ? 0.9 : faint;
    for (const at of found.modules) {
      const box = moduleOf.has(at) && place(moduleOf.get(at).firstChild);
      if (box && (!connected || connected.modules.has(at))) edge(right(box), left(rowBox), state, opacity);
    }
    const to = tileOf.get(found.unit);
    const tileBox = to && place(to);
    if (!tileBox) continue;
    // As long as nothing is selected, lines end at the border of the archive: over its tiles they would hide them.
    const end = connected ? left(tileBox) : { x: to.closest(".group").getBoundingClientRect().left, y: left(tileBox).y };
    edge(right(rowBox), end, state, opacity);
  }
  for (const [from, to] of connected?.chain ?? []) {
    const [a, b] = [tileOf.has(from) && place(tileOf.get(from)), tileOf.has(to) && place(tileOf.get(to))];
    if (!a || !b) continue;
    const [p, q] = [a, b].map((box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 }));
    const lift = Math.min(60, Math.hypot(q.x - p.x, q.y - p.y) / 3);
    paths.push(`<path class="chain" d="M${p.x} ${p.y}Q${(p.x + q.x) / 2} ${(p.y + q.y) / 2 - lift} ${q.x} ${q.y}"/><circle cx="${q.x}" cy="${q.y}" r="3"/>`);
  }
  svg.innerHTML = paths.join("");
}

// The box of an element that is not scrolled out of sight.
function visible(element, top) {
  const box = element.getBoundingClientRect();
  const holder = element.closest(".list")?.getBoundingClientRect();
  const middle = box.top + Math.min(box.height / 2, 40);
  const inside = !holder || (middle >= holder.top && middle <= holder.bottom);
  return inside && middle > top && middle < innerHeight ? box : null;
}
