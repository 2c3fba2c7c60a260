/** The small screen above one counter: its window, the number that is called, or that nobody is served here for now. */

import { byId, data, write } from "./page.js";
import { follow } from "./live.js";
import { reloadWhenUpgraded } from "./upgrade.js";

function draw(sign) {
  const main = byId("sign");
  main.dataset.status = sign.status;
  main.classList.toggle("flashing", sign.call_id !== null);
  byId("number").hidden = sign.display_number === null;
  write("number", sign.display_number);
  write("line", sign.lines[0]);
  write("second", sign.lines[1]);
}

follow(
  `/api/v1/stream/signs/${encodeURIComponent(data.counterNo)}`,
  { snapshot: draw },
  { onStale: (isStale) => (byId("stale").hidden = !isStale), onReturn: reloadWhenUpgraded },
);
