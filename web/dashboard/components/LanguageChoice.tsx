import { isLanguage, keepLanguage, LANGUAGE_NAMES } from '../../lib/languages.ts';
import { language, speak, t } from '../i18n/t.ts';
import { mayLeave } from '../state/router.ts';
import { toast } from './toast.tsx';

export function LanguageChoice() {
  return (
    <select
      class="select language"
      aria-label={t('language.label')}
      value={language.value}
      onChange={(event) => {
        const { currentTarget } = event;
        const chosen = currentTarget.value;
        // The page is drawn anew, and what was not saved goes with it.
        if (!isLanguage(chosen) || !mayLeave()) {
          currentTarget.value = language.value;
          return;
        }
        speak(chosen).then(
          () => keepLanguage(chosen),
          () => {
            currentTarget.value = language.value;
            toast(t('fault.offline'), true);
          },
        );
      }}
    >
      {Object.entries(LANGUAGE_NAMES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
