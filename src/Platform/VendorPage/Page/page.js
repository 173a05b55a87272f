// The examples are files that tests run; this page shows them in the visitor's language and programming language.

const steps = [
  { file: 'sign-in', vi: 'Lấy mã truy cập', en: 'Get an access token',
    viText: 'Mã dùng được 30 phút. Đặt địa chỉ, mã ứng dụng và mật khẩu vào biến môi trường; trên máy thử nghiệm chúng nằm trong .data/sample-credentials.json (sampleVendor).',
    enText: 'A token lasts 30 minutes. Put address, client id and secret into environment variables; on a trial machine they are in .data/sample-credentials.json (sampleVendor).' },
  { file: 'push', vi: 'Gửi một lô JSON', en: 'Push a batch as JSON',
    viText: 'Mỗi dòng được trả lời riêng: created, duplicate, corrected, conflict hoặc rejected kèm mọi lỗi của dòng. Gửi lại cùng mã không đếm hai lần. Khi gặp 429, chờ số giây trong Retry-After.',
    enText: 'Each row is answered: created, duplicate, corrected, conflict, or rejected with all that is wrong with it. Sending an id again counts nothing twice. On 429 wait for the seconds in Retry-After.' },
  { file: 'stream', vi: 'Gửi luồng NDJSON nén gzip', en: 'Send a gzipped NDJSON stream',
    viText: 'Cho danh sách dài bao nhiêu cũng được. Dòng đã được trả lời là đã được lưu; đứt kết nối thì gửi lại phần chưa được trả lời.',
    enText: 'For lists of any length. A line that was answered is stored; when the connection breaks, send again what was not answered.' },
  { file: 'table', vi: 'Gửi bảng CSV từ Excel', en: 'Send a CSV table from Excel',
    viText: 'Tên cột tiếng Việt hoặc tiếng Anh (bảng ở cuối trang); ngày 31/12/2026 và số 85,5 được hiểu.',
    enText: 'Column names in Vietnamese or English (the table at the end of this page); days such as 31/12/2026 and numbers such as 85,5 are understood.' },
  { file: 'import', vi: 'Nhập danh sách lớp trong nền', en: 'Import a class list in the background',
    viText: 'CSV, XLSX hoặc NDJSON, lớn bao nhiêu cũng được: theo dõi tiến độ, tạm dừng, hủy; máy chủ dừng đột ngột thì tự làm tiếp. Với CSV và XLSX qua ánh xạ, xã, khóa học, nhóm, ngày nêu ở địa chỉ dùng cho các dòng không tự ghi. Ánh xạ danh-sach-lop đọc danh sách lớp tiếng Việt (điểm thang 10; thang khác: &scale=100; ô «Kết quả» trống là đạt; dòng «Đang học» bị từ chối; người học được nhận ra theo email, không có thì theo số điện thoại: các danh sách nên ghi cùng một thứ), open-edx-grade-report đọc bảng điểm Open edX (dòng «Not Attempted» bị từ chối); ánh xạ riêng lưu bằng PUT /v1/import-mappings/{tên}. Thử mà không lưu: &dryRun=true. Báo cáo ở /report nêu các cột không được đọc. Nhập lại để sửa: &revision=2.',
    enText: 'CSV, XLSX or NDJSON of any size: with progress, pause, cancel, and going on by itself after a crash. For CSV and XLSX through a mapping, commune, course, audience and day in the address hold for the rows that do not say them. The preset danh-sach-lop reads Vietnamese class lists (scores out of 10; otherwise &scale=100; an empty «Kết quả» means passed; rows that are «Đang học» are rejected; learners are known by their e-mail, else by their phone: let all lists say the same one), open-edx-grade-report reads grade reports of Open edX (rows «Not Attempted» are rejected); a mapping of your own is saved with PUT /v1/import-mappings/{name}. To try without storing: &dryRun=true. The report at /report names the columns that were not read. To import again as a correction: &revision=2.' },
  { file: 'rejected', vi: 'Lấy lại các dòng bị từ chối', en: 'Fetch rejected rows again',
    viText: 'Giữ hai tuần, đúng định dạng đã gửi, kèm mọi lý do; sửa rồi gửi lại nguyên tệp, cột hoặc trường ghi lý do được bỏ qua.',
    enText: 'Kept for two weeks, in the format they came in, with every reason; mend them and send the file back as it is: the columns or member with the reasons are ignored.' },
  { file: 'correct', vi: 'Sửa và hủy lượt hoàn thành', en: 'Correct and void completions',
    viText: 'Cùng id, revision cao hơn thì sửa; hủy thì không tính nữa. Số liệu đổi ngay, lịch sử còn lại. Lượt hoàn thành từ danh sách lớp: tìm id của một người bằng POST /v1/completions/search.',
    enText: 'The same id with a higher revision corrects; what is void counts no more. Figures follow at once, the history stays. Completions that a class list brought: find the ids of a person with POST /v1/completions/search.' },
  { file: 'subscribe', vi: 'Đăng ký webhook', en: 'Register a webhook',
    viText: 'Báo khi lần nhập kết thúc (import.finished), tới địa chỉ https của bạn (khi phát triển: http cũng được). Gửi thử, xem nhật ký gửi; lỗi thì gửi lại thưa dần trong ba ngày.',
    enText: 'Tells an https address of yours (in Development http will do) that an import has ended (import.finished). Send a test, look at the log of deliveries; what fails is sent again, ever more slowly, for three days.' },
  { file: 'receive', vi: 'Kiểm tra chữ ký webhook', en: 'Check a webhook\'s signature',
    viText: 'Mỗi thông báo có thể đến hai lần: hãy xem webhook-id. Trả lời 2xx thật nhanh.',
    enText: 'A message may come twice: look at webhook-id. Answer 2xx quickly.' },
];

const list = document.getElementById('steps');
let language = navigator.language.startsWith('en') ? 'en' : 'vi', code = 'sh';

async function show() {
  document.documentElement.lang = language;
  for (const button of document.querySelectorAll('[data-language], [data-code]'))
    button.setAttribute('aria-pressed', String((button.dataset.language ?? button.dataset.code) === (button.dataset.language ? language : code)));
  for (const text of document.querySelectorAll('[data-vi]'))
    text.textContent = text.dataset[language];
  const files = await Promise.all(steps.map(async step => (await fetch(`${step.file}.${code}`)).text()));
  list.replaceChildren(...steps.map((step, index) => section(step, index, files[index].trimEnd())));
}

function section(step, index, text) {
  const [at, copy, box] = ['section', 'button', 'div'].map(name => document.createElement(name));
  copy.type = 'button';
  copy.textContent = language === 'vi' ? 'Chép' : 'Copy';
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = language === 'vi' ? 'Đã chép' : 'Copied';
  });
  box.className = 'code';
  box.append(Object.assign(document.createElement('pre'), { textContent: text, tabIndex: 0 }), copy);
  at.append(
    Object.assign(document.createElement('h2'), { textContent: `${index + 1}. ${step[language]}` }),
    Object.assign(document.createElement('p'), { textContent: step[`${language}Text`] }), box);
  return at;
}

document.querySelector('header').addEventListener('click', event => {
  ({ language = language, code = code } = event.target.dataset);
  if (event.target.dataset.language || event.target.dataset.code) show();
});
show();
