// A class as your platform exports it (CSV or XLSX): the preset danh-sach-lop knows its columns, the rest is said for the whole file.
const { PLATFORM, TOKEN } = process.env;
const headers = { Authorization: `Bearer ${TOKEN}` };
const list = `DANH SÁCH LỚP 12
Họ tên;Email;Số điện thoại;Ngày hoàn thành;Điểm;Kết quả
Nguyễn Văn An;an.lop12@example.vn;;31/03/2026;8,5;Hoàn thành
Trần Thị Bình;;0912 345 678;31/03/2026;4;Chưa hoàn thành
Lê Văn Chi;;;31/03/2026;11;Giỏi
`;
const whole = new URLSearchParams({ mapping: 'danh-sach-lop', locality: '05953', course: 'KNS-CD-01', audience: 'Citizens', name: 'lop-12.csv' });
const sent = await fetch(`${PLATFORM}/v1/imports?${whole}`, { method: 'POST', headers: { ...headers, 'Content-Type': 'text/csv; charset=utf-8' }, body: list });
if (!sent.ok)
  throw new Error(await sent.text());
const address = PLATFORM + sent.headers.get('Location');
while (['Waiting', 'Running'].includes((await (await fetch(address, { headers })).json()).state))
  await new Promise(resolve => setTimeout(resolve, 1000));
console.log(JSON.stringify(await (await fetch(`${address}/report`, { headers })).json()));
