/** The hall's time on a page: told by the server, carried on by the browser's monotonic clock. Pure, but for `local`. */

/** "2025-03-03T09:12:00.5+08:00" as {ms, offsetMs}: the instant, and how far the hall's wall clock is from UTC. */
export function instant(text) {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(text);
  const offsetMs = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 0;
  return { ms: Date.parse(text.replace(/(\.\d{3})\d+/, "$1")), offsetMs };
}

export class HallTime {
  /**
   * @param {string} now the hall's time as the server wrote it
   * @param {number} speed hall seconds that pass in a real second
   * @param {function(): number} local milliseconds that never jump
   */
  constructor(now, speed, local = () => performance.now()) {
    this.speed = speed;
    this.local = local;
    this.hear(now);
  }

  /** Take the server's word for what time it is. */
  hear(now) {
    this.told = instant(now);
    this.toldAt = this.local();
  }

  /** Milliseconds since 1970, in hall time. */
  ms() {
    return this.told.ms + (this.local() - this.toldAt) * this.speed;
  }

  /** Seconds since an instant of the server, never below 0. */
  since(text) {
    return Math.max(0, (this.ms() - instant(text).ms) / 1000);
  }

  /** The hall's wall clock by an `Intl.DateTimeFormat` that was made for UTC. */
  wall(format) {
    return format.format(this.ms() + this.told.offsetMs);
  }
}

const language = () => document.documentElement.lang;

/** Formats for a wall clock: {date, time}. */
export function wallFormats() {
  const day = { year: "numeric", month: "long", day: "numeric", weekday: "long", timeZone: "UTC" };
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: "UTC" };
  return { date: new Intl.DateTimeFormat(language(), day), time: new Intl.DateTimeFormat(language(), time) };
}
