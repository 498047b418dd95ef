// Members as tiles: how large each is on the page, and where it lies. Knows sizes and rectangles only.

const SMALLEST = 130;

// An area for each size: in proportion, but never too small to be hit with a pointer.
function areas(sizes, total) {
  let free = total;
  let weight = sizes.reduce((sum, size) => sum + size, 0);
  const small = sizes.map(() => false);
  for (let again = true; again;) {
    again = false;
    sizes.forEach((size, at) => {
      if (!small[at] && (weight <= 0 || (size / weight) * free < SMALLEST)) {
        small[at] = true;
        again = true;
        free -= SMALLEST;
        weight -= size;
      }
    });
    if (free <= 0) return sizes.map(() => total / sizes.length);
  }
  return sizes.map((size, at) => (small[at] ? SMALLEST : (size / weight) * free));
}

const LOWEST = 36;

// The same areas, larger where there is so little that it would be no more than a line.
function roomy(areas, width) {
  const sum = areas.reduce((all, area) => all + area, 0);
  if (sum >= width * LOWEST) return areas;
  const least = Math.min(LOWEST * 110, (width * LOWEST) / areas.length);
  return areas.map((area) => Math.max(area, least));
}

// Squarified tiles, in the given order, for a width; the height follows from the areas.
function tiles(areas, width) {
  const sum = areas.reduce((all, area) => all + area, 0);
  const height = Math.max(LOWEST, sum / width);
  const placed = [];
  let [x, y, w, h] = [0, 0, width, height];
  let row = [];
  let rowSum = 0;
  const worst = (sum, least, most, side) => Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
  const close = () => {
    const along = Math.min(w, h);
    const across = rowSum / along;
    let at = 0;
    for (const area of row) {
      const length = area / across;
      placed.push(w >= h ? [x, y + at, across, length] : [x + at, y, length, across]);
      at += length;
    }
    if (w >= h) { x += across; w -= across; } else { y += across; h -= across; }
    row = [];
    rowSum = 0;
  };
  let least = 0;
  let most = 0;
  for (const area of areas) {
    const side = Math.min(w, h);
    const [low, high] = row.length ? [Math.min(least, area), Math.max(most, area)] : [area, area];
    if (row.length && worst(rowSum + area, low, high, side) > worst(rowSum, least, most, side)) {
      close();
      [least, most] = [area, area];
    } else {
      [least, most] = [low, high];
    }
    row.push(area);
    rowSum += area;
  }
  if (row.length) close();
  return { height, placed };
}

// How much room all members of a host get together.
function roomFor(members, width) {
  return Math.max(members * SMALLEST * 1.25, Math.min(members * 9000, width * 880));
}

// The tile that an arrow key leads to.
function neighbour(placed, from, key) {
  const [x, y, w, h] = placed[from];
  const [cx, cy] = [x + w / 2, y + h / 2];
  let best = -1;
  let least = Infinity;
  placed.forEach(([ox, oy, ow, oh], at) => {
    const [dx, dy] = [ox + ow / 2 - cx, oy + oh / 2 - cy];
    const ahead = { ArrowLeft: -dx, ArrowRight: dx, ArrowUp: -dy, ArrowDown: dy }[key];
    const aside = Math.abs(key === "ArrowLeft" || key === "ArrowRight" ? dy : dx);
    if (at !== from && ahead > 1 && ahead + 3 * aside < least) {
      least = ahead + 3 * aside;
      best = at;
    }
  });
  return best;
}
