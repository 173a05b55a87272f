// Checks one message that your server received: its headers, and its body byte for byte. Or use the package standardwebhooks.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { WEBHOOK_SECRET, WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE } = process.env;
const body = readFileSync(0);
const expected = createHmac('sha256', Buffer.from(WEBHOOK_SECRET.slice('whsec_'.length), 'base64'))
  .update(`${WEBHOOK_ID}.${WEBHOOK_TIMESTAMP}.`).update(body).digest();
const genuine = WEBHOOK_SIGNATURE.split(' ').some(s => {
  const sent = Buffer.from(s.slice('v1,'.length), 'base64');
  return s.startsWith('v1,') && sent.length === expected.length && timingSafeEqual(sent, expected);
});
const fresh = Math.abs(Date.now() / 1000 - WEBHOOK_TIMESTAMP) < 300;
console.log(genuine && fresh ? 'genuine' : 'forged');
process.exitCode = genuine && fresh ? 0 : 1;
