import { subscribe } from "node:diagnostics_channel";

/** Event loop turns without anything under way after which nothing more is expected. */
const quietTurns = 3;
/** Turns to look again at once after an answer has begun to come in, before going back to waiting. */
const turnsAfterAnswer = 20;
const lookAgainMs = 1;

/** Handles that a thread always has, and timers, which are virtual or Node's own. */
const passive: ReadonlySet<string> = new Set(["MessagePort", "Timeout"]);

/**
 * Whether a request, a file, a name look-up or the like keeps the event loop alive. Idle kept-alive sockets do not.
 * Node.js does not list what asynchronous zlib and crypto functions do in its thread pool: time may pass meanwhile.
 */
function isAnythingUnderWay(): boolean {
  return process.getActiveResourcesInfo().some((resource) => !passive.has(resource));
}

/** Tells when the thread has nothing left to do until time passes. */
export class QuietWatch {
  private lookAt: NodeJS.Timeout | undefined;
  private isWatching = false;
  private turns = 0;
  private eagerTurns = 0;

  /** Made before virtual time is installed: it waits on the machine's clock. */
  constructor(
    private readonly onQuiet: () => void,
    private readonly startTimer = setTimeout,
    private readonly stopTimer = clearTimeout,
  ) {
    // Only a hint that makes the next look come at once; without it every answer would wait for the timer.
    subscribe("http.client.response.finish", () => {
      if (!this.isWatching) return;
      this.stopTimer(this.lookAt);
      this.eagerTurns = turnsAfterAnswer;
      setImmediate(this.look);
    });
  }

  start(): void {
    this.isWatching = true;
    this.turns = 0;
    setImmediate(this.look);
  }

  stop(): void {
    this.isWatching = false;
    this.stopTimer(this.lookAt);
  }

  private readonly look = () => {
    if (!this.isWatching) return;
    if (!isAnythingUnderWay()) {
      this.turns += 1;
      if (this.turns >= quietTurns) {
        this.stop();
        this.onQuiet();
      } else setImmediate(this.look);
      return;
    }
    this.turns = 0;
    if (this.eagerTurns > 0) {
      this.eagerTurns -= 1;
      setImmediate(this.look);
    } else {
      this.stopTimer(this.lookAt);
      this.lookAt = this.startTimer(this.look, lookAgainMs);
    }
  };
}
