/** One question to the server as a component sees it: loading, an answer, an old answer while a new one comes, or a fault. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../lib/api.ts';
import { asApiError } from './asApiError.ts';

export interface Asked<T> {
  data: T | undefined;
  error: ApiError | undefined;
  /** True also while an old answer is still shown. */
  loading: boolean;
  /** The answer belongs to an earlier question. */
  outdated: boolean;
  reload: () => void;
  set: (data: T) => void;
}

/** `key` names the question; null asks nothing. A new key aborts the old question. */
export function useAsync<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: ApiError; done: boolean }>({
    key: null,
    done: false,
  });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setState((old) => ({ ...old, done: false }));
    loader.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ key, data, done: true });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((old) =>
          old.key === key && old.data !== undefined
            ? { ...old, error: asApiError(error), done: true }
            : { key, error: asApiError(error), done: true },
        );
      },
    );
    return () => abort.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((data: T) => setState({ key, data, done: true }), [key]);
  const failedOther = state.error !== undefined && state.key !== key;
  return {
    data: state.data,
    error: failedOther ? undefined : state.error,
    loading: key !== null && (!state.done || state.key !== key),
    outdated: state.data !== undefined && state.key !== key,
    reload,
    set,
  };
}
