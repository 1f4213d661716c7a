/** The TypeScript client's types and operations, from the OpenAPI document. Pure. */
import { comment, type Direction, keyOf, notesOf, quoted, refName, typeOf } from './clientTypes.ts';
import type { Json } from './documentSchemas.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Json;
}
interface Content {
  content?: Record<string, { schema?: Json }>;
}
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: Content & { required: boolean; description?: string };
  responses: Record<string, Content & { $ref?: string }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
}

const HEAD = 'Written by `npm run client` from the OpenAPI document: not to be changed by hand.';

const fileOf = (tag: string): string => `${tag[0]!.toLowerCase()}${tag.slice(1)}.ts`;
const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const ends = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
/** A type that fits on a line is said where it is used. */
const isShort = (type: string): boolean => type.length <= 60 && !type.includes('/**');

/** Which way a component goes; what goes both ways is read as an answer. */
function directionsOf({ paths, components }: Document): Map<string, Direction> {
  const directions = new Map<string, Direction>();
  const walk = (value: unknown, direction: Direction): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, direction);
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) {
        if (key !== '$ref') walk(one, direction);
        else {
          const name = refName(one);
          const known = directions.get(name);
          if (known === direction || known === 'output') continue;
          directions.set(name, direction);
          walk(components.schemas[name], direction);
        }
      }
  };
  const operations = Object.values(paths).flatMap((one) => Object.values(one));
  for (const { requestBody, parameters } of operations) walk([requestBody, parameters], 'input');
  for (const { responses } of operations) walk(responses, 'output');
  return directions;
}

class ClientWriter {
  readonly #document: Document;
  readonly #types = new Map<string, string>();

  constructor(document: Document) {
    this.#document = document;
    const directions = directionsOf(document);
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.#declare(name, schema, directions.get(name) ?? 'output');
  }

  #declare(name: string, schema: Json, direction: Direction): void {
    if (this.#types.has(name)) throw new Error(`two types of the client would be called ${name}`);
    const type = typeOf(schema, direction);
    const said = comment(notesOf({ description: schema.description }));
    this.#types.set(
      name,
      type.startsWith('{') && type.endsWith('}') && schema.type === 'object'
        ? `${said}export interface ${name} ${type}`
        : `${said}export type ${name} = ${type};`,
    );
  }

  /** Where it stands, or under a name of the operation where it is long. */
  #placed(schema: Json, direction: Direction, name: string): string {
    const type = typeOf(schema, direction);
    if (isShort(type)) return type;
    if (schema.type === 'array') return `${this.#placed(schema.items as Json, direction, `${name}Item`)}[]`;
    this.#declare(name, schema, direction);
    return name;
  }

  #params(operation: Operation): { name: string; type: string; required: boolean } | undefined {
    const params = (operation.parameters ?? []).filter((one) => one.in !== 'header');
    if (params.length === 0) return undefined;
    const fields = params.map(({ name, required, schema, description }) => {
      const type = typeOf(schema, 'input');
      const said = /^Which \w+, by its id\.$/.test(description ?? '') ? [] : notesOf({ ...schema, description });
      return `${comment(said)}${keyOf(name)}${required ? '' : '?'}: ${type}${required ? '' : ' | undefined'};`;
    });
    return { name: 'params', type: `{\n${fields.join('\n')}\n}`, required: params.some((one) => one.required) };
  }

  operation(method: string, path: string, operation: Operation): string {
    const { operationId, summary, description, requestBody, responses } = operation;
    const Name = capital(operationId);
    const params = this.#params(operation);
    const success = Object.entries(responses).find(([status]) => status.startsWith('2'))![1];
    const [answerType, answer] = Object.entries(success.content ?? {})[0] ?? [];
    const uploadTypes = Object.entries(requestBody?.content ?? {})
      .filter(([, one]) => one.schema?.format === 'binary')
      .map(([type]) => type);

    const isDownload = answerType !== undefined && answerType !== 'application/json';
    const result = answer?.schema
      ? this.#placed(answer.schema, 'output', `${Name}Answer`)
      : answerType === undefined
        ? 'void'
        : isDownload
          ? answerType.startsWith('text/')
            ? 'string'
            : 'Blob'
          : 'unknown';
    const json = requestBody?.content?.['application/json']?.schema;
    const bodyType = uploadTypes.length > 0 ? 'Upload' : json && this.#placed(json, 'input', `${Name}Body`);
    const optionsType = uploadTypes.length > 0 ? 'UploadOptions' : 'CallOptions';

    const signature = [
      'client: Client',
      ...(params ? [`params: ${params.type}${params.required || bodyType ? '' : ' = {}'}`] : []),
      ...(bodyType ? [`body${requestBody!.required ? '' : '?'}: ${bodyType}`] : []),
      `options?: ${optionsType}`,
    ].join(', ');
    const failures = Object.keys(responses).filter((status) => status.startsWith('4'));
    const asked = `\`${method.toUpperCase()} ${path}\``;
    const doc = comment([
      ends(summary),
      '',
      `${ends(description)} ${asked}`,
      ...(requestBody?.description ? [`@param body ${requestBody.description} ${uploadTypes.join(', ')}`] : []),
      `@throws {ApiError} ${failures.join(', ')}`,
    ]);
    const given = params ? 'params' : undefined;
    const call = isDownload
      ? `${result === 'Blob' ? 'download' : 'downloadText'}(client, ${quoted(path)}, ${given ?? 'undefined'}, options)`
      : uploadTypes.length > 0
        ? `upload(client, '${method.toUpperCase()}', ${quoted(path)}, ${given ?? '{}'}, body, [${uploadTypes.map(quoted).join(', ')}], options)`
        : `call(client, '${method.toUpperCase()}', ${quoted(path)}, ${given ?? 'undefined'}, ${bodyType ? 'body' : 'undefined'}, options)`;
    const made = `${doc}export function ${operationId}(${signature}): Promise<${result}> {\nreturn ${call};\n}\n`;
    if (!isDownload || result !== 'Blob') return made;
    return `${made}\n/** The address of \`${operationId}\`, for an \`img\`. */\nexport const ${operationId.replace(/^get/, '').replace(/^./, (c) => c.toLowerCase())}Url = (client: Client, params: ${params?.type ?? '{}'}): string => urlOf(client, ${quoted(path)}, params);\n`;
  }

  /** By tag. */
  operations(): Map<string, string> {
    const all = Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
    );
    const tags = [...new Set(all.map(({ operation }) => operation.tags[0]!))].sort();
    return new Map(
      tags.map((tag) => [
        tag,
        all
          .filter(({ operation }) => operation.tags[0] === tag)
          .map(({ method, path, operation }) => this.operation(method, path, operation))
          .join('\n'),
      ]),
    );
  }

  /** After the operations, whose long types are among them. */
  types(): string {
    return [...this.#types.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join('\n\n');
  }
}

/** Names of types that a text uses. */
const used = (text: string, names: Iterable<string>): string[] =>
  [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(text)).sort();

/** Files by their path within the client's folder. */
export type ClientSource = Record<string, string>;

const FUNCTIONS = ['call', 'download', 'downloadText', 'upload', 'urlOf'];
const CORE_TYPES = ['CallOptions', 'Client', 'Time', 'Upload', 'UploadOptions'];

export function clientSource(document: Json): ClientSource {
  const writer = new ClientWriter(document as unknown as Document);
  const operations = writer.operations();
  const types = writer.types();
  const names = [...types.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name!);
  const files: ClientSource = {
    'types.ts': [
      `/** What the operations take and answer. ${HEAD} */`,
      ...(used(types, ['Time']).length > 0 ? ["import type { Time } from './core.ts';"] : []),
      '',
      types,
      '',
    ].join('\n'),
    'operations.ts': [
      `/** Every operation of the server, one function each, by what they are about. ${HEAD} */`,
      ...[...operations.keys()].map((tag) => `export * from './operations/${fileOf(tag)}';`),
      '',
    ].join('\n'),
  };
  for (const [tag, text] of operations) {
    const code = text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '').replaceAll(/'[^']*'/g, "''");
    const fromCore = [...used(code, FUNCTIONS), ...used(code, CORE_TYPES).map((name) => `type ${name}`)];
    const fromTypes = used(code, names);
    files[`operations/${fileOf(tag)}`] = [
      `/** ${tag}. ${HEAD} */`,
      `import { ${fromCore.join(', ')} } from '../core.ts';`,
      ...(fromTypes.length > 0 ? [`import type { ${fromTypes.join(', ')} } from '../types.ts';`] : []),
      '',
      text,
    ].join('\n');
  }
  return files;
}
