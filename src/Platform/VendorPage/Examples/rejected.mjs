// Rows that were not taken can be fetched again in the format they came in, each with why: mend them and send them again.
const { PLATFORM, TOKEN } = process.env;
const headers = { Authorization: `Bearer ${TOKEN}`, 'Accept-Language': 'en' };
const sent = await fetch(`${PLATFORM}/v1/completions`, {
  method: 'POST',
  headers: { ...headers, 'Content-Type': 'application/json' },
  body: JSON.stringify([{ id: 'lop-12/hv-3', learner: { id: 'hv-3' }, locality: '05953', course: 'KNS-CD-01',
    audience: 'Citizens', completedAt: '2026-03-01', score: 101 }]),
});
const { rejectedRows } = await sent.json();
for (const row of await (await fetch(PLATFORM + rejectedRows, { headers })).json())
  for (const problem of row.problems)
    console.log(row.id, problem.pointer, problem.code, problem.title, problem.detail ?? '');
