/** The call display: the newest call huge, the last ones listed, who waits, and the hall's clock. It makes no sound. */

import { byId, data, make, say, write } from "./page.js";
import { follow } from "./live.js";
import { HallTime, wallFormats } from "./hall_time.js";
import { reloadWhenUpgraded } from "./upgrade.js";
import * as highlight from "./highlight.js";

const LISTED = 8;

const time = new HallTime(data.now, data.speed);
const formats = wallFormats();
const known = new Set(); // call ids, so that a replayed call does not flash twice
let isFirst = true;
let lit = highlight.nothing();
let calls = [];

function drawHero() {
  const call = lit.shown;
  byId("hero-call").hidden = !call;
  byId("hero-empty").hidden = Boolean(call);
  byId("hero").classList.toggle("flashing", lit.isFlashing);
  write("hero-label", call ? say(lit.isFlashing ? "Now calling" : "Latest call") : "");
  write("hero-number", call?.display_number);
  write("hero-counter", call ? say("Window {counter}", { counter: call.counter_no }) : "");
  write("hero-text", call?.text);
}

function drawCalls() {
  byId("calls").replaceChildren(
    ...calls.map((call) => {
      const row = make("li");
      const arrow = make("span", "arrow", "→");
      arrow.setAttribute("aria-hidden", "true");
      const counter = make("span", "counter", say("Window {counter}", { counter: call.counter_no }));
      row.append(make("span", "number", call.display_number), arrow, counter);
      return row;
    }),
  );
  if (calls.length > 0) document.documentElement.dataset.lastCall = calls[0].call_id;
}

function drawQueues(queues) {
  const list = byId("queues");
  list.classList.toggle("few", queues.length < 4);
  list.replaceChildren(
    ...queues.map((queue) => {
      const row = make("li");
      row.dataset.prefix = queue.prefix;
      row.append(make("span", "prefix", queue.prefix), make("span", "name", queue.name), make("strong", "", queue.waiting));
      return row;
    }),
  );
}

/** Only the counts of queues that this display shows; the stream tells all of the hall's. */
function updateQueues(queues) {
  for (const queue of queues) {
    const row = [...byId("queues").children].find((other) => other.dataset.prefix === queue.prefix);
    if (row) write(row.querySelector("strong"), queue.waiting);
  }
}

function onSnapshot(view) {
  calls = highlight.listedAll(view.calls, LISTED);
  const newest = calls[0] ?? null;
  const isNews = !isFirst && newest !== null && !known.has(newest.call_id);
  known.clear();
  view.calls.forEach((call) => known.add(call.call_id));
  isFirst = false;
  lit = highlight.replace(newest, isNews, performance.now());
  drawCalls();
  drawHero();
  drawQueues(view.queues);
}

function onCall(call) {
  if (known.has(call.call_id)) return;
  if (known.size > 1000) known.delete(known.values().next().value);
  known.add(call.call_id);
  calls = highlight.listed(calls, call, LISTED);
  lit = highlight.add(lit, call, performance.now());
  drawCalls();
  drawHero();
}

function tick() {
  const next = highlight.step(lit, performance.now());
  if (next !== lit) {
    lit = next;
    drawHero();
  }
  write("date", time.wall(formats.date));
  write("time", time.wall(formats.time));
}

const query = data.zoneId === null ? "" : `?zone=${encodeURIComponent(data.zoneId)}`;
follow(
  `/api/v1/stream/display${query}`,
  { snapshot: onSnapshot, call: onCall, queues: updateQueues, beat: (beat) => time.hear(beat.now) },
  { onStale: (isStale) => (byId("stale").hidden = !isStale), onReturn: reloadWhenUpgraded },
);
tick();
setInterval(tick, 100);
