/** Holds real answers to what the OpenAPI document says of them: status, content type, body. */
import { z } from 'zod';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: Record<string, unknown> }> }>;
}
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}
interface RealAnswer {
  status: number;
  headers: Headers;
  text: string;
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

export class OpenApiCheck {
  readonly #document: OpenApiDocument;
  readonly #schemas = new Map<object, z.ZodType>();
  readonly #paths: { pattern: RegExp; operations: Record<string, Operation> }[];
  /** Answers of success that were compared, by `method path`. */
  readonly checked = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    // A path without parameters goes before one with them, as in the router.
    this.#paths = Object.entries(document.paths)
      .sort(([a], [b]) => a.split('{').length - b.split('{').length)
      .map(([path, operations]) => ({
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        operations,
      }));
  }

  /** @throws Error where the answer is not as documented; undocumented paths may answer by failures only. */
  check(method: string, url: string, { status, headers, text }: RealAnswer): void {
    const { pathname } = new URL(url);
    const name = `${method.toUpperCase()} ${pathname} → ${status}`;
    const operation = this.#paths.find(({ pattern, operations }) => pattern.test(pathname) && operations[method])
      ?.operations[method];
    if (!operation) {
      if (pathname.startsWith('/api/') && status < 400) throw new Error(`${name}: not in the document`);
      return;
    }
    const documented = operation.responses[String(status)] ?? (status >= 400 ? operation.responses.default : undefined);
    if (!documented) throw new Error(`${name}: the document has only ${Object.keys(operation.responses).join(', ')}`);
    const contentType = (headers.get('content-type') ?? '').split(';')[0]!;
    if (!documented.content) {
      if (text !== '') throw new Error(`${name}: the document promises no body, but ${contentType} came`);
      return;
    }
    const content = documented.content[contentType];
    if (!content) throw new Error(`${name}: ${contentType} is not among ${Object.keys(documented.content).join(', ')}`);
    if (content.schema) {
      const result = this.#schemaOf(content.schema).safeParse(JSON.parse(text));
      if (!result.success) throw new Error(`${name}: ${z.prettifyError(result.error)}\n${text.slice(0, 500)}`);
    }
    if (status < 400) this.checked.add(`${method} ${pathname}`);
  }

  #schemaOf(schema: Record<string, unknown>): z.ZodType {
    let made = this.#schemas.get(schema);
    if (!made) {
      const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
      const own = name === undefined ? schema : this.#document.components.schemas[name]!;
      made = z.fromJSONSchema(own as JsonSchema);
      this.#schemas.set(schema, made);
    }
    return made;
  }
}
