/**
 * Which call a display shows huge, and for how long. Pure functions of a state and the time; nothing is drawn here.
 *
 * Calls that come together are shown one after the other, each for a while: a lone call flashes for LONGEST_MS, and the
 * more calls wait, the shorter each flashes, but never below SHORTEST_MS. The last one stays, without flashing.
 */

export const LONGEST_MS = 4000;
export const SHORTEST_MS = 900;

/** Nothing was called yet. */
export const nothing = () => ({ shown: null, sinceMs: 0, isFlashing: false, waiting: [] });

/** How long a call flashes while `waitingCount` others wait for their turn. */
export const flashMs = (waitingCount) => Math.max(SHORTEST_MS, LONGEST_MS / (1 + waitingCount));

/** A call has come. */
export function add(state, call, nowMs) {
  return step({ ...state, waiting: [...state.waiting, call] }, nowMs);
}

/** A snapshot has come: its newest call is shown; it flashes when `isNews`. Whatever waited is in the list by now. */
export function replace(call, isNews, nowMs) {
  return { shown: call, sinceMs: nowMs, isFlashing: Boolean(call) && isNews, waiting: [] };
}

/** Time has passed. */
export function step(state, nowMs) {
  const isDone = !state.isFlashing || nowMs - state.sinceMs >= flashMs(state.waiting.length);
  if (!isDone) return state;
  if (state.waiting.length > 0) {
    const [shown, ...waiting] = state.waiting;
    return { shown, sinceMs: nowMs, isFlashing: true, waiting };
  }
  return state.isFlashing ? { ...state, isFlashing: false } : state;
}

/** The list after a call: newest first, a ticket once, at most `most`. */
export function listed(calls, call, most) {
  const others = calls.filter((other) => other.display_number !== call.display_number);
  return [call, ...others].sort((a, b) => b.seq - a.seq).slice(0, most);
}

/** A snapshot's calls: newest first, a ticket once. */
export const listedAll = (calls, most) => [...calls].reverse().reduce((list, call) => listed(list, call, most), []);
