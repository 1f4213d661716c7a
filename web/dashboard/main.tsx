import { render } from 'preact';
import '../lib/tokens.css';

render(<main />, document.getElementById('app')!);
