import { render } from 'preact';
import '../lib/tokens.css';
import './till.css';
import { App } from './App.tsx';
import { boot } from './state.ts';

render(<App />, document.getElementById('app')!);
void boot();
// Over plain http from another machine there is none; the page then needs the network to start.
void navigator.serviceWorker?.register('/till-worker.js', { scope: '/till' }).catch(() => undefined);
