/**
 * Sends a clerk's commands. A click makes one command id; retries carry the same id, so that whatever the network does,
 * a click is done at most once.
 */

const RETRY_MS = [300, 700, 1500, 3000, 5000];
const ANSWER_MS = 5000;

/** A UUID (version 4); `crypto.randomUUID` is missing on pages that come over plain HTTP. */
export function newCommandId(source = crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A command that was not done; `code` says why, `facts` what is left to do or to wait for. */
export class Refused extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function once(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 422) throw new Refused("invalid");
  if (response.status >= 500 && response.status !== 503) throw new Refused("server_fault");
  if (response.status === 503) throw new TypeError("not now"); // tried again, like a broken connection
  throw new Refused(answer.code ?? "refused", answer.facts);
}

export class Sender {
  #unanswered = new Map();

  /** Commands that got no answer are settled: the page has seen the counter's true state since. */
  settle() {
    this.#unanswered.clear();
  }

  /**
   * Send a command until it is answered.
   * @throws {Refused} refused by the server, or not delivered in spite of retries; sent again, it keeps its id.
   */
  async send(url, values) {
    const kept = JSON.stringify([url, values]);
    const commandId = this.#unanswered.get(kept) ?? newCommandId();
    this.#unanswered.set(kept, commandId);
    const body = JSON.stringify({ ...values, command_id: commandId });
    for (const wait of [...RETRY_MS, null]) {
      try {
        const answer = await once(url, body);
        this.#unanswered.delete(kept);
        return answer;
      } catch (error) {
        if (error instanceof Refused) {
          this.#unanswered.delete(kept);
          throw error;
        }
      }
      if (wait !== null) await sleep(wait);
    }
    throw new Refused("not_delivered");
  }
}
