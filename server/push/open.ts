/** Puts the parts of Web Push together. */
import type { Duck } from '../db/duckdb.ts';
import type { Clock } from '../ingest/types.ts';
import { HTTPS_PORTS, PushService, type PushServiceParts } from './service.ts';
import { Subscriptions } from './subscriptions.ts';
import { loadVapidKeys, newVapidKeys, Vapid, type VapidKeys } from './vapid.ts';
import { WebPush } from './webPush.ts';

export interface PushOptions {
  /** Beside the database, e.g. `dataDir/vapid.json`; undefined: keys of this run alone. */
  keyFile: string | undefined;
  /** Where a push service can complain: an https: or mailto: address. */
  subject: string | null;
  /** For tests: another resolver, other addresses, another authority. */
  service?: PushServiceParts;
}

export interface PushServices {
  subscriptions: Subscriptions;
  /** That an endpoint may have. */
  ports: readonly number[];
  /** Undefined until the keys are read. */
  sender(): WebPush | undefined;
  start(): Promise<void>;
  stop(): void;
}

export function openPush(
  duck: Duck,
  clock: Clock,
  options: PushOptions,
  onProblem: (error: Error) => void,
): PushServices {
  const subscriptions = new Subscriptions(duck);
  const service = new PushService(options.service);
  const senderWith = (keys: VapidKeys): WebPush =>
    new WebPush({ vapid: new Vapid(keys, options.subject), service, subscriptions, clock, onProblem });
  let sender = options.keyFile === undefined ? senderWith(newVapidKeys()) : undefined;
  return {
    subscriptions,
    ports: options.service?.ports ?? HTTPS_PORTS,
    sender: () => sender,
    async start() {
      if (options.keyFile !== undefined) sender = senderWith(await loadVapidKeys(options.keyFile));
      await subscriptions.start();
    },
    stop: () => service.close(),
  };
}
