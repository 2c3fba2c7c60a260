/** The clerk's page: the visitor at the window, who waits, and one button for each thing a clerk can do. */

import { byId, data, make, say, STATUS_ICONS, write } from "./page.js";
import { follow } from "./live.js";
import { HallTime, wallFormats } from "./hall_time.js";
import { reloadWhenUpgraded } from "./upgrade.js";
import { Refused, Sender } from "./commands.js";

const TAKE_OVER_ENDS = ["counter_taken", "clerk_elsewhere"]; // refusals that a take-over gets past
const SEEN_WAIT_MS = 3000; // how long buttons wait for the state that an answer has promised

const time = new HallTime(data.now, data.speed);
const formats = wallFormats();
const sender = new Sender();
const buttons = [...document.querySelectorAll("button[data-action]")];
const actions = Object.fromEntries(buttons.map((button) => [button.dataset.action, button]));
let view = null;
let viewAt = 0; // hall time of the view, ms
let isBusy = false;
let onView = () => {};

function duration(seconds) {
  if (seconds < 60) return say("{seconds} s", { seconds: Math.floor(seconds) });
  return say("{minutes} min", { minutes: Math.floor(seconds / 60) });
}

function drawButtons() {
  const allowed = view && !isBusy ? data.buttons[view.status] : [];
  for (const button of buttons) button.disabled = !allowed.includes(button.dataset.action);
}

function statusNote() {
  if (isBusy) return say("Sending…");
  if (view.status === "paused") {
    return say("Paused: {reason}", { reason: data.reasons[view.pause_reason] ?? view.pause_reason });
  }
  return view.visitor ? say("Called {count} times", { count: view.visitor.call_count }) : "";
}

function rating() {
  if (view.last_rating === "open") return say("Rating is open: please ask the visitor to rate");
  if (view.last_rating === "given") return say("The visitor's rating has arrived");
  if (view.last_rating === "not_given") return say("The last visit was not rated");
  return say("No rating yet");
}

function documentOf(visitor) {
  const tail = (visitor.masked_number ?? "").replaceAll("*", "");
  return tail ? say("ends in {tail}", { tail }) : say("No document shown");
}

/** What the clerk should know before the visitor sits down. */
function marksOf(visitor) {
  return [
    visitor.special_need,
    visitor.party_size > 1 ? say("{count} people", { count: visitor.party_size }) : null,
    visitor.is_representative ? say("on behalf of somebody else") : null,
    ...visitor.further_matters.map((matter) => say("then: {matter}", { matter })),
    visitor.note,
  ].filter(Boolean);
}

function drawVisitor() {
  const visitor = view.visitor;
  document.body.dataset.status = view.status;
  write("status-icon", STATUS_ICONS[view.status]);
  write("status-word", data.statuses[view.status]);
  write("status-note", statusNote());
  byId("number").classList.toggle("none", !visitor);
  write("number", visitor ? visitor.display_number : say("No visitor at this window"));
  byId("facts").hidden = !visitor;
  write("matter", visitor?.matter);
  write("document", visitor ? documentOf(visitor) : "");
  const marks = visitor ? marksOf(visitor) : [];
  write("marks", marks.join(" · "));
  byId("marks-fact").hidden = marks.length === 0;
  const why = visitor?.why[document.documentElement.lang.replace("-", "_")] ?? visitor?.why.en ?? "";
  write("why", why);
  byId("why-line").hidden = !why;
  write("rating", rating());
  byId("rating").dataset.rating = view.last_rating ?? "";
}

function drawTimes() {
  write("clock", time.wall(formats.time));
  if (!view) return;
  const visitor = view.visitor;
  if (visitor?.called_at) {
    const waitedS = time.since(visitor.arrived_at) - time.since(visitor.called_at);
    write("waited", duration(Math.max(0, waitedS)));
    write("since", duration(time.since(visitor.called_at)));
  }
  const passedS = Math.max(0, (time.ms() - viewAt) / 1000);
  view.waiting.forEach((ticket, index) => {
    const cell = byId("waiting").children[index]?.querySelector(".waited");
    if (cell) write(cell, duration(ticket.waited_s + passedS));
  });
}

function drawWaiting() {
  write("waiting-count", view.waiting_count);
  write("completed", view.completed_today);
  byId("waiting").replaceChildren(
    ...view.waiting.map((ticket) => {
      const row = make("li");
      const number = make("strong", ticket.priority, ticket.display_number);
      const sent = ticket.is_sent_here ? say("for this window only") : null;
      const word = [sent, data.classes[ticket.priority], ticket.special_need].filter(Boolean).join(" · ");
      row.append(number, make("span", "matter", ticket.matter), make("span", "mark", word), make("span", "waited"));
      return row;
    }),
  );
  const more = view.waiting_count - view.waiting.length;
  write("waiting-more", view.waiting_count === 0 ? say("Nobody is waiting") : more > 0 ? say("and {count} more", { count: more }) : "");
}

/** Who stepped aside from this window, and whom it called in vain: there is no button for them yet. */
function drawAside() {
  const numbers = (tickets) => tickets.map((ticket) => ticket.display_number).join(" · ");
  write("held", view.held.length > 0 ? say("Stepped aside: {numbers}", { numbers: numbers(view.held) }) : "");
  write("missed", view.missed.length > 0 ? say("Missed: {numbers}", { numbers: numbers(view.missed) }) : "");
}

function draw() {
  byId("sit-down").hidden = view.status !== "closed";
  byId("buttons").hidden = view.status === "closed";
  byId("pauses").hidden = view.status === "closed";
  write("clerk", view.staff_no ? say("Clerk {staff}", { staff: view.staff_no }) : "");
  drawVisitor();
  drawWaiting();
  drawAside();
  drawTimes();
  drawButtons();
}

function onSnapshot(fresh) {
  view = fresh;
  viewAt = time.ms();
  if (!isBusy) sender.settle();
  draw();
  onView();
}

/** Wait until the page has seen the state after the answered command, or a while at most. */
function seen(revision) {
  if (view.revision >= revision) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SEEN_WAIT_MS);
    onView = () => {
      if (view.revision < revision) return;
      clearTimeout(timer);
      resolve();
    };
  });
}

function valuesOf(action) {
  if (action === "open") return { staff_no: byId("staff-no").value.trim() };
  if (action === "take-over") return { staff_no: byId("staff-no").value.trim(), take_over: true };
  if (action === "pause") return { reason: byId("reason").value };
  return {};
}

async function act(action) {
  if (isBusy || !view || actions[action].disabled) return;
  const hadFocus = document.activeElement === actions[action];
  isBusy = true;
  write("refusal", "");
  byId("take-over").hidden = true;
  drawButtons();
  write("status-note", statusNote());
  try {
    const path = action === "take-over" ? "open" : action;
    const url = `/api/v1/counters/${encodeURIComponent(data.counterNo)}/${path}`;
    const answer = await sender.send(url, valuesOf(action));
    await seen(answer.seq);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    write("refusal", say(data.refusals[error.code] ?? data.refusals.refused, error.facts));
    byId("take-over").hidden = !TAKE_OVER_ENDS.includes(error.code);
  } finally {
    isBusy = false;
    onView = () => {};
    draw();
    if (hadFocus && !actions[action].disabled) actions[action].focus();
  }
}

for (const button of buttons) {
  button.addEventListener("click", (event) => {
    if (button.form) return; // the form's submit does it
    if (event.detail <= 1) act(button.dataset.action); // the second click of a double click is none
  });
}

byId("sit-down").addEventListener("submit", (event) => {
  event.preventDefault();
  act("open");
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea") !== null;
  if (isTyping || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const action = Object.keys(data.keys).find((name) => data.keys[name] === event.key);
  if (action) act(action);
});

drawButtons();
follow(
  `/api/v1/stream/counters/${encodeURIComponent(data.counterNo)}`,
  { snapshot: onSnapshot, beat: (beat) => time.hear(beat.now) },
  { onStale: (isStale) => (byId("stale").hidden = !isStale), onReturn: reloadWhenUpgraded },
);
drawTimes();
setInterval(drawTimes, 500);
