/** JSON Schemas as TypeScript. Pure. */
import type { Json } from './documentSchemas.ts';

export type Direction = 'input' | 'output';

export const refName = (ref: unknown): string => String(ref).split('/').at(-1)!;
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
export const keyOf = (name: string): string => (/^[a-zA-Z_$][\w$]*$/.test(name) ? name : quoted(name));

const MAX_LINE = 116;
/** As JSDoc, indented by the formatter. */
export function comment(lines: readonly string[]): string {
  const safe = lines.map((line) => line.replaceAll('*/', '* /').trimEnd());
  const wrapped = safe.flatMap((line) => {
    const words = line.split(' ');
    const rows: string[] = [];
    for (const word of words) {
      const row = rows.at(-1);
      if (row !== undefined && row.length + word.length + 1 <= MAX_LINE - 4) rows[rows.length - 1] = `${row} ${word}`;
      else rows.push(word);
    }
    return rows;
  });
  if (wrapped.length === 0) return '';
  return wrapped.length === 1
    ? `/** ${wrapped[0]} */\n`
    : `/**\n${wrapped.map((row) => ` * ${row}`.trimEnd()).join('\n')}\n */\n`;
}

const sentence = (text: string): string =>
  text === ''
    ? ''
    : (text.startsWith('dB') ? text : text[0]!.toUpperCase() + text.slice(1)) + (/[.!?`]$/.test(text) ? '' : '.');

/** What a type cannot say: the description, limits and the default. */
export function notesOf(schema: Json): string[] {
  const inner = ((schema.anyOf as Json[] | undefined)?.find(({ type }) => type !== 'null') ?? schema) as Json;
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = inner;
  const limits = [
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : undefined,
    minimum !== undefined && maximum === undefined ? `At least ${minimum}` : undefined,
    maximum !== undefined && minimum === undefined ? `At most ${maximum}` : undefined,
    maxLength !== undefined ? `${minLength ?? 0} to ${maxLength} characters` : undefined,
    maxItems !== undefined ? `${minItems ?? 0} to ${maxItems} of them` : undefined,
    'default' in schema && schema.default !== null ? `Default: ${JSON.stringify(schema.default)}` : undefined,
  ].filter((note) => note !== undefined);
  const all = [schema.description, inner.description].find((one) => typeof one === 'string') as string | undefined;
  return [
    [all === undefined ? '' : sentence(all), ...limits.map((note) => `${note}.`)].filter(Boolean).join(' '),
  ].filter(Boolean);
}

function objectType(schema: Json, direction: Direction): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  const rest = schema.additionalProperties;
  if (properties.length === 0) {
    if (typeof rest !== 'object' || rest === null) return 'Record<string, unknown>';
    return `Record<string, ${typeOf(rest as Json, direction)}>`;
  }
  const required = new Set((schema.required ?? []) as string[]);
  return `{\n${properties
    .map(([name, one]) => {
      const type = typeOf(one, direction);
      const field = required.has(name) ? `${keyOf(name)}: ${type}` : `${keyOf(name)}?: ${type} | undefined`;
      return `${comment(notesOf(one))}${field};`;
    })
    .join('\n')}\n}`;
}

const union = (types: readonly string[]): string => {
  const distinct = [...new Set(types)];
  return distinct.length === 1 ? distinct[0]! : distinct.join(' | ');
};

export function typeOf(schema: Json, direction: Direction): string {
  if (schema.$ref !== undefined) return refName(schema.$ref);
  if (Array.isArray(schema.enum))
    return union(schema.enum.map((one) => (typeof one === 'string' ? quoted(one) : JSON.stringify(one))));
  if ('const' in schema) return typeof schema.const === 'string' ? quoted(schema.const) : JSON.stringify(schema.const);
  const options = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (options) return union(options.map((one) => typeOf(one, direction)));
  if (Array.isArray(schema.allOf)) return schema.allOf.map((one) => `(${typeOf(one as Json, direction)})`).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, direction)));
  switch (schema.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'boolean';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      return direction === 'input' && schema.format === 'date-time' ? 'Time' : 'string';
    case 'array': {
      const tuple = schema.prefixItems as Json[] | undefined;
      if (tuple) return `[${tuple.map((one) => typeOf(one, direction)).join(', ')}]`;
      const item = typeOf((schema.items ?? {}) as Json, direction);
      return /^[\w.]+$/.test(item) || item.startsWith('{') ? `${item}[]` : `(${item})[]`;
    }
    case 'object':
      return objectType(schema, direction);
    default:
      return 'unknown';
  }
}
