/** Something that is told this once: to copy, then gone. */
import { useState } from 'preact/hooks';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';

export function Secret({ value, words }: { value: string; words: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div role="status">
      <p>{words}</p>
      <div class="secret">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls, so it must take the focus. */}
        <code tabIndex={0}>{value}</code>
        <button
          type="button"
          class="button"
          onClick={() => void navigator.clipboard.writeText(value).then(() => setCopied(true))}
        >
          <Icon name={copied ? 'check' : 'copy'} size={16} />
          {t(copied ? 'action.copied' : 'action.copy')}
        </button>
      </div>
    </div>
  );
}
