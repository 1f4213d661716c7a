/** What stands where an answer does not: nothing yet, loading, a fault with the way on. */
import type { ComponentChildren } from 'preact';
import { ApiError } from '../../lib/api.ts';
import { t } from '../i18n/t.ts';
import { Icon, type IconName } from './Icon.tsx';

export function Empty(props: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="state">
      <span class="state-icon">
        <Icon name={props.icon} size={22} />
      </span>
      <p class="state-title">{props.title}</p>
      {props.children !== undefined && <div class="state-text">{props.children}</div>}
      {props.action !== undefined && <div class="state-action">{props.action}</div>}
    </div>
  );
}

/** What a person can do about it, by kind of fault. */
export function remedyOf(error: ApiError): string {
  if (error.code === 'offline' || error.code === 'timeout') return t('fault.offline');
  if (error.status === 403) return t('fault.forbidden');
  if (error.status === 404) return t('fault.missing');
  if (error.status === 429) return t('fault.tooMany');
  if (error.status >= 500) return t('fault.server');
  return t('fault.other');
}

export function Fault({ error, retry, title }: { error: unknown; retry?: () => void; title?: string }) {
  const known = error instanceof ApiError ? error : new ApiError(0, 'page', String(error));
  return (
    <div class="state fault" role="alert">
      <span class="state-icon bad">
        <Icon name="warn" size={22} />
      </span>
      <p class="state-title">{title ?? t('fault.title')}</p>
      <p class="state-text">
        {t('fault.said', { message: known.message })} {remedyOf(known)}
      </p>
      {retry !== undefined && (
        <div class="state-action">
          <button type="button" class="button" onClick={retry}>
            <Icon name="retry" size={16} />
            {t('fault.retry')}
          </button>
        </div>
      )}
    </div>
  );
}

const css = (size: number | string): string => (typeof size === 'number' ? `${size}px` : size);

export function Skeleton({ height, width = '100%' }: { height: number | string; width?: number | string }) {
  return <div class="skeleton" style={{ height: css(height), width: css(width) }} aria-hidden="true" />;
}

/** A block of skeleton lines that says to a screen reader that something comes. */
export function Loading({ lines = 4, height = 20 }: { lines?: number; height?: number }) {
  return (
    <div class="loading-lines" role="status">
      <span class="visually-hidden">{t('state.loading')}</span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={height} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

/** A line above content that is still shown though it may not be relied on. */
export function Notice({
  tone = 'info',
  children,
  action,
}: {
  tone?: 'info' | 'warn' | 'bad';
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={tone === 'info' ? 'info' : 'warn'} size={17} />
      <span class="notice-text">{children}</span>
      {action}
    </div>
  );
}
