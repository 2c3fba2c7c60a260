/** The whole hall at a glance, live. */

import { byId, data, labelled, make, say, STATUS_ICONS, write } from "./page.js";
import { follow } from "./live.js";
import { HallTime, wallFormats } from "./hall_time.js";
import { reloadWhenUpgraded } from "./upgrade.js";
import { barChart } from "./chart.js";
import { drawTrials } from "./device_trials.js";

const DEVICE_ICONS = { ok: "✓", warning: "!", fault: "×", offline: "–" };
const NEGATIVE = ["dissatisfied", "very_dissatisfied"];

const time = new HallTime(data.now, data.speed);
const formats = wallFormats();

const FEWEST_ESTIMATES = 5; // fewer say nothing about a queue

function minutes(seconds) {
  if (seconds === null) return "–";
  return seconds > 0 && seconds < 60 ? say("< 1 min") : say("{minutes} min", { minutes: Math.round(seconds / 60) });
}

function drawFigures(view) {
  write("waiting", view.waiting);
  write("mean-wait", minutes(view.mean_wait_s));
  write("longest-wait", minutes(view.longest_wait_s));
  write("open-counters", say("{open} / {all}", { open: view.open_counters, all: view.counters.length }));
  write("issued", view.issued);
  write("completed", view.completed);
  write("missed", view.missed);
}

function queueNote(queue) {
  if (queue.open_counters === 0) return say("no open window");
  if (queue.waiting === 0) return say("{open} open", { open: queue.open_counters });
  return say("{open} open · longest {longest}", { open: queue.open_counters, longest: minutes(queue.longest_wait_s) });
}

/** How good the waits were that visitors had been told, once there are enough of them. */
function estimateNote(queue) {
  const error = queue.estimate_error;
  if (!error || error.count < FEWEST_ESTIMATES) return "";
  const share = Math.round(100 * error.inside);
  return say("told waits are {error} off on average, {share}% in the range", { error: minutes(error.mean_absolute_s), share });
}

function drawQueues(queues) {
  const most = Math.max(1, ...queues.map((queue) => queue.waiting));
  byId("queues").replaceChildren(
    ...queues.map((queue) => {
      const row = make("li");
      const isAlone = queue.waiting > 0 && queue.open_counters === 0;
      const name = make("span", "name");
      name.append(make("b", "", queue.prefix), document.createTextNode(queue.name));
      const bar = make("span", "bar");
      bar.append(make("span", "filled"));
      bar.firstChild.style.width = `${(100 * queue.waiting) / most}%`;
      row.append(name, make("strong", "", queue.waiting), bar, make("span", isAlone ? "note alone" : "note", queueNote(queue)));
      const foretold = estimateNote(queue);
      if (foretold) row.append(make("span", "foretold", foretold));
      return row;
    }),
  );
}

function drawRatings(view) {
  const rated = Object.values(view.ratings).reduce((sum, count) => sum + count, 0);
  const negative = NEGATIVE.reduce((sum, level) => sum + view.ratings[level], 0);
  byId("ratings-empty").hidden = rated > 0;
  write("ratings-empty", say("No ratings yet today"));
  write("ratings-summary", rated ? say("{rate}% satisfied or better", { rate: Math.floor((100 * (rated - negative)) / rated) }) : "");
  write("ratings-count", rated || view.not_rated ? say("{rated} rated, {not_rated} not rated", { rated, not_rated: view.not_rated }) : "");
  const rows = Object.entries(view.ratings).map(([level, value]) => ({
    label: data.levels[level],
    value,
    className: NEGATIVE.includes(level) ? "chart-negative" : "chart-positive",
  }));
  const chart = rated ? [barChart(rows, byId("ratings-title").textContent)] : [];
  byId("ratings").replaceChildren(...chart);
}

function deviceRow(device) {
  const row = make("li", device.status);
  const name = make("span", "name", data.deviceKinds[device.kind] ?? device.kind);
  name.append(make("span", "id", device.device_id));
  const icon = DEVICE_ICONS[device.status] ?? "?";
  row.append(labelled("state", icon, data.deviceStatuses[device.status] ?? device.status), name);
  const cause = data.deviceCauses[device.cause] ?? device.cause ?? "";
  const mend = data.deviceMends[device.cause] ?? device.mend ?? "";
  const facts = [device.detail, device.tries > 1 ? say("failed {count} times in a row", { count: device.tries }) : null].filter(Boolean);
  const about = facts.length ? `${mend} (${facts.join(", ")})` : mend;
  row.append(make("span", "cause", cause), make("span", "mend", about));
  return row;
}

function drawDevices(view) {
  const broker = view.broker_connected
    ? labelled("state ok", DEVICE_ICONS.ok, say("Connected"))
    : labelled("state offline", DEVICE_ICONS.fault, say("Not connected: the states of devices may be old"));
  byId("broker").replaceChildren(broker);
  const troubled = view.devices.filter((device) => device.status !== "ok");
  byId("devices").replaceChildren(...troubled.map(deviceRow));
  const fine = view.devices.length - troubled.length;
  write("devices-fine", view.devices.length === 0 ? say("No device has reported yet") : say("{count} devices are working", { count: fine }));
  drawTrials(view);
  write("not-printed", view.not_printed ? say("{count} tickets were not printed today", { count: view.not_printed }) : "");
}

/** Rounded down: a goal that is nearly met is not met. */
function drawComprehensive(share) {
  write("comprehensive", share === null ? "" : say("{share}% of the visitors called today went to comprehensive windows", { share: Math.floor(100 * share + 1e-9) }));
}

function drawCounters(counters) {
  byId("counters").replaceChildren(
    ...counters.map((counter) => {
      const tile = make("li", counter.status);
      const isUnused = counter.status === "closed" && counter.completed_today === 0;
      tile.append(
        make("span", "no", say("Window {counter}", { counter: counter.counter_no })),
        make("span", "kind", data.kinds[counter.kind]),
        labelled("state", STATUS_ICONS[counter.status], data.statuses[counter.status]),
        make("strong", "", counter.display_number ?? ""),
        make("span", "done", isUnused ? "" : say("{count} served", { count: counter.completed_today })),
      );
      return tile;
    }),
  );
}

function onSnapshot(view) {
  time.hear(view.now);
  drawFigures(view);
  drawQueues(view.queues);
  drawRatings(view);
  drawDevices(view);
  drawCounters(view.counters);
  drawComprehensive(view.comprehensive_share);
}

function tick() {
  write("date", time.wall(formats.date));
  write("time", time.wall(formats.time));
}

follow(
  "/api/v1/stream/manager",
  { snapshot: onSnapshot, beat: (beat) => time.hear(beat.now) },
  { onStale: (isStale) => (byId("stale").hidden = !isStale), onReturn: reloadWhenUpgraded },
);
tick();
setInterval(tick, 250);
