/** The draft, what is saved, and the steps back. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Draft } from './model.ts';

/** More steps than anybody remembers; each is a few kilobytes. */
const STEPS_KEPT = 200;
const NO_DRAFT: Draft = { zones: [], gateways: [] };

export function useDraft() {
  const [saved, setSaved] = useState<Draft>(NO_DRAFT);
  const [draft, setDraft] = useState<Draft>(NO_DRAFT);
  const past = useRef<Draft[]>([]);
  const change = useCallback((next: (old: Draft) => Draft) => {
    setDraft((old) => {
      past.current = [...past.current.slice(1 - STEPS_KEPT), old];
      return next(old);
    });
  }, []);
  const undo = useCallback(() => {
    const last = past.current.pop();
    if (last !== undefined) setDraft(last);
  }, []);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !typing) {
        event.preventDefault();
        undo();
      }
    };
    document.addEventListener('keydown', keys);
    return () => document.removeEventListener('keydown', keys);
  }, [undo]);
  const forgetSteps = useCallback(() => {
    past.current = [];
  }, []);
  return { saved, setSaved, draft, setDraft, change, undo, canUndo: past.current.length > 0, forgetSteps };
}
