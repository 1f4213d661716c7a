/** Problems of one kind are told once in a while, with how many there were: a hostile client must not fill the server's log. Pure. */
const TOLD_EVERY_MS = 5_000;

export function throttled(
  tell: (what: string, error: Error) => void,
  nowMs: () => number = () => performance.now(),
): (what: string, error: Error) => void {
  const kinds = new Map<string, { toldAt: number; held: number }>();
  return (what, error) => {
    const kind = kinds.get(what);
    if (kind && nowMs() - kind.toldAt < TOLD_EVERY_MS) {
      kind.held++;
      return;
    }
    const held = kind?.held ?? 0;
    kinds.set(what, { toldAt: nowMs(), held: 0 });
    tell(what, held === 0 ? error : new Error(`${error.message} (and ${held} more meanwhile)`, { cause: error }));
  };
}
