// Ready-made questions of a province, run with the visitor's own token, and handed on to Excel, Power BI or a script.
// The token is kept in memory only and is gone with the page.

const service = new URL('../odata/', location.href);
const year = new Date().getFullYear();
const questions = [
  { vi: 'Tiến độ mọi chỉ tiêu theo xã', en: 'Progress on every target by commune',
    url: `TargetProgress?$filter=Year eq ${year} and Level eq 'Commune'&$select=LocalityName,Title,Audience,Numerator,Denominator,Percent,TargetValue,Status&$orderby=LocalityName,Title` },
  { vi: 'Xếp hạng xã theo người học', en: 'League table of communes by learners',
    url: 'CompletionFacts?$apply=groupby((LocalityCode,LocalityName),aggregate(Learners with sum as Learners,Completions with sum as Completions,Passed with sum as Passed))&$orderby=Learners desc&$top=50' },
  { vi: 'Người học theo xã và nhóm đối tượng', en: 'Learners by commune and audience',
    url: 'CompletionFacts?$apply=groupby((LocalityName,Audience),aggregate(Learners with sum as Learners))&$orderby=LocalityName,Audience' },
  { vi: 'Người học theo tháng', en: 'Learners by month',
    url: 'CompletionFacts?$apply=groupby((Month),aggregate(Learners with sum as Learners,Completions with sum as Completions))&$orderby=Month' },
  { vi: 'Nhiệm vụ chưa có cơ quan chủ trì', en: 'Tasks without a lead',
    url: `Tasks?$filter=PlanStatus eq 'Issued' and IsHeading eq false and HasLead eq false&$select=LocalityName,Number,Title&$orderby=LocalityName,Ordinal&$count=true` },
  { vi: 'Nhiệm vụ đã đến hạn', en: 'Tasks past their due day',
    url: `Tasks?$filter=PlanStatus eq 'Issued' and DueOn lt ${new Date().toISOString().slice(0, 10)}&$select=LocalityName,Number,Title,DueOn,ScheduleText&$orderby=DueOn&$count=true` },
  { vi: 'Cơ quan được giao nhiều việc nhất', en: 'Agencies with most assignments',
    url: 'Assignments?$apply=groupby((LocalityCode,Agency/Name,Role),aggregate($count as Count))&$orderby=Count desc&$top=30' },
  { vi: 'Chỉ tiêu chưa có số liệu', en: 'Targets without figures',
    url: "TargetProgress?$filter=Status eq 'Missing'&$select=LocalityName,Title,Year&$orderby=LocalityName,Year&$count=true" },
];
const words = { Missing: 'chưa có số liệu', Partial: 'chưa đủ xã', Behind: 'chưa đạt', Reached: 'đạt' };
const number = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 });

const byId = id => document.getElementById(id);
const list = byId('questions'), url = byId('url'), answer = byId('answer'), note = byId('note'), signIn = byId('sign-in');
let token = null;

for (const [index, question] of questions.entries()) {
  const link = document.createElement('a');
  link.href = `#${index + 1}`;
  link.append(question.vi, Object.assign(document.createElement('small'), { lang: 'en', textContent: question.en }));
  list.append(Object.assign(document.createElement('li'), {}));
  list.lastChild.append(link);
}

function choose() {
  const index = Math.max(0, Number(location.hash.slice(1)) - 1) || 0;
  list.querySelectorAll('a').forEach((link, i) => i === index ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current'));
  url.value = questions[index]?.url ?? questions[0].url;
  if (token) run();
}

const address = () => new URL(url.value.trim().replace(/^\//, ''), service);

async function run() {
  note.textContent = 'Đang hỏi…';
  const started = performance.now();
  const response = await fetch(address(), { headers: token ? { Authorization: `Bearer ${token}`, Accept: 'application/json' } : {} });
  const body = await response.json();
  note.textContent = `${response.status} · ${number.format(Math.round(performance.now() - started))} ms`;
  if (response.ok) show(body.value ?? [body], body);
  else explain(body.error?.message ?? body.detail ?? body.title, body.error?.code ?? body.code);
}

function explain(message, code) {
  answer.replaceChildren(Object.assign(document.createElement('p'), { className: 'wrong', textContent: `${code}: ${message}` }));
  if (!token) signIn.id.focus();
}

const flatten = row => Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
  name.includes('@') ? [] : value && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).filter(([inner]) => !inner.includes('@')).map(([inner, v]) => [`${name}/${inner}`, v]) : [[name, value]]));

function show(values, body) {
  const rows = values.map(flatten);
  const names = [...new Set(rows.flatMap(Object.keys))];
  const most = Object.fromEntries(names.map(n => [n, Math.max(...rows.map(r => typeof r[n] === 'number' ? r[n] : 0))]));
  const bars = names.filter(n => n === 'Percent' || ['Learners', 'Completions', 'Count'].includes(n)).slice(0, 2);
  const table = document.createElement('table');
  const total = body['@odata.count'] ?? body['@count'];
  table.createCaption().textContent = `${number.format(rows.length)} dòng${total === undefined ? '' : ` trên ${number.format(total)}`}${body['@odata.nextLink'] ?? body['@nextLink'] ? ', còn nữa' : ''}`;
  const head = table.createTHead().insertRow();
  names.forEach(n => head.append(Object.assign(document.createElement('th'), { textContent: n, scope: 'col' })));
  const content = table.createTBody();
  for (const row of rows) {
    const line = content.insertRow();
    for (const name of names) cell(line.insertCell(), name, row[name], bars.includes(name) ? (name === 'Percent' ? 100 : most[name]) : 0);
  }
  answer.replaceChildren(table);
}

function cell(at, name, value, full) {
  if (value === null || value === undefined) {
    at.className = 'missing';
    at.textContent = '—';
  } else if (typeof value === 'number') {
    at.className = full ? 'share' : 'number';
    at.textContent = name === 'Year' ? value : number.format(value) + (name === 'Percent' ? ' %' : '');
    if (full) at.style.setProperty('--part', `${Math.min(100, 100 * value / full)}%`);
  } else {
    if (String(value).length > 30) at.className = 'long';
    at.textContent = /^\d{4}-\d{2}-\d{2}$/.test(value) ? value.split('-').reverse().join('/') : name === 'Status' ? words[value] ?? value : value;
  }
}

const copies = {
  link: () => address().href,
  curl: () => `curl -H "Authorization: Bearer $TOKEN" '${address().href.replaceAll("'", '%27')}'`,
  powerQuery: () => `let\n  Token = "…",\n  Source = OData.Feed("${address().href.replaceAll('"', '""')}", [Authorization = "Bearer " & Token], [Implementation = "2.0"])\nin\n  Source`,
};
document.querySelectorAll('[data-copy]').forEach(button => button.addEventListener('click', async () => {
  await navigator.clipboard.writeText(copies[button.dataset.copy]());
  note.textContent = 'Đã chép.';
}));

signIn.addEventListener('submit', async event => {
  event.preventDefault();
  const credentials = new FormData(signIn);
  const response = await fetch(new URL('../connect/token', location.href), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: credentials.get('id'), client_secret: credentials.get('secret') }),
  });
  const body = await response.json();
  token = body.access_token ?? null;
  signIn.querySelector('output').textContent = token ? 'Đã đăng nhập' : 'Sai mã hoặc mật khẩu';
  if (token) run();
});
byId('query').addEventListener('submit', event => { event.preventDefault(); run(); });
addEventListener('hashchange', choose);
choose();
