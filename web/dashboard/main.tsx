import { render } from 'preact';
import '../lib/tokens.css';
import './dashboard.css';
import { App } from './App.tsx';

render(<App />, document.getElementById('app')!);
