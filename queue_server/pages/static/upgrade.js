/** After an outage: load the page again when the server now has other pages, so that a screen never runs old ones. */

import { data } from "./page.js";

export async function reloadWhenUpgraded() {
  try {
    const page = await fetch(location.href, { cache: "no-store" });
    const html = await page.text();
    if (page.ok && !html.includes(data.assets)) location.reload();
  } catch {
    // still away: the next return asks again
  }
}
