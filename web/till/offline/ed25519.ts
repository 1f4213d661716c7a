/** Signatures by the browser's own cryptography, which pages have over https and on the machine itself. */

const ALGORITHM = 'Ed25519';

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

const keys = new Map<string, Promise<CryptoKey>>();
const keyOf = (publicKey: string): Promise<CryptoKey> => {
  let key = keys.get(publicKey);
  if (key === undefined) {
    key = crypto.subtle.importKey('raw', bytesOf(publicKey), ALGORITHM, false, ['verify']);
    keys.set(publicKey, key);
  }
  return key;
};

export const verify = async (
  publicKey: string,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> => crypto.subtle.verify(ALGORITHM, await keyOf(publicKey), signature, message);

/** Browsers before 2024 or 2025 do not know this kind of key. */
export async function canVerify(): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), ALGORITHM, false, ['verify']);
    return true;
  } catch {
    return false;
  }
}
