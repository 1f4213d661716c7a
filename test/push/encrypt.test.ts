import { createECDH, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encrypt, isPoint, MAX_PLAINTEXT_BYTES } from '../../server/push/encrypt.ts';
import { decrypt } from './stub.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

/** RFC 8291, section 5 and appendix A. */
const RFC = {
  plaintext: 'When I grow up, I want to be a watermelon',
  sender: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
  receiver: bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
  receiverPoint: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
  auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  message:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

describe('encryption', () => {
  test('is that of RFC 8291, to the byte', () => {
    const message = encrypt(
      Buffer.from(RFC.plaintext),
      { p256dh: RFC.receiverPoint, auth: RFC.auth },
      { privateKey: RFC.sender, salt: RFC.salt },
    );
    expect(message.toString('base64url')).toBe(RFC.message);
  });

  test("the tests' own browser reads the RFC's message", () => {
    const browser = createECDH('prime256v1');
    browser.setPrivateKey(RFC.receiver);
    expect(decrypt(bytes(RFC.message), browser, RFC.auth).toString()).toBe(RFC.plaintext);
  });

  test('padding hides the length and is taken off again; what is too long is refused', () => {
    const browser = createECDH('prime256v1');
    const to = { p256dh: browser.generateKeys(), auth: randomBytes(16) };
    const secrets = () => {
      const own = createECDH('prime256v1');
      own.generateKeys();
      return { privateKey: own.getPrivateKey(), salt: randomBytes(16) };
    };
    const [short, long] = [Buffer.from('a'), Buffer.from('b'.repeat(500))];
    const messages = [short, long].map((plaintext) => encrypt(plaintext, to, secrets(), 512));
    expect(messages[0]!.length).toBe(messages[1]!.length);
    expect(messages.map((one) => decrypt(one, browser, to.auth))).toEqual([short, long]);
    const longest = Buffer.alloc(MAX_PLAINTEXT_BYTES, 1);
    expect(encrypt(longest, to, secrets(), 5_000)).toHaveLength(4_096);
    expect(() => encrypt(Buffer.alloc(MAX_PLAINTEXT_BYTES + 1), to, secrets())).toThrow(RangeError);
  });

  test('a point that does not lie on the curve is none', () => {
    expect(isPoint(RFC.receiverPoint)).toBe(true);
    const off = Buffer.from(RFC.receiverPoint);
    off[64]! ^= 1;
    expect(isPoint(off)).toBe(false);
    expect(isPoint(RFC.receiverPoint.subarray(0, 33))).toBe(false);
  });
});
