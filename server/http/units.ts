/** Names of fields end in their unit: what the document says of a field that nobody described. Pure. */

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

/** With a description wherever the name of a property tells the unit and nothing else is said. */
export function described(schema: Json): Json {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        if (key !== 'properties' || typeof one !== 'object' || one === null) return [key, walk(one)];
        const properties = Object.entries(one as Record<string, Json>).map(([name, property]) => {
          const inner = walk(property) as Json;
          const unit = inner.description === undefined ? unitOf(name, inner) : undefined;
          return [name, unit === undefined ? inner : { ...inner, description: unit }];
        });
        return [key, Object.fromEntries(properties)];
      }),
    );
  };
  return walk(schema) as Json;
}
