import { render } from 'preact';
import '../lib/tokens.css';
import './till.css';
import { App } from './App.tsx';
import { boot } from './state.ts';

render(<App />, document.getElementById('app')!);
void boot();
