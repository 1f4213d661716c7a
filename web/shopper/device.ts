/** What is kept on this phone alone. Storage may be forbidden; then it lasts as long as the page. */
import type { ShopperMe, WalletOffer } from '../../server/contract/offers.ts';

const memory = new Map<string, string>();
const key = (name: string): string => `promenade.shopper.${name}`;

function read(name: string): string | null {
  try {
    return localStorage.getItem(key(name));
  } catch {
    return memory.get(name) ?? null;
  }
}
function write(name: string, value: string): void {
  try {
    localStorage.setItem(key(name), value);
  } catch {
    memory.set(name, value);
  }
}

export const device = {
  language: () => read('language'),
  setLanguage: (language: string) => write('language', language),
  soundOn: () => read('sound') === 'on',
  setSound: (on: boolean) => write('sound', on ? 'on' : 'off'),
  /** For the till when there is no connection. */
  wallet(): WalletOffer[] {
    try {
      return JSON.parse(read('wallet') ?? '[]') as WalletOffer[];
    } catch {
      return [];
    }
  },
  /** Redemptions that are not to be asked about any more. */
  dismissed(): string[] {
    try {
      return JSON.parse(read('dismissed') ?? '[]') as string[];
    } catch {
      return [];
    }
  },
  dismiss: (offerIds: readonly string[]) => write('dismissed', JSON.stringify(offerIds)),
  keepWallet: (offers: WalletOffer[]) => write('wallet', JSON.stringify(offers)),
  /** Mall and choices as they were last seen: a start without a connection shows them. */
  who(): ShopperMe | undefined {
    try {
      return (JSON.parse(read('who') ?? 'null') as ShopperMe | null) ?? undefined;
    } catch {
      return undefined;
    }
  },
  keepWho: (me: ShopperMe) => write('who', JSON.stringify(me)),
  /** After an erasure nothing of the person stays, the language of the page does. */
  forget(): void {
    memory.clear();
    try {
      for (const name of ['wallet', 'dismissed', 'who']) localStorage.removeItem(key(name));
    } catch {
      // Nothing was kept.
    }
  },
};
