/**
 * What a message looked like, without what it said: of unknown payloads one sample is kept, and nothing in it may name a
 * person's device. Names of fields stay where they are words; texts, numbers and bytes leave only their shape. Pure.
 */

export const MAX_SAMPLE_CHARS = 600;
const MAX_DEPTH = 8;
const MAX_ENTRIES = 12;
const MAX_TEXT_CHARS = 48;
const MAX_TOPIC_LEVELS = 12;
const MAX_TOPIC_CHARS = 200;

/** A field's name, and no identifier: one word, few digits, short. */
const WORD = /^(?=.{1,24}$)(raw data|[A-Za-z_$@][A-Za-z_@]*[0-9]{0,2}[A-Za-z_@]*)$/;
const HEX_WORD = /^[0-9a-f]{6,}$/i;
/** Fields whose texts name kinds of things. */
const KINDS = new Set(['type', 'event', 'model_id', 'model', 'beacon_type', 'state', 'method', 'reason', 'mac_type']);
const KIND_TEXT = /^[A-Za-z][A-Za-z._ -]{0,31}$/;

/** Digits as 0, letters as x; what divides them stays, so that a MAC still looks like one. */
export const shapeOf = (text: string): string => {
  const cut = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
  return cut
    .replace(/\p{L}/gu, 'x')
    .replace(/\p{N}/gu, '0')
    .replace(/[^\x20-\x7e…]/g, '?');
};

const keyOf = (key: string): string => (WORD.test(key) && !HEX_WORD.test(key) ? key : shapeOf(key));

function masked(value: unknown, depth: number, key: string | undefined): unknown {
  if (typeof value === 'string') return key && KINDS.has(key) && KIND_TEXT.test(value) ? value : shapeOf(value);
  if (typeof value === 'number') return shapeOf(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, 3).map((item) => masked(item, depth + 1, undefined));
    if (value.length > items.length) items.push(`… ${value.length} in all`);
    return items;
  }
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([name, item]) => [keyOf(name), masked(item, depth + 1, name)]));
}

const cut = (text: string): string => (text.length > MAX_SAMPLE_CHARS ? `${text.slice(0, MAX_SAMPLE_CHARS)}…` : text);

const isText = (text: string): boolean => !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text);

/** More is not parsed for a sample. */
const MAX_PARSED_BYTES = 64 * 1024;

export function maskPayload(payload: Uint8Array): string {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  if (bytes.length > MAX_PARSED_BYTES) return `${bytes.length} bytes`;
  const text = bytes.toString('utf8');
  try {
    return cut(JSON.stringify(masked(JSON.parse(text), 0, undefined)));
  } catch {
    return isText(text) ? cut(shapeOf(text)) : `${bytes.length} bytes that are no text`;
  }
}

/** Levels that the filter names stay; what `+` and `#` stand for may be somebody's beacon. */
export function maskTopic(topic: string, filter: string): string {
  const wanted = filter.split('/');
  const all = topic.split('/');
  const levels = all.slice(0, MAX_TOPIC_LEVELS).map((level, i) => (wanted[i] === level ? level : shapeOf(level)));
  if (all.length > levels.length) levels.push('…');
  return levels.join('/').slice(0, MAX_TOPIC_CHARS);
}

/** Of a topic that nobody listens to: its first level where that is a word. */
export function maskForeignTopic(topic: string): string {
  const first = topic.split('/')[0]!;
  return maskTopic(topic, /^(forbidden: )?[A-Za-z_-]{0,32}$/.test(first) ? first : '');
}

/** A reason that a decoder gave: long digits are none of it. */
export const maskReason = (why: string): string => why.replace(/[0-9A-Fa-f]*[0-9][0-9A-Fa-f]{5,}/g, '…').slice(0, 120);
