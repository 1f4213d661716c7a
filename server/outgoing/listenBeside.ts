/** Messages that are not for the pipeline are taken before it sees them. */
import type { MessageSource } from '../ingest/types.ts';

/** `take` tells whether it took the message. To be called before the source is started. */
export function listenBeside(source: MessageSource, take: (topic: string, payload: Uint8Array) => boolean): void {
  const start = source.start.bind(source);
  source.start = (handle) =>
    start((topic, payload, meta) => (take(topic, payload) ? Promise.resolve() : handle(topic, payload, meta)));
}
