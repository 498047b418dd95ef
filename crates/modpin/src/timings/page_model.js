"use strict";
// What the timings say, made ready for drawing. Knows no element of the page but the data's.

const build = JSON.parse(document.getElementById("data").textContent);
const actions = build.actions.map((action, at) => ({ ...action, at, time: action.end - action.start }));
const work = actions.reduce((sum, action) => sum + action.time, 0);

// Microseconds, in words.
function duration(micros) {
  const seconds = micros / 1e6;
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (seconds < 0.1) return `${(micros / 1000).toFixed(1)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}

// The verbs, the one with most work first: it gets the first colour. All after the fifth share the last one.
const byVerb = new Map();
for (const action of actions) byVerb.set(action.verb, (byVerb.get(action.verb) ?? 0) + action.time);
const verbs = [...byVerb.keys()].sort((a, b) => byVerb.get(b) - byVerb.get(a));
const colorOf = (action) => (action.failure ? "var(--failed)" : `var(--verb-${Math.min(verbs.indexOf(action.verb), 5)})`);

// How many ran and how many waited for a place, from each time on when that changes.
function steps() {
  const changes = [];
  for (const { ready, start, end } of actions) {
    changes.push([start, 1, 0], [end, -1, 0]);
    if (ready < start) changes.push([ready, 0, 1], [start, 0, -1]);
  }
  changes.sort((a, b) => a[0] - b[0]);
  const found = [{ time: 0, running: 0, waiting: 0 }];
  for (const [time, running, waiting] of changes) {
    let last = found[found.length - 1];
    if (last.time !== time) {
      last = { ...last, time };
      found.push(last);
    }
    last.running += running;
    last.waiting += waiting;
  }
  return found;
}

// Round times between 0 and the end, about `count` of them.
function marks(end, count) {
  const rough = Math.max(1, end / Math.max(1, count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step);
}

function mark(micros, end) {
  if (micros === 0) return "0";
  const unit = end >= 2e6 ? [1e6, "s"] : end >= 2000 ? [1000, "ms"] : [1, "µs"];
  return `${Number((micros / unit[0]).toPrecision(6))} ${unit[1]}`;
}
