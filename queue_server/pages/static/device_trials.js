/** Every device with its test button, and what came of pressing it. */

import { byId, data, labelled, make, say, write } from "./page.js";

const UNANSWERED_AFTER_MS = 20_000;

/** By device: the trial that was asked for, and when; `trial` is null until the server has answered. */
const asked = new Map();
let newest = { devices: [], tried: [] };

async function tryDevice(deviceId) {
  asked.set(deviceId, { trial: null, at: Date.now() });
  draw();
  try {
    const answer = await fetch(`/api/v1/devices/${encodeURIComponent(deviceId)}/try`, { method: "POST" });
    const body = await answer.json();
    asked.set(deviceId, answer.ok ? { trial: body.trial_id, at: Date.now() } : { failed: true });
  } catch {
    asked.set(deviceId, { failed: true });
  }
  draw();
}

/** What to say beside a device: an icon's class, the icon, the words, and whether the button waits. */
function standing(deviceId) {
  const question = asked.get(deviceId);
  const tried = newest.tried.find((one) => one.device_id === deviceId);
  const answer = question ? (tried?.trial_id === question.trial ? tried : null) : tried;
  if (answer?.passed) return { kind: "ok", icon: "✓", words: say("Test passed") };
  if (answer) return { kind: "fault", icon: "×", words: data.deviceCauses[answer.cause] ?? say("Test failed") };
  if (!question) return null;
  if (question.failed) return { kind: "fault", icon: "×", words: say("The test could not be started") };
  if (Date.now() - question.at > UNANSWERED_AFTER_MS) return { kind: "offline", icon: "–", words: say("No answer to the test") };
  return { kind: "quiet", icon: "…", words: say("Testing…"), waits: true };
}

function row(device) {
  const item = make("li", "trial");
  item.dataset.device = device.device_id;
  const name = make("span", "name", data.deviceKinds[device.kind] ?? device.kind);
  name.append(make("span", "id", device.device_id));
  const button = make("button", "try", say("Test"));
  button.type = "button";
  button.setAttribute("aria-label", `${say("Test")} ${device.device_id}`);
  button.addEventListener("click", () => tryDevice(device.device_id));
  item.append(name, button, make("span", "came"));
  return item;
}

function draw() {
  const list = byId("all-devices");
  const rows = new Map([...list.children].map((item) => [item.dataset.device, item]));
  for (const device of newest.devices.filter((one) => !data.notTried.includes(one.kind))) {
    const item = rows.get(device.device_id) ?? list.appendChild(row(device));
    rows.delete(device.device_id);
    const came = standing(device.device_id);
    item.querySelector("button").disabled = Boolean(came?.waits);
    const words = came ? labelled(`state ${came.kind}`, came.icon, came.words) : "";
    const place = item.querySelector(".came");
    if (place.textContent !== (words.textContent ?? "")) {
      place.replaceChildren(words);
      if (came && !came.waits) write("trial-news", `${device.device_id}: ${came.words}`);
    }
  }
  for (const gone of rows.values()) gone.remove();
}

/** Draw the newest view; buttons that are there stay, so that the keyboard's place is kept. */
export function drawTrials(view) {
  newest = view;
  draw();
}

setInterval(draw, 1000);
