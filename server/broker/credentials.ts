/** Who may connect to the embedded broker, and which topics a client may use. Pure but for the constant-time comparison. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { homeAssistantStatusTopic, isReadable, isReaderFilter } from '../contract/outgoingTopics.ts';
import { isId, parseCounterTopic, parseGatewayTopic } from '../contract/topics.ts';
import { overlaps } from './filters.ts';

/** Before the topic of a publication that its client may not make. No gateway's topic starts so, but a filter may begin with `+`. */
const FORBIDDEN = 'forbidden: ';
export const forbiddenTopic = (topic: string): string => FORBIDDEN + topic;
export const isForbiddenTopic = (topic: string): boolean => topic.startsWith(FORBIDDEN);

export interface GatewayCredential {
  username: string;
  password: string;
  /** Absent: any site. */
  siteId?: string;
  /** Absent: the gateway is named like the user; null: any gateway of the site, as for a fleet on one connection. */
  gatewayId?: string | null;
  /** Of gateways of another make: publishes what this fleet publishes, and nothing else. */
  fleetId?: string;
}

/** Reads the live topics, of one site or of all, and publishes nothing but that Home Assistant has started. */
export interface ReaderCredential {
  username: string;
  password: string;
  /** Absent: every site. */
  siteId?: string;
}

/** What a connected client may touch; undefined ids are not restricted. */
export interface Scope {
  siteId: string | undefined;
  gatewayId: string | undefined;
  /** Publishes what gateways publish. @default true */
  hears?: boolean;
  /** Publishes what this fleet publishes. */
  fleetId?: string;
  /** May be given the live topics. @default false */
  reads?: boolean;
  /** Under which Home Assistant is told; null: it is not. @default null */
  prefix?: string | null;
}

/** Of a client where nobody needs a password. */
export const OPEN_SCOPE: Scope = { siteId: undefined, gatewayId: undefined, reads: true };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export function scopeOf(
  credentials: readonly GatewayCredential[],
  username: string | undefined,
  password: string | undefined,
  readers: readonly ReaderCredential[] = [],
): Scope | undefined {
  if (credentials.length === 0 && readers.length === 0) return OPEN_SCOPE;
  const reader = readers.find(
    (one) => timingSafeEqual(digest(one.password), digest(password ?? '')) && one.username === username,
  );
  if (reader) return { siteId: reader.siteId, gatewayId: undefined, hears: false, reads: true };
  let found: GatewayCredential | undefined;
  for (const credential of credentials) {
    const same = timingSafeEqual(digest(credential.password), digest(password ?? ''));
    if (credential.username === username && same) found = credential;
  }
  if (!found) return undefined;
  if (found.fleetId !== undefined)
    return { siteId: found.siteId, gatewayId: undefined, hears: false, fleetId: found.fleetId };
  return {
    siteId: found.siteId,
    gatewayId: found.gatewayId === null ? undefined : (found.gatewayId ?? found.username),
  };
}

const within = (scope: Scope, siteId: string, gatewayId: string): boolean =>
  (scope.siteId === undefined || scope.siteId === siteId) &&
  (scope.gatewayId === undefined || scope.gatewayId === gatewayId);

/** A client publishes only what gateways and counters publish: an `ack` from elsewhere would make a gateway throw its outbox away. */
export function mayPublish(scope: Scope, topic: string): boolean {
  if (scope.reads && scope.prefix != null && topic === homeAssistantStatusTopic(scope.prefix)) return true;
  if (scope.hears === false) return false;
  const parsed = parseGatewayTopic(topic);
  if (parsed) return within(scope, parsed.siteId, parsed.gatewayId);
  const counter = parseCounterTopic(topic);
  return counter !== undefined && within(scope, counter.siteId, counter.counterId);
}

/** Gateways of another make: a client that is bound to one gateway of ours is none of them. */
const isForeign = ({ hears, fleetId, gatewayId }: Scope): boolean =>
  fleetId !== undefined || (hears !== false && gatewayId === undefined);

/** `fleet`: whose the topic is. */
export const mayPublishFor = (scope: Scope, fleet: { siteId: string; fleetId: string }): boolean =>
  isForeign(scope) &&
  (scope.siteId === undefined || scope.siteId === fleet.siteId) &&
  (scope.fleetId === undefined || scope.fleetId === fleet.fleetId);

/**
 * Some firmware listens for settings below its own root, and connects anew for ever where that is refused. Nothing comes of
 * it: this broker relays nothing. `filters`: those of the fleets.
 */
export function mayListenInVain(scope: Scope, filter: string, filters: readonly string[]): boolean {
  if (!isForeign(scope) || filter.startsWith('$') || overlaps(filter, 'promenade/#')) return false;
  const [root] = filter.split('/');
  return filters.some((one) => one.split('/')[0] === root || one.startsWith('+'));
}

/** A filter may have `+` for the ids where the client is not bound to one gateway. */
export function maySubscribe(scope: Scope, filter: string): boolean {
  if (scope.reads && isReaderFilter(filter, scope.prefix ?? null, scope.siteId)) return true;
  if (scope.hears === false) return false;
  const parts = filter.split('/');
  const [root, version, siteId, gatewayId, leaf] = parts;
  if (parts.length !== 5 || root !== 'promenade' || version !== '1') return false;
  if (leaf !== 'ack' && leaf !== 'config') return false;
  const siteFits = siteId === '+' ? scope.siteId === undefined : isId(siteId!) && (scope.siteId ?? siteId) === siteId;
  const gatewayFits =
    gatewayId === '+'
      ? scope.gatewayId === undefined
      : isId(gatewayId!) && (scope.gatewayId ?? gatewayId) === gatewayId;
  return siteFits && gatewayFits;
}

/** What is really handed over: a reader's filter may take in more than it may read. */
export const mayReceive = (scope: Scope, topic: string): boolean =>
  (scope.reads === true && isReadable(topic, scope.prefix ?? null, scope.siteId)) ||
  (scope.hears !== false && maySubscribe({ ...scope, reads: false }, topic));
