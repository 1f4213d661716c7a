/** The OpenAPI document, made from the same schemas that check requests. */
import { z } from 'zod';
import { fullPath } from './declare.ts';
import { documentSchemas, type Json, type UsedSchema } from './documentSchemas.ts';
import { operationName, tagOf } from './operationNames.ts';
import { type Access, type Route, route } from './route.ts';
import { named } from './schemaNames.ts';

const failure = named(
  'Failure',
  z.object({
    error: z.object({
      code: z.string().describe('Stable: for programs.'),
      message: z.string().describe('What is wrong and what would be right: for people.'),
      path: z.string().optional().describe('The field that is wrong, such as `body.shape.rings.0`.'),
    }),
  }),
);

/** Events of socket.io, which no route answers with. */
const LIVE_EVENTS = ['LiveSnapshot', 'LiveHeat'];
/** What webhooks send. */
const OUTGOING_EVENT = 'OutgoingEvent';

const FAILURES: Record<number, [name: string, description: string]> = {
  400: ['BadRequest', 'The request is not as described; `path` names the field.'],
  401: ['Unauthenticated', 'Nobody is signed in, or the token is unknown, revoked or expired.'],
  403: ['Forbidden', 'Whoever asks has no right to this.'],
  404: ['NotFound', 'What the path names does not exist, or not for whoever asks.'],
  409: ['Conflict', 'It contradicts what is there; the message says what.'],
  413: ['TooLarge', 'The body is larger than is taken.'],
  415: ['UnsupportedMediaType', 'The content type is none of those described.'],
  429: ['TooManyRequests', 'Too many requests from this address: wait as Retry-After says.'],
};

function failuresOf(one: Route): number[] {
  const takesBody = one.body !== undefined || one.upload !== undefined;
  return [
    ...(takesBody || one.params || one.query ? [400] : []),
    ...(one.access.public ? [] : [401, 403]),
    ...(one.path.includes(':') ? [404] : []),
    ...(one.method === 'get' ? [] : [409]),
    ...(takesBody ? [413, 415] : []),
    429,
  ];
}

/** Collects what schemas a document needs, and gives them all at once: which of them share a component shows only then. */
class SchemaBook {
  readonly #used: UsedSchema[] = [];
  #made: Json[] | undefined;

  /** @returns the schema once `close` was called */
  ask(schema: z.ZodType, io: 'input' | 'output'): () => Json {
    const index = this.#used.push({ schema, io }) - 1;
    return () => this.#made![index]!;
  }

  close(): Record<string, Json> {
    const { schemas, components } = documentSchemas(this.#used, [...LIVE_EVENTS, OUTGOING_EVENT]);
    this.#made = schemas;
    return components;
  }
}

function parametersOf(one: Route, book: SchemaBook): () => Json[] {
  const [params, query] = [one.params, one.query].map((schema) => schema && book.ask(schema, 'input'));
  const named = (schema: (() => Json) | undefined): [string, Json, boolean][] => {
    const json = schema?.() as { properties?: Record<string, Json>; required?: string[] } | undefined;
    return Object.entries(json?.properties ?? {}).map(([name, property]) => [
      name,
      property,
      json?.required?.includes(name) ?? false,
    ]);
  };
  return () => {
    const parameter = (where: string, name: string, required: boolean, schema: Json): Json => {
      const { description = where === 'path' ? `Which ${name}, by its id.` : undefined, ...rest } = schema;
      return { name, in: where, required, ...(description ? { description } : {}), schema: rest };
    };
    const known = new Map(named(params).map(([name, schema]) => [name, schema]));
    return [
      ...[...one.path.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) =>
        parameter('path', name!, true, known.get(name!) ?? { type: 'string' }),
      ),
      ...named(query).map(([name, schema, required]) => parameter('query', name, required, schema)),
      ...(one.takesIdempotencyKey
        ? [
            parameter('header', 'Idempotency-Key', false, {
              type: 'string',
              description: 'The same again is answered as the first try was.',
            }),
          ]
        : []),
    ];
  };
}

function bodyOf(one: Route, book: SchemaBook): () => Json | undefined {
  const { upload, body } = one;
  if (upload) {
    const content = Object.fromEntries(
      upload.contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    );
    return () => ({ required: true, description: `At most ${upload.maxBytes} bytes.`, content });
  }
  if (!body) return () => undefined;
  const schema = book.ask(body, 'input');
  return () => ({
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: schema() } },
  });
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

function successOf({ response, statuses, contentTypes }: Route, book: SchemaBook): () => Json {
  const schema = response && book.ask(response, 'output');
  return () => {
    const content = schema
      ? { 'application/json': { schema: schema() } }
      : contentTypes && Object.fromEntries(contentTypes.map((type) => [type, {}]));
    const described = { description: content ? 'OK' : 'Done; no body', ...(content ? { content } : {}) };
    return Object.fromEntries((statuses ?? [content ? 200 : 204]).map((status) => [String(status), described]));
  };
}

function operationOf(one: Route, book: SchemaBook): () => Json {
  const parameters = parametersOf(one, book);
  const requestBody = bodyOf(one, book);
  const success = successOf(one, book);
  return () => {
    const [asked, body] = [parameters(), requestBody()];
    return {
      operationId: operationName(one),
      tags: [tagOf(one)],
      summary: one.summary,
      description: accessInWords(one.access),
      security: securityOf(one.access),
      ...(asked.length ? { parameters: asked } : {}),
      ...(body ? { requestBody: body } : {}),
      responses: {
        ...success(),
        ...Object.fromEntries(
          failuresOf(one).map((status) => [status, { $ref: `#/components/responses/${FAILURES[status]![0]}` }]),
        ),
        default: { $ref: '#/components/responses/Failure' },
      },
    };
  };
}

const INTRODUCTION = `In-store beacon and footfall analytics.

Times are ISO 8601 with an offset; \`from\` is inclusive, \`to\` exclusive. Names of fields end in their unit: \`xM\` metres,
\`dwellSeconds\`, \`rssiDbm\`, \`atMs\` milliseconds since 1970. A share is 0 to 1. \`null\` is what was not measured, never zero.
Fields of a request that are not described are ignored. Failures are \`{"error":{"code","message","path"}}\`.`;

export function openApi(routes: readonly Route[], version: string): Json {
  const book = new SchemaBook();
  const operations = routes.map((one) => ({ one, make: operationOf(one, book) }));
  const error = book.ask(failure, 'output');
  const schemas = book.close();
  const failing = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: error() } },
  });
  const paths: Record<string, Json> = {};
  for (const { one, make } of operations) {
    const path = fullPath(one).replaceAll(/:([a-zA-Z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method]: make() };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Promenade', version, description: INTRODUCTION },
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    webhooks: {
      event: {
        post: {
          summary: 'What happened, to a receiver of yours',
          description:
            'Signed as Standard Webhooks are: `webhook-signature` is HMAC-SHA-256 over `id.timestamp.body` with the secret of the webhook. At least once: the same `webhook-id` is the same event.',
          parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
            name,
            in: 'header',
            required: true,
            schema: { type: 'string' },
          })),
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: `#/components/schemas/${OUTGOING_EVENT}` } } },
          },
          responses: {
            '2XX': { description: 'Taken.' },
            '410': { description: 'Nobody is there any more: the webhook is switched off.' },
            default: { description: 'Tried again, for a day.' },
          },
        },
      },
    },
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'promenade_session' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token, made under Settings or by POST /tokens.',
        },
        shopper: { type: 'apiKey', in: 'cookie', name: 'promenade_shopper' },
      },
      responses: {
        ...Object.fromEntries(Object.values(FAILURES).map(([name, description]) => [name, failing(description)])),
        Failure: failing('Any other failure.'),
      },
      schemas,
    },
  };
}

/** The routes and the one that describes them all. */
export function withDocument(declared: readonly Route[], version = '1'): Route[] {
  let document: unknown;
  const routes: Route[] = [
    ...declared,
    route({
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      access: { public: true, why: 'describes the interface, holds no data' },
      contentTypes: ['application/json'],
      handler: () => {
        document ??= openApi(routes, version);
        return document;
      },
    }),
  ];
  return routes;
}
