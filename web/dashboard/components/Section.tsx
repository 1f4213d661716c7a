/** A card that shows one answer: its skeleton, its fault, the answer, or an old answer with what went wrong since. */
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/t.ts';
import type { Asked } from '../state/useAsync.ts';
import { Fault, Notice, Skeleton } from './states.tsx';

export function Section<T>(props: {
  title: string;
  asked: Asked<T>;
  tools?: ComponentChildren;
  height: number;
  children: (data: T) => ComponentChildren;
}) {
  const { asked } = props;
  return (
    <section class="card" aria-label={props.title}>
      <div class="card-head">
        <h2>{props.title}</h2>
        {props.tools}
      </div>
      <div class="card-body" style={{ minHeight: `${props.height + 32}px` }}>
        {asked.error !== undefined && asked.data === undefined ? (
          <Fault error={asked.error} retry={asked.reload} />
        ) : asked.data === undefined ? (
          <Skeleton height={props.height} />
        ) : (
          <div class={asked.outdated ? 'outdated' : ''}>
            {asked.error !== undefined && (
              <Notice tone="warn">{t('fault.old', { message: asked.error.message })}</Notice>
            )}
            {props.children(asked.data)}
          </div>
        )}
      </div>
    </section>
  );
}
