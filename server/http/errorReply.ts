/** Any failure as the one form that clients read: `{"error":{"code","message","path"?}}`. */
import type { z } from 'zod';
import { AppError } from '../errors.ts';

export interface ErrorBody {
  error: { code: string; message: string; path?: string };
}

export const errorBody = ({ code, message, path }: AppError): ErrorBody => ({
  error: { code, message, ...(path === undefined ? {} : { path }) },
});

type Issue = z.core.$ZodIssue;

/** Of the branches of a union, the one that got furthest says what is wrong. */
function deepest(issue: Issue): { path: PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return { path: issue.path, message: issue.message };
  const branches = issue.errors
    .map((errors) => errors[0])
    .filter((first) => first !== undefined)
    .map((first) => deepest(first))
    .sort((a, b) => b.path.length - a.path.length);
  const best = branches[0];
  return best && best.path.length > 0
    ? { path: [...issue.path, ...best.path], message: best.message }
    : { path: issue.path, message: best?.message ?? issue.message };
}

/** `where` is body, query or params. */
export function validationError(where: string, error: z.ZodError): AppError {
  const first = error.issues[0];
  if (!first) return new AppError(400, 'bad-request', 'the input is not valid', where);
  const { path, message } = deepest(first);
  return new AppError(400, 'bad-request', message, [where, ...path.map(String)].join('.'));
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';

/** What express and its body parser throw, as a client's error; undefined for what is the server's own fault. */
export function clientError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!isObject(error)) return undefined;
  switch (error.type) {
    case 'entity.parse.failed':
      return new AppError(400, 'not-json', `the body is not JSON: ${String(error.message).slice(0, 200)}`, 'body');
    case 'entity.too.large':
      return new AppError(413, 'too-large', `the body is larger than ${String(error.limit)} bytes`, 'body');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new AppError(415, 'unsupported-media-type', 'the body must be UTF-8 JSON', 'body');
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError(400, 'aborted', 'the body ended before its announced length', 'body');
  }
  if (typeof error.code === 'string' && error.code.startsWith('Z_'))
    return new AppError(400, 'bad-request', 'the body is not compressed as content-encoding says', 'body');
  // express: a path that is not well-formed percent-encoding
  if (error instanceof URIError || error.status === 400)
    return new AppError(400, 'bad-request', 'the address is not well formed', 'params');
  return undefined;
}
