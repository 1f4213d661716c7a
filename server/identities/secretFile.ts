/**
 * The secrets of one site's identities: records of 32 bytes in a file of their own, for a database never promises that what
 * was deleted is gone. A record is overwritten with zeros when its identity ends.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SECRET_BYTES } from '../contract/identity.ts';

export class SecretFile {
  readonly #path: string;
  #handle: FileHandle | undefined;
  /** Records without a secret, and how many there are of either kind. */
  readonly #free: number[] = [];
  #records = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Hands over the secrets that are in use, and overwrites all others: a crash may have left one that is nobody's. */
  async start(used: ReadonlySet<number>): Promise<Map<number, Buffer>> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const handle = await open(this.#path, 'a+', 0o600);
    const bytes = await handle.readFile();
    await handle.close();
    this.#handle = await open(this.#path, 'r+', 0o600);
    this.#records = Math.ceil(bytes.length / SECRET_BYTES);
    const secrets = new Map<number, Buffer>();
    for (let record = 0; record < this.#records; record++) {
      const secret = Buffer.alloc(SECRET_BYTES);
      bytes.copy(secret, 0, record * SECRET_BYTES);
      const isBlank = secret.every((byte) => byte === 0);
      if (used.has(record) && !isBlank) secrets.set(record, secret);
      else {
        if (!isBlank) await this.#write(record, Buffer.alloc(SECRET_BYTES));
        this.#free.push(record);
      }
    }
    bytes.fill(0);
    await this.#handle.sync();
    return secrets;
  }

  /** Durable when it settles. */
  async add(secret: Buffer): Promise<number> {
    const record = this.#free.pop() ?? this.#records++;
    await this.#serially(() => this.#write(record, secret, true));
    return record;
  }

  async shred(record: number): Promise<void> {
    await this.#serially(() => this.#write(record, Buffer.alloc(SECRET_BYTES), true));
    this.#free.push(record);
  }

  async stop(): Promise<void> {
    await this.#tail;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #write(record: number, bytes: Buffer, sync = false): Promise<void> {
    if (!this.#handle) throw new Error('the file of secrets is closed');
    await this.#handle.write(bytes, 0, SECRET_BYTES, record * SECRET_BYTES);
    if (sync) await this.#handle.datasync();
  }

  #serially(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }
}
