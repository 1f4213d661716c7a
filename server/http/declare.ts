/** Every way into the server is declared with who may use it; one that is not stops the start. */
import { accessFaults } from '../auth/access.ts';
import type { Access, Route } from './route.ts';

export const API_ROOT = '/api/v1';

export const fullPath = (route: Pick<Route, 'path' | 'root'>): string =>
  route.root ? route.path : `${API_ROOT}${route.path}`;

export const routeName = (route: Pick<Route, 'method' | 'path' | 'root'>): string =>
  `${route.method.toUpperCase()} ${fullPath(route)}`;

/** Pages are public because they hold no data: what they show they fetch with a session. */
export interface Page {
  path: string;
  file: string;
  access: Access;
}
export const PAGES: readonly Page[] = [
  { path: '/', file: 'dashboard/index.html', access: { public: true, why: 'the sign-in page; holds no data' } },
  { path: '/shopper', file: 'shopper/index.html', access: { public: true, why: "the phone's page; holds no data" } },
  { path: '/till', file: 'till/index.html', access: { public: true, why: "the till's sign-in; holds no data" } },
  {
    path: '/developers',
    file: 'developers/index.html',
    access: { public: true, why: 'for developers of apps; holds no data' },
  },
];

/** @throws Error naming every route whose declaration is missing or makes no sense, and every double. */
export function assertDeclared(routes: readonly Route[]): void {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const route of routes) {
    const name = routeName(route);
    for (const fault of accessFaults(route.access, /\/:site(\/|$)/.test(route.path))) faults.push(`${name} ${fault}`);
    const shape = name.replaceAll(/:[a-zA-Z]+/g, ':');
    if (seen.has(shape)) faults.push(`${name} is declared twice`);
    seen.add(shape);
  }
  if (faults.length) throw new Error(`routes are not declared as they must be:\n${faults.join('\n')}`);
}
