/** A part of a view that is fetched when first shown. */
import type { ComponentChild, FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Fault, Loading } from './states.tsx';

export function lazy<P extends object>(load: () => Promise<{ default: FunctionComponent<P> }>): FunctionComponent<P> {
  let part: FunctionComponent<P> | undefined;
  return function Lazy(props: P): ComponentChild {
    const [, redraw] = useState(0);
    const [fault, setFault] = useState<unknown>();
    useEffect(() => {
      if (part !== undefined) return;
      let gone = false;
      load().then(
        (module) => {
          part = module.default;
          if (!gone) redraw((n) => n + 1);
        },
        (error: unknown) => {
          if (!gone) setFault(error);
        },
      );
      return () => {
        gone = true;
      };
    }, []);
    if (fault !== undefined) return <Fault error={fault} retry={() => location.reload()} />;
    if (part === undefined) return <Loading lines={5} />;
    const Part = part;
    return <Part {...props} />;
  };
}
