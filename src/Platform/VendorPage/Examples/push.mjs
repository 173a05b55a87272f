const { PLATFORM, TOKEN } = process.env;
const answer = await fetch(`${PLATFORM}/v1/completions`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'lop-12-2026-03-01-js' },
  body: JSON.stringify([
    { id: 'lop-12/hv-1', learner: { id: 'hv-1' }, locality: '05953', course: 'KNS-CD-01',
      audience: 'Citizens', completedAt: '2026-03-01T08:00:00+07:00', score: 85, passed: true },
    { id: 'lop-12/hv-2', learner: { id: 'hv-2' }, locality: '05953', course: 'KHONG-CO',
      audience: 'Citizens', completedAt: '2026-03-01T08:00:00+07:00' },
  ]),
});
if (answer.status === 429)
  throw new Error(`Come again in ${answer.headers.get('Retry-After')} s.`);
if (!answer.ok)
  throw new Error(await answer.text());
for (const row of (await answer.json()).results)
  console.log(row.id, row.outcome, row.problems?.[0].code ?? '');
