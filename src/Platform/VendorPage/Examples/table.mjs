// As Excel saves it: «CSV UTF-8», columns in Vietnamese or English, parted by ; or ,
const { PLATFORM, TOKEN } = process.env;
const table = `Mã hoàn thành;Mã người học;Mã xã;Khóa học;Nhóm đối tượng;Ngày hoàn thành;Điểm;Đạt
bang/hv-1;hv-1;05953;KNS-CD-01;Người dân;03/03/2026;85,5;Đạt
bang/hv-2;hv-2;05953;KNS-CD-01;Người dân;03/03/2026;40;Không đạt
`;
const answer = await fetch(`${PLATFORM}/v1/completions`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'text/csv; charset=utf-8' },
  body: table,
});
for (const row of (await answer.json()).results)
  console.log(row.id, row.outcome, row.problems?.[0].code ?? '');
