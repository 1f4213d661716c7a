import { isLanguage, LANGUAGE_NAMES, language, words } from '../i18n/index.ts';
import { changeLanguage } from '../state.ts';

export function LanguageChoice() {
  return (
    <select
      class="select language"
      aria-label={words.value.language}
      value={language.value}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        if (isLanguage(chosen)) void changeLanguage(chosen);
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
