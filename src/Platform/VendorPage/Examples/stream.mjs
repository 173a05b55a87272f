// One JSON object per line, as many as you like; each line is answered once it is stored.
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { createGzip } from 'node:zlib';

const { PLATFORM, TOKEN } = process.env;
function* rows() {
  for (let n = 1; n <= 3; n++)
    yield JSON.stringify({ id: `luong/hv-${n}`, learner: { id: `hv-${n}` }, locality: '05953', course: 'KNS-CD-01',
      audience: 'Citizens', completedAt: '2026-03-02T08:00:00+07:00' }) + '\n';
}

const answer = await fetch(`${PLATFORM}/v1/completions`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/x-ndjson', 'Content-Encoding': 'gzip' },
  body: Readable.toWeb(Readable.from(rows()).pipe(createGzip())),
  duplex: 'half',
});
for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
  const row = JSON.parse(line);
  console.log(row.outcome ? `${row.id} ${row.outcome}` : line);
}
