/** Names of strangers are looked up without holding up the server. */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { resolvePublic } from '../../server/push/resolve.ts';
import { until } from '../support/until.ts';

/** Answers each question for an IPv4 address with 93.184.216.34, or nothing at all. */
async function nameServer(answers: boolean): Promise<{ address: string; asked: () => number }> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, from) => {
    asked++;
    if (!answers) return;
    let end = 12;
    while (question[end] !== 0) end += 1 + question[end]!;
    end += 5;
    const isIpv4 = question.readUInt16BE(end - 4) === 1;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(isIpv4 ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 216, 34]);
    const answer = Buffer.concat([header, question.subarray(12, end), ...(isIpv4 ? [record] : [])]);
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  // Open to the end: what is still asked of it is not to be asked elsewhere.
  socket.unref();
  return { address: `127.0.0.1:${socket.address().port}`, asked: () => asked };
}

test('addresses come from the name server', async () => {
  const server = await nameServer(true);
  expect(await resolvePublic('hook.example', [server.address])).toEqual(['93.184.216.34']);
  expect(server.asked()).toBeGreaterThan(0);
});

test('names that nobody answers for leave disk and database their threads', async () => {
  const server = await nameServer(false);
  let done = 0;
  for (let i = 0; i < 16; i++)
    void resolvePublic(`hook-${i}.example`, [server.address]).finally(() => {
      done++;
    });
  for (let i = 0; i < 20; i++) await readFile(import.meta.filename);
  await until(server.asked).toBeGreaterThanOrEqual(16);
  expect(done).toBe(0);
});
