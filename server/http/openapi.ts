/** The OpenAPI document, made from the same schemas that check requests. */
import { z } from 'zod';
import { fullPath } from './declare.ts';
import type { Access, Route } from './route.ts';

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return json;
}

function parametersOf(route: Route): Json[] {
  const named = (schema: z.ZodType | undefined): [string, Json, boolean][] => {
    if (!schema) return [];
    const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(json.properties ?? {}).map(([name, property]) => [
      name,
      property,
      json.required?.includes(name) ?? false,
    ]);
  };
  const described = new Map(named(route.params).map(([name, schema]) => [name, schema]));
  const path = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: described.get(name!) ?? { type: 'string' },
  }));
  const query = named(route.query).map(([name, schema, required]) => ({ name, in: 'query', required, schema }));
  return [...path, ...query];
}

function bodyOf(route: Route): Json | undefined {
  if (route.upload)
    return {
      required: true,
      content: Object.fromEntries(
        route.upload.contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
      ),
    };
  if (!route.body) return undefined;
  return {
    required: !route.body.safeParse(undefined).success,
    content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
  };
}

function securityOf(access: Access): Json[] {
  if (access.public) return [];
  const schemes: Json[] = [];
  if (access.roles.some((role) => role !== 'shopper')) schemes.push({ session: [] }, { bearer: [] });
  if (access.roles.includes('shopper')) schemes.push({ shopper: [] });
  return schemes;
}

const accessInWords = (access: Access): string =>
  access.public ? `Public: ${access.why}.` : `For ${access.roles.join(', ')}.`;

function successOf({ response, statuses, contentTypes }: Route): Json {
  const schema = response && schemaOf(response, 'output');
  const content = schema
    ? { 'application/json': { schema } }
    : contentTypes && Object.fromEntries(contentTypes.map((type) => [type, {}]));
  const described = { description: content ? 'OK' : 'Done; no body', ...(content ? { content } : {}) };
  return Object.fromEntries((statuses ?? [content ? 200 : 204]).map((status) => [String(status), described]));
}

function operationOf(route: Route): Json {
  const parameters = parametersOf(route);
  const requestBody = bodyOf(route);
  const id = [route.method, ...route.path.split('/').filter(Boolean)].map((part) => part.replace(/[^\w]+/g, '-'));
  return {
    operationId: id.join('_'),
    summary: route.summary,
    description: accessInWords(route.access),
    security: securityOf(route.access),
    ...(parameters.length ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      ...successOf(route),
      default: {
        description: 'Failure',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = fullPath(route).replaceAll(/:([a-zA-Z]+)/g, '{$1}');
    const operations = paths[path] ?? {};
    operations[route.method] = operationOf(route);
    paths[path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Promenade', version, description: 'In-store beacon and footfall analytics.' },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'promenade_session' },
        bearer: { type: 'http', scheme: 'bearer' },
        shopper: { type: 'apiKey', in: 'cookie', name: 'promenade_shopper' },
      },
      schemas: {
        Error: schemaOf(
          z.object({
            error: z.object({
              code: z.string().describe('stable'),
              message: z.string().describe('what is wrong and what would be right'),
              path: z.string().optional().describe('the field, such as body.shape.rings.0'),
            }),
          }),
          'output',
        ),
      },
    },
  };
}
