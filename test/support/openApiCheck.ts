/** Holds real answers to what the OpenAPI document says of them: status, content type, body. */
import { z } from 'zod';

interface Answer {
  content?: Record<string, { schema?: Record<string, unknown> }>;
}
interface Operation {
  responses: Record<string, Answer & { $ref?: string }>;
}
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>>; responses: Record<string, Answer> };
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
    const named = operation.responses[String(status)] ?? (status >= 400 ? operation.responses.default : undefined);
    const documented =
      named?.$ref === undefined ? named : this.#document.components.responses[named.$ref.split('/').at(-1)!];
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
      // Components are definitions to those who know JSON Schema alone.
      const whole = { ...schema, $defs: this.#document.components.schemas };
      const text = JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/');
      made = z.fromJSONSchema(JSON.parse(text) as JsonSchema);
      this.#schemas.set(schema, made);
    }
    return made;
  }
}
