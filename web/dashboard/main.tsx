import { render } from 'preact';
import '../lib/tokens.css';
import './dashboard.css';
import { firstLanguage } from '../lib/languages.ts';
import { App } from './App.tsx';
import { speak } from './i18n/t.ts';

// Without the dictionary the page is still of use in English.
await speak(firstLanguage()).catch(() => undefined);
render(<App />, document.getElementById('app')!);
