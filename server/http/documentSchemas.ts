/** JSON Schemas of everything that requests and answers hold: named ones once, as components, the others where they stand. */
import { z } from 'zod';
import { FIELD_NOTES } from './fieldNotes.ts';
import { schemaNames } from './schemaNames.ts';
import { annotated, described } from './units.ts';

export type Json = Record<string, unknown>;
type Io = 'input' | 'output';

const ROOT = '#/components/schemas/';
/** Before ids of schemas without a name; no name begins so. */
const UNNAMED = '~';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mapped(value: unknown, change: (object: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((one) => mapped(one, change));
  if (!isObject(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, change)])));
}

function refsOf(value: unknown, found = new Set<string>()): Set<string> {
  mapped(value, (object) => {
    if (typeof object.$ref === 'string') found.add(object.$ref.slice(ROOT.length));
    return object;
  });
  return found;
}

/** Without what JSON Schema has from the checker and nobody reads: where it lies, and the limits of a double's integers. */
function tidied(schema: unknown): Json {
  return described(
    mapped(schema, ({ $id, $schema, ...rest }) => {
      if (rest.minimum === Number.MIN_SAFE_INTEGER) delete rest.minimum;
      if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
      return rest;
    }) as Json,
  );
}

/** A client may send more than is read; what is answered has nothing else in it. */
const comparable = (schema: Json | undefined): string =>
  JSON.stringify(
    mapped(schema, ({ additionalProperties, ...rest }) =>
      additionalProperties === false ? rest : { ...rest, additionalProperties },
    ),
  );

export interface UsedSchema {
  schema: z.ZodType;
  io: Io;
}

export interface DocumentedSchemas {
  /** In the order of what was asked for. */
  schemas: Json[];
  components: Record<string, Json>;
}

/**
 * A named schema that reads otherwise as input than as output, by its defaults say, is two components: `Zone` and `ZoneInput`.
 * @param also names of components that no route has, such as live events
 */
export function documentSchemas(used: readonly UsedSchema[], also: readonly string[] = []): DocumentedSchemas {
  const registry = z.registry<{ id: string }>();
  const ids = new Map<z.ZodType, string>();
  const register = (schema: z.ZodType, id: string): void => {
    ids.set(schema, id);
    registry.add(schema, { id });
  };
  for (const [schema, name] of schemaNames()) register(schema, name);
  for (const { schema } of used) if (!ids.has(schema)) register(schema, `${UNNAMED}${ids.size}`);
  const of = (io: Io): Record<string, Json> => {
    const { schemas } = z.toJSONSchema(registry, {
      io,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      reused: 'inline',
      uri: (id) => ROOT + id,
    });
    /** What has no name stands where it is used. */
    const inlined = (schema: unknown): Json =>
      mapped(schema, ({ $ref, ...rest }) => {
        if (typeof $ref !== 'string') return rest;
        const id = $ref.slice(ROOT.length);
        return id.startsWith(UNNAMED) ? { ...inlined(schemas[id]), ...rest } : { $ref, ...rest };
      }) as Json;
    return Object.fromEntries(
      Object.entries(schemas).map(([id, schema]) => [id, tidied(annotated(inlined(schema), FIELD_NOTES[id]))]),
    );
  };
  const as: Record<Io, Record<string, Json>> = { input: of('input'), output: of('output') };

  const needed: Record<Io, Set<string>> = { input: new Set(), output: new Set(also) };
  const need = (io: Io, id: string): void => {
    for (const name of refsOf(as[io][id])) {
      if (needed[io].has(name)) continue;
      needed[io].add(name);
      need(io, name);
    }
  };
  for (const { schema, io } of used) {
    const id = ids.get(schema)!;
    if (!id.startsWith(UNNAMED)) needed[io].add(id);
    need(io, id);
  }
  for (const name of also) need('output', name);

  const both = [...needed.input].filter((name) => needed.output.has(name));
  const differing = new Set(both.filter((name) => comparable(as.input[name]) !== comparable(as.output[name])));
  for (let before = -1; before !== differing.size; ) {
    before = differing.size;
    for (const name of both) if ([...refsOf(as.input[name])].some((ref) => differing.has(ref))) differing.add(name);
  }
  const taken = new Set([...needed.input, ...needed.output]);
  const inputNames = new Map(
    [...differing].map((name) => [name, taken.has(`${name}Input`) ? `${name}Given` : `${name}Input`]),
  );
  const nameOf = (name: string, io: Io): string => (io === 'input' ? (inputNames.get(name) ?? name) : name);
  const referring = (schema: Json, io: Io): Json =>
    mapped(schema, (object) =>
      typeof object.$ref === 'string' ? { ...object, $ref: ROOT + nameOf(object.$ref.slice(ROOT.length), io) } : object,
    ) as Json;

  const components: Record<string, Json> = {};
  for (const io of ['input', 'output'] as const)
    for (const name of needed[io]) components[nameOf(name, io)] = referring(as[io][name]!, io);
  return {
    schemas: used.map(({ schema, io }) => {
      const id = ids.get(schema)!;
      return id.startsWith(UNNAMED) ? referring(as[io][id]!, io) : { $ref: ROOT + nameOf(id, io) };
    }),
    components: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
