/**
 * Follows one of the server's event streams for as long as the page is open.
 *
 * EventSource reconnects by itself after a broken connection, but not after an HTTP error, and a connection that hangs
 * half open never tells: so silence is measured here. The server beats at least every 2 s.
 */

export const STALE_AFTER_MS = 5000;
const REOPEN_AFTER_MS = 12000;
const RETRY_MS = 1000;

/**
 * @param {string} url the stream
 * @param {Object<string, function(Object)>} handlers by event name; `beat` may be among them
 * @param {{onStale: function(boolean), onReturn: function()}} notices silence, and the first event after an outage
 */
export function follow(url, handlers, notices) {
  let source = null;
  let openedAt = 0;
  let heardAt = performance.now();
  let isStale = false;
  let wasAway = false;

  const hear = () => {
    heardAt = performance.now();
    if (isStale) {
      isStale = false;
      notices.onStale(false);
    }
    if (wasAway) {
      wasAway = false;
      notices.onReturn();
    }
  };

  const open = () => {
    source?.close();
    openedAt = performance.now();
    const mine = new EventSource(url);
    source = mine;
    for (const [name, handle] of Object.entries({ beat: () => {}, ...handlers })) {
      mine.addEventListener(name, (event) => {
        handle(JSON.parse(event.data));
        hear();
      });
    }
    mine.onerror = () => {
      wasAway = true;
      if (mine.readyState === EventSource.CLOSED && mine === source) {
        setTimeout(() => mine === source && open(), RETRY_MS + Math.random() * RETRY_MS);
      }
    };
  };

  const watch = () => {
    const now = performance.now();
    if (!isStale && now - heardAt > STALE_AFTER_MS) {
      isStale = true;
      notices.onStale(true);
    }
    if (now - heardAt > REOPEN_AFTER_MS && now - openedAt > REOPEN_AFTER_MS) {
      wasAway = true;
      open();
    }
  };

  open();
  setInterval(watch, 250);
}
