// A higher revision corrects what you sent; what is void counts no more. Both keep their history and say why.
const { PLATFORM, TOKEN } = process.env;
const row = { id: `lop-12/hv-${Date.now()}`, learner: { id: 'hv-4' }, locality: '05953', course: 'KNS-CD-01', audience: 'Citizens', completedAt: '2026-03-01T08:00:00+07:00' };
const one = `/v1/completions/${encodeURIComponent(row.id)}`;

async function ask(path, body) {
  const answer = await fetch(PLATFORM + path, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  console.log(await answer.text());
}

await ask('/v1/completions', [{ ...row, score: 58 }]);
await ask('/v1/completions', [{ ...row, score: 85, revision: 2, reason: 'Nhập nhầm điểm' }]);
await ask(`${one}/voiding`, { reason: 'Học viên đã rút khỏi lớp' });
await ask(`${one}/history`);
