/** The client as simulators use it: patient with a server that is starting or busy, and plain in its words when it gives up. */
import { ApiError, type Client, createClient } from '../server/client/core.ts';

/** Together some fifteen seconds: a server that starts is there by then. */
const RETRIES = 5;
/** A mall's carriers at once, on a busy machine. */
const TIMEOUT_MS = 300_000;

export const restClient = (server: string, token: string): Client =>
  createClient({ baseUrl: server, token, retries: RETRIES, timeoutMs: TIMEOUT_MS });

/** Undefined where it does not exist. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** For whoever started the program; undefined where it is no failure of the server. */
export function serverFault(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { status, request, path, message } = error;
  if (status === 0) return `${request}: ${message}; is the server running?`;
  return `${request}: ${status} ${path === undefined ? '' : `${path} `}${message}`;
}
