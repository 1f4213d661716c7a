/** What must survive a reload and a power cut: acceptances that wait, codes that were used here, and what the till was told. */

export interface Waiting {
  /** The till's name for it, under which the server knows it however often it is sent. */
  key: string;
  code: string;
  offerId: string;
  siteId: string;
  tenantRef: string;
  /** By this till's clock. */
  acceptedMs: number;
  amountMinor: number | undefined;
  currency: string;
  title: string | undefined;
  /** It was tried over the network first, and whether it arrived is not known. */
  sent: boolean;
}
interface Used {
  offerId: string;
  atMs: number;
  expiresMs: number;
}

const NAME = 'promenade-till';
const DAY_MS = 86_400_000;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const committed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

export class TillStore {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(): Promise<TillStore> {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('told');
      request.result.createObjectStore('waiting', { keyPath: 'key' });
      request.result.createObjectStore('used', { keyPath: 'offerId' });
    };
    return new TillStore(await done(request));
  }

  /** On the disk before it is answered: a customer leaves with the goods. */
  #write(stores: string[], work: (transaction: IDBTransaction) => void): Promise<void> {
    const transaction = this.#database.transaction(stores, 'readwrite', { durability: 'strict' });
    const end = committed(transaction);
    work(transaction);
    return end;
  }
  #read(store: string): IDBObjectStore {
    return this.#database.transaction(store).objectStore(store);
  }

  get<T>(name: string): Promise<T | undefined> {
    return done(this.#read('told').get(name)) as Promise<T | undefined>;
  }
  put(name: string, value: unknown): Promise<void> {
    return this.#write(['told'], (transaction) => transaction.objectStore('told').put(value, name));
  }
  forget(...names: string[]): Promise<void> {
    return this.#write(['told'], (transaction) => {
      for (const name of names) transaction.objectStore('told').delete(name);
    });
  }

  async usedMs(offerId: string): Promise<number | undefined> {
    return ((await done(this.#read('used').get(offerId))) as Used | undefined)?.atMs;
  }
  used(used: Used): Promise<void> {
    return this.#write(['used'], (transaction) => transaction.objectStore('used').put(used));
  }

  /** False: the code was used here before, in this window or another. */
  async accept(waiting: Waiting, expiresMs: number): Promise<boolean> {
    try {
      await this.#write(['used', 'waiting'], (transaction) => {
        transaction.objectStore('used').add({ offerId: waiting.offerId, atMs: waiting.acceptedMs, expiresMs });
        transaction.objectStore('waiting').put(waiting);
      });
      return true;
    } catch (error) {
      if ((error as DOMException | null)?.name === 'ConstraintError') return false;
      throw error;
    }
  }
  /** The oldest first. */
  async waiting(): Promise<Waiting[]> {
    const all = (await done(this.#read('waiting').getAll())) as Waiting[];
    return all.sort((a, b) => a.acceptedMs - b.acceptedMs);
  }
  settled(keys: readonly string[]): Promise<void> {
    return this.#write(['waiting'], (transaction) => {
      for (const key of keys) transaction.objectStore('waiting').delete(key);
    });
  }
  /** Before it was settled: as if it had not been. */
  takeBack({ key, offerId }: Pick<Waiting, 'key' | 'offerId'>): Promise<void> {
    return this.#write(['used', 'waiting'], (transaction) => {
      transaction.objectStore('used').delete(offerId);
      transaction.objectStore('waiting').delete(key);
    });
  }
  forgetUsed(offerId: string): Promise<void> {
    return this.#write(['used'], (transaction) => transaction.objectStore('used').delete(offerId));
  }
  /** Codes that have ended need no memory. */
  prune(nowMs: number): Promise<void> {
    return this.#write(['used'], (transaction) => {
      const cursor = transaction.objectStore('used').openCursor();
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (at === null) return;
        if ((at.value as Used).expiresMs < nowMs - DAY_MS) at.delete();
        at.continue();
      };
    });
  }
}
