/** A ticket's place on its owner's phone: asked for every few seconds, and only while the page is looked at. */

import { byId, data, say, write } from "./page.js";

const POLL_MS = 5000;
const OVER = ["completed", "expired"];

let place = data.place;
let isAsking = false;

function ahead() {
  if (place.state !== "waiting") return "";
  return place.ahead_count ? say("{count} people ahead of you", { count: place.ahead_count }) : say("You are next");
}

function draw() {
  const isAtCounter = place.state === "called" || place.state === "serving";
  byId("place").dataset.state = place.state;
  write("number", place.display_number);
  write("matter", place.matter);
  write("state", data.states[place.state]);
  write("counter", isAtCounter ? say("Window {counter}", { counter: place.counter_no }) : "");
  write("ahead", ahead());
  write("hint", data.hints[place.state]);
  document.title = `${place.display_number} ${data.states[place.state]}`;
}

async function ask() {
  if (isAsking || document.hidden || OVER.includes(place.state)) return;
  isAsking = true;
  try {
    const address = `/api/v1/tickets/${encodeURIComponent(data.ticketId)}`;
    const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(POLL_MS) });
    if (response.ok) place = await response.json();
    else if (response.status === 404) place = { ...place, state: "expired", counter_no: null };
    else throw new Error(`status ${response.status}`);
    byId("stale").hidden = true;
    draw();
  } catch {
    byId("stale").hidden = false;
  } finally {
    isAsking = false;
  }
}

setInterval(ask, POLL_MS);
document.addEventListener("visibilitychange", ask);
