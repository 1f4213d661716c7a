/** The pages' own client: of the server that they came from, with the session of the browser. */
import { createClient } from '../../server/client/core.ts';

export { ApiError } from '../../server/client/core.ts';

const unauthenticatedListeners = new Set<() => void>();
/** Called when the server answers 401, so that a page can show its sign-in. Returns the way to stop. */
export function onUnauthenticated(listener: () => void): () => void {
  unauthenticatedListeners.add(listener);
  return () => unauthenticatedListeners.delete(listener);
}

export const client = createClient({
  onUnauthenticated: () => {
    for (const listener of unauthenticatedListeners) listener();
  },
});
