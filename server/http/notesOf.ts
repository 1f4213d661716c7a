/**
 * What the source says beside the fields of its schemas, so that the document and the client say it too: the comments that
 * stand before properties of `z.object({…})`. Reads TypeScript only as far as that takes. Pure.
 */

/** Of one schema: by path of the field, such as `quietHours.from`; empty for the schema itself. */
export type FieldNotes = Record<string, string>;

export interface SourceSchema {
  /** Of the constant. */
  name: string;
  /** By `named`, else as exported. */
  component: string | undefined;
  notes: FieldNotes;
  /** Constants whose fields it takes over: spread, extended, made partial. */
  from: string[];
}

interface Frame {
  /** The fields of a schema, not any other braces. */
  isSchema: boolean;
  prefix: string;
  property: string | undefined;
  /** A property's name comes next. */
  atName: boolean;
}

const textOf = (comment: string): string =>
  comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.trim().replace(/^\*\s?/, ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The end of a literal that begins at `at`; `at` itself where none begins there. */
function endOfLiteral(source: string, at: number): number {
  const first = source[at]!;
  if (first === "'" || first === '"' || first === '`') {
    let end = at + 1;
    while (end < source.length && source[end] !== first) end += source[end] === '\\' ? 2 : 1;
    return end + 1;
  }
  if (first === '/' && /[(,=:&|!?[{]\s*$/.test(source.slice(Math.max(0, at - 20), at))) {
    let inClass = false;
    let end = at + 1;
    while (end < source.length && (inClass || source[end] !== '/')) {
      if (source[end] === '[') inClass = true;
      else if (source[end] === ']') inClass = false;
      end += source[end] === '\\' ? 2 : 1;
    }
    return end + 1;
  }
  return at;
}

const DECLARED = /(?:^|\n)(export )?const (\w+)(?:: [^=\n]+)? = /g;
const OPENS_FIELDS = /(?:[oO]bject|[eE]xtend)\(\s*$/;
const TAKES_OVER = /^\s*(?:named\(\s*'\w+',\s*)?(\w+)\s*\.(?:partial|extend|safeExtend|omit|pick|required)\(/;
const pathOf = (prefix: string, property: string | undefined): string =>
  property === undefined ? prefix : prefix === '' ? property : `${prefix}.${property}`;

function readFields(source: string, from: number, schema: SourceSchema): void {
  const frames: Frame[] = [];
  let comment: string | undefined;
  for (let at = from; at < source.length; ) {
    const char = source[at]!;
    const frame = frames.at(-1);
    if (source.startsWith('/*', at) || source.startsWith('//', at)) {
      const isBlock = source[at + 1] === '*';
      const stop = source.indexOf(isBlock ? '*/' : '\n', at);
      const end = stop < 0 ? source.length : stop + (isBlock ? 2 : 1);
      if (source.startsWith('/**', at)) comment = textOf(source.slice(at, end));
      at = end;
      continue;
    }
    const end = endOfLiteral(source, at);
    if (end > at) {
      at = end;
      continue;
    }
    if (frame?.isSchema && frame.atName && !/[\s}]/.test(char)) {
      const [, spread, name] = /^(?:\.\.\.(\w+)|(\w+))/.exec(source.slice(at, at + 100)) ?? [];
      if (spread !== undefined && frame.prefix === '') schema.from.push(spread);
      if (name !== undefined) {
        frame.property = name;
        if (comment !== undefined) schema.notes[pathOf(frame.prefix, name)] = comment;
      }
      comment = undefined;
      frame.atName = false;
      at += (spread === undefined ? (name?.length ?? 1) : spread.length + 3) || 1;
      continue;
    }
    if (char === ';' && frames.length === 0) return;
    if (char === '{' || char === '(' || char === '[') {
      const around = frames.findLast(({ isSchema }) => isSchema);
      const before = source.slice(Math.max(from - 4, at - 30), at);
      const isSchema = char === '{' && (OPENS_FIELDS.test(before) || (frames.length === 0 && /=\s*$/.test(before)));
      frames.push({
        isSchema,
        prefix: around === undefined ? '' : pathOf(around.prefix, around.property),
        property: undefined,
        atName: true,
      });
    } else if (char === '}' || char === ')' || char === ']') frames.pop();
    else if (char === ',' && frame?.isSchema) {
      frame.atName = true;
      frame.property = undefined;
    }
    at++;
  }
}

export function schemasOf(source: string): SourceSchema[] {
  return [...source.matchAll(DECLARED)].map((match) => {
    const [whole, exported, name] = match;
    const from = match.index + whole.length;
    const value = source.slice(from, from + 200);
    const component =
      /^\s*named\(\s*'(\w+)'/.exec(value)?.[1] ??
      (exported === undefined ? undefined : name![0]!.toUpperCase() + name!.slice(1));
    const schema: SourceSchema = { name: name!, component, notes: {}, from: [] };
    const taken = TAKES_OVER.exec(value)?.[1];
    if (taken !== undefined && taken !== 'z') schema.from.push(taken);
    const before = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, match.index + 1));
    if (before !== null) schema.notes[''] = textOf(before[0].trim());
    readFields(source, from, schema);
    return schema;
  });
}

/** By component. A file's own constants stand before those of others, which it can only have imported from the contract. */
export function notesOf(contract: readonly string[], routes: readonly string[]): Record<string, FieldNotes> {
  const shared = new Map(contract.flatMap(schemasOf).map((schema) => [schema.name, schema]));
  const found = new Map<string, FieldNotes>();
  for (const source of [...routes, ...contract]) {
    const own = new Map(schemasOf(source).map((schema) => [schema.name, schema]));
    const all = (name: string, seen: readonly string[] = []): FieldNotes => {
      const schema = own.get(name) ?? shared.get(name);
      if (schema === undefined || seen.includes(name)) return {};
      const taken = schema.from.map((one) => {
        const { '': _, ...fields } = all(one, [...seen, name]);
        return fields;
      });
      return Object.assign({}, ...taken, schema.notes) as FieldNotes;
    };
    for (const { name, component } of own.values()) {
      if (component === undefined || found.has(component)) continue;
      const notes = all(name);
      if (Object.keys(notes).length > 0) found.set(component, notes);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const notesSource = (notes: Record<string, FieldNotes>): string =>
  [
    '/** What the source says of the fields of schemas. Written by `npm run client` from the comments there: not to be changed by hand. */',
    `export const FIELD_NOTES: Readonly<Record<string, Readonly<Record<string, string>>>> = ${JSON.stringify(notes)};`,
    '',
  ].join('\n');
