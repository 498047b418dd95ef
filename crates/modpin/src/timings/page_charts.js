// The two drawings over time: how many ran at once, and the ruler above the bars.

function svg(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text != null) made.textContent = text;
  return made;
}

// At most `count` steps: means, where there are more. A line that goes up and down within a pixel is a block of colour.
function smooth(all, count) {
  if (all.length <= count) return all;
  const [size, sums] = [Math.max(build.end, 1) / count, []];
  for (let at = 0; at < count; at += 1) sums.push({ time: at * size, running: 0, waiting: 0 });
  all.forEach((step, at) => {
    const end = all[at + 1]?.time ?? build.end;
    for (let bin = Math.floor(step.time / size); bin < sums.length && bin * size < end; bin += 1) {
      const share = (Math.min(end, (bin + 1) * size) - Math.max(step.time, bin * size)) / size;
      sums[bin].running += step.running * share;
      sums[bin].waiting += step.waiting * share;
    }
  });
  return sums;
}

function drawTogether(element) {
  const width = element.clientWidth, height = element.clientHeight;
  const [left, right, top, bottom] = [44, 16, 12, 24];
  const all = smooth(steps(), Math.max(50, (width - left - right) / 2));
  const most = Math.max(build.jobs, ...all.map((step) => step.running), 1);
  const mostWaiting = Math.max(...steps().map((step) => step.waiting), 0);
  const end = Math.max(build.end, 1);
  const x = (time) => left + (time / end) * (width - left - right);
  const y = (count, limit) => height - bottom - (count / limit) * (height - top - bottom);
  const line = (value, limit) => {
    let path = `M${x(0).toFixed(1)} ${y(0, limit).toFixed(1)}`;
    for (const step of all) path += `H${x(step.time).toFixed(1)}V${y(value(step), limit).toFixed(1)}`;
    return `${path}H${x(end).toFixed(1)}`;
  };
  const parts = [];
  for (const time of marks(end, Math.max(2, width / 130))) {
    parts.push(svg("line", { class: "grid", x1: x(time), x2: x(time), y1: top, y2: height - bottom }));
    parts.push(svg("text", { x: x(time), y: height - 8, "text-anchor": time === 0 ? "start" : "middle" }, mark(time, end)));
  }
  parts.push(svg("path", { class: "running", d: `${line((step) => step.running, most)}V${y(0, most)}Z` }));
  if (mostWaiting > 0) parts.push(svg("path", { class: "waiting", d: line((step) => step.waiting, mostWaiting) }));
  parts.push(svg("line", { class: "limit", x1: left, x2: width - right, y1: y(build.jobs, most), y2: y(build.jobs, most) }));
  parts.push(svg("text", { x: left - 8, y: y(build.jobs, most) + 4, "text-anchor": "end" }, `-j ${build.jobs}`));
  parts.push(svg("text", { x: left - 8, y: height - bottom + 2, "text-anchor": "end" }, "0"));
  element.setAttribute("viewBox", `0 0 ${width} ${height}`);
  element.replaceChildren(...parts);
  return mostWaiting;
}

function drawRuler(element, width) {
  const end = Math.max(build.end, 1);
  const parts = marks(end, Math.max(2, width / 110)).flatMap((time) => {
    const x = (time / end) * width;
    const anchor = time === 0 ? "start" : x > width - 30 ? "end" : "middle";
    return [svg("line", { class: "grid", x1: x, x2: x, y1: 19, y2: 25 }), svg("text", { x: time === 0 ? 3 : x, y: 15, "text-anchor": anchor }, mark(time, end))];
  });
  element.replaceChildren(...parts);
}
