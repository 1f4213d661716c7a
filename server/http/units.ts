/** What the document says of fields: what stands beside them in the source, and the unit that their name ends in. Pure. */

type Json = Record<string, unknown>;

const INSTANT =
  /^(at|from|to|until|since|clock|server|since|first|last|\w*[a-z]ed|\w*(From|Until|At|Heard|Seen|Expires|Used|SignIn|Begin|End)|expires)Ms$/;

/** By the end of the name. */
const UNITS: [RegExp, string][] = [
  [INSTANT, 'Milliseconds since 1970-01-01T00:00Z.'],
  [/(Ms|^ms)$/, 'Milliseconds.'],
  [/(Seconds|^seconds)$/, 'Seconds.'],
  [/(Minutes|^minutes)$/, 'Minutes.'],
  [/(Hours|^hours)$/, 'Hours.'],
  [/(Days)$/, 'Days.'],
  [/^(x|y)M$|[XY]M$/, 'Metres, local to the floor: x to the right, y upwards.'],
  [/[a-z]M$/, 'Metres.'],
  [/M2$/, 'Square metres.'],
  [/Dbm$/, 'dBm.'],
  [/Px$/, 'Pixels.'],
  [/Minor$/, 'In minor units of the currency, such as cents.'],
  [/(^share|Share|^coverage)$/, 'A share, 0 to 1.'],
];
/** Only of texts: a `from` may be a zone as well. */
const INSTANT_TEXT = /^(start|at|\w+At|expires)$/;

function unitOf(name: string, schema: Json): string | undefined {
  const types = [schema.type ?? (schema.anyOf as Json[] | undefined)?.map(({ type }) => type)].flat();
  if (types.includes('number') || types.includes('integer')) return UNITS.find(([pattern]) => pattern.test(name))?.[1];
  if (schema.format === 'date-time') return 'ISO 8601 with its offset from UTC.';
  if (types.includes('string') && INSTANT_TEXT.test(name)) return 'ISO 8601 with its offset from UTC.';
  return undefined;
}

/** With what the source says of a named schema's fields, by their path; arrays and alternatives are passed through. */
export function annotated(schema: Json, notes: Readonly<Record<string, string>> | undefined, path = ''): Json {
  if (notes === undefined) return schema;
  const within = (one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? annotated(one as Json, notes, path) : one;
  const own: Json = { ...schema };
  for (const key of ['items', 'additionalProperties']) if (key in own) own[key] = within(own[key]);
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems'])
    if (Array.isArray(own[key])) own[key] = (own[key] as unknown[]).map(within);
  if (typeof own.properties === 'object' && own.properties !== null)
    own.properties = Object.fromEntries(
      Object.entries(own.properties).map(([name, property]) => {
        const at = path === '' ? name : `${path}.${name}`;
        const inner = annotated(property as Json, notes, at);
        const note = notes[at];
        return [name, note === undefined || inner.description !== undefined ? inner : { ...inner, description: note }];
      }),
    );
  const whole = path === '' ? notes[''] : undefined;
  return whole === undefined || own.description !== undefined ? own : { ...own, description: whole };
}

const UNIT_WORDS = ['metre', 'second', 'minute', 'hour', 'day', 'share', 'pixel', 'dbm', 'minor', 'iso 8601'];
/** It tells the unit already. */
const says = (description: string, unit: string): boolean =>
  UNIT_WORDS.some((word) => unit.toLowerCase().includes(word) && description.toLowerCase().includes(word));

/** With the unit wherever the name of a property tells it. */
export function described(schema: Json): Json {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        if (key !== 'properties' || typeof one !== 'object' || one === null) return [key, walk(one)];
        const properties = Object.entries(one as Record<string, Json>).map(([name, property]) => {
          const inner = walk(property) as Json;
          const said = inner.description as string | undefined;
          const told = unitOf(name, inner);
          const unit = told !== undefined && said !== undefined && says(said, told) ? undefined : told;
          const description = [said, unit]
            .filter((one) => one !== undefined)
            .map((one) => (/[.!?`]$/.test(one) ? one : `${one}.`))
            .join(' ');
          return [name, description === '' ? inner : { ...inner, description }];
        });
        return [key, Object.fromEntries(properties)];
      }),
    );
  };
  return walk(schema) as Json;
}
