/**
 * The embedded broker's emitter hands on what waited from within the hand-over before it, each a call deeper: behind one slow
 * subscriber ten thousand messages wait, and the stack ends, and with it the server. Here it comes up again in between.
 */

interface Emitter {
  current: number;
  _do(message: unknown, callback: unknown): unknown;
}

/** Far from where a stack ends, and rarely reached. */
const MAX_DEPTH = 50;

/** @throws TypeError where the emitter is of another make than this was written for */
export function flatten(emitter: unknown): void {
  const mq = emitter as Partial<Emitter> | undefined;
  if (typeof mq?._do !== 'function' || typeof mq.current !== 'number')
    throw new TypeError('the broker’s emitter has no queue of the kind that is known here');
  const known = mq as Emitter;
  const handOver = known._do.bind(known);
  let depth = 0;
  const run = (message: unknown, callback: unknown): unknown => {
    depth += 1;
    try {
      return handOver(message, callback);
    } finally {
      depth -= 1;
    }
  };
  known._do = (message, callback) => {
    if (depth < MAX_DEPTH) return run(message, callback);
    // Its place is kept: what comes meanwhile waits behind it.
    known.current += 1;
    setImmediate(() => {
      known.current -= 1;
      run(message, callback);
    });
    return known;
  };
}
