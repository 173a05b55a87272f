// Runs ready-made questions with the visitor's own token, and hands them on to Excel, Power BI or a script.
// What signs in is kept in memory only and is gone with the page.
import { heading, isShare, measure, number, questions, shown } from './questions.js';

const service = new URL('../odata/', location.href);
const pageSize = 100, copyPageSize = 1000, mostCopied = 50_000;
const byId = id => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const list = byId('questions'), url = byId('url'), answer = byId('answer'), note = byId('note'), signIn = byId('sign-in');
const said = {
  vi: { asking: 'Đang hỏi…', copied: 'Đã chép', nothing: 'Chưa có bảng để chép.', copying: 'Đang chép…', first: 'dòng đầu', in: 'Đã đăng nhập', wrong: 'Sai mã hoặc mật khẩu', rows: 'dòng', of: 'trên', empty: 'Không có dòng nào.', page: 'Trang', unreachable: 'Không gọi được máy chủ.', chart: 'Biểu đồ' },
  en: { asking: 'Asking…', copied: 'Copied', nothing: 'No table to copy yet.', copying: 'Copying…', first: 'rows from the top', in: 'Signed in', wrong: 'Wrong id or secret', rows: 'rows', of: 'of', empty: 'No rows.', page: 'Page', unreachable: 'The server does not answer.', chart: 'Chart' },
};
let language = 'vi', signedIn = null, table = null, pages = [], asked = 0;

const say = word => said[language][word];

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.querySelectorAll('[data-vi]').forEach(e => { e.textContent = e.dataset[chosen]; });
  document.querySelectorAll('[data-vi-label]').forEach(e => e.setAttribute('aria-label', e.dataset[`${chosen}Label`]));
  byId('language').querySelectorAll('button').forEach(b => b.setAttribute('aria-pressed', b.value === chosen));
  list.replaceChildren(...questions.map((question, i) => make('li', {}, make('a', { href: `#${i + 1}` }, question[chosen]))));
  mark();
  if (signedIn) signIn.querySelector('output').textContent = say('in');
  if (table) show(table.rows, table.total);
}

const chosen = () => Math.min(questions.length, Math.max(1, Number.parseInt(location.hash.slice(1), 10) || 1)) - 1;

function mark() {
  list.querySelectorAll('a').forEach((link, i) => i === chosen() ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current'));
}

function choose() {
  mark();
  url.value = questions[chosen()].url;
  if (signedIn) ask();
}

const address = () => new URL(url.value.trim().replace(/^\//, ''), service);

function ask() {
  pages = [address()];
  return run();
}

const get = (page, size) => fetch(page, { headers: { ...(signedIn && { Authorization: signedIn }), Accept: 'application/json', 'Accept-Language': language, Prefer: `odata.maxpagesize=${size}` } });
const nextOf = body => body['@odata.nextLink'] ?? body['@nextLink'];
const rowsOf = body => (body.value ?? [body]).map(row => flatten(row));

async function run() {
  const turn = ++asked;
  note.textContent = say('asking');
  const started = performance.now();
  try {
    const response = await get(pages.at(-1), pageSize);
    const body = await response.json();
    if (turn !== asked) return;
    note.textContent = `${response.status} · ${number.format(Math.round(performance.now() - started))} ms`;
    if (response.ok) turnTo(body);
    else explain(`${body.error?.code ?? body.code}: ${body.error?.message ?? body.detail ?? body.title}`);
  } catch {
    if (turn === asked) explain(say('unreachable'));
  }
}

function explain(text) {
  [table, byId('pages').hidden] = [null, true];
  answer.replaceChildren(make('p', { className: 'wrong', textContent: text }));
  if (!signedIn) signIn.id.focus();
}

function turnTo(body) {
  const next = nextOf(body);
  show(rowsOf(body), body['@odata.count'] ?? body['@count']);
  byId('pages').hidden = !next && pages.length === 1;
  byId('previous').disabled = pages.length === 1;
  byId('next').disabled = !next;
  byId('next').onclick = () => { pages.push(new URL(next, service)); run(); };
  byId('previous').onclick = () => { pages.pop(); run(); };
}

const flatten = (row, prefix = '') => Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
  name.includes('@') ? [] : value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(flatten(value, `${prefix}${name}/`)) : [[prefix + name, value]]));

// The order that the query names columns in; what it does not name comes after.
const order = (names, text) => names.map((name, i) => [name, name.split('/').length > 1 ? text.indexOf(name) : text.search(new RegExp(`\\b${name}\\b`)), i])
  .sort(([, a, i], [, b, j]) => (a < 0) - (b < 0) || a - b || i - j).map(([name]) => name);

function show(rows, total) {
  const query = url.value;
  const part = /\$select=([^&]*)/.exec(query)?.[1] ?? query.slice(Math.max(0, query.indexOf('groupby')));
  const names = order([...new Set(rows.flatMap(Object.keys))], part);
  table = { rows, total, names };
  byId('page').textContent = `${say('page')} ${pages.length}`;
  if (rows.length === 0) {
    answer.replaceChildren(make('p', { textContent: say('empty') }));
    return;
  }
  const drawn = measure(names);
  const most = drawn ? Math.max(isShare(drawn) ? 100 : 0, ...rows.map(r => r[drawn] ?? 0)) : 0;
  const grid = make('table');
  grid.createCaption().textContent = `${number.format(rows.length)} ${say('rows')}${total === undefined ? '' : ` ${say('of')} ${number.format(total)}`}`;
  const head = grid.createTHead().insertRow();
  const isNumber = Object.fromEntries(names.map(n => [n, rows.some(r => typeof r[n] === 'number')]));
  for (const name of names) {
    head.append(make('th', { textContent: heading(name, language), scope: 'col', className: isNumber[name] ? 'number' : '' }));
    if (name === drawn) head.append(make('th', { textContent: say('chart'), scope: 'col', className: 'chart' }));
  }
  const content = grid.createTBody();
  for (const row of rows) {
    const line = content.insertRow();
    for (const name of names) {
      const cell = line.insertCell();
      cell.textContent = shown(name, row[name], language);
      cell.className = [isNumber[name] ? 'number' : '', row[name] === null ? 'missing' : '', String(row[name]).length > 30 ? 'long' : '', /^\d{4}-\d{2}-\d{2}/.test(row[name]) ? 'day' : ''].join(' ').trim();
      if (name === drawn) line.append(bar(row[name], most, isShare(name)));
    }
  }
  answer.replaceChildren(make('div', { className: 'wide', tabIndex: 0, role: 'region', ariaLabel: grid.caption.textContent }, grid));
}

// What exceeds 100 % is drawn to scale, with a line where 100 % is.
function bar(value, most, ofShare) {
  const cell = make('td', { className: 'chart' });
  if (typeof value !== 'number' || most <= 0) return cell;
  const full = make('div', { className: 'bar', role: 'img', ariaLabel: number.format(value) });
  full.style.setProperty('--part', `${Math.max(0, 100 * value / most)}%`);
  if (ofShare && most > 100) full.style.setProperty('--whole', `${10000 / most}%`);
  cell.append(full);
  return cell;
}

const quoted = text => text.replaceAll('"', '""');
// Text that begins as a formula does stays text in a spreadsheet, and a code keeps its zeros.
const cellOf = value => typeof value === 'number' ? String(value).replace('.', ',')
  : /^0\d+$/.test(value) ? `="${value}"`
    : String(value ?? '').replaceAll(/[\t\r\n]+/g, ' ').replace(/^[=+@-]/, "'$&");
const lineOf = (names, row) => names.map(n => typeof row[n] === 'number' ? cellOf(row[n]) : row[n] === null ? '' : cellOf(/^0\d+$/.test(row[n]) ? row[n] : shown(n, row[n], language)));

// The whole answer, not just the page on the screen.
async function wholeTable() {
  if (!table) return null;
  const { names } = table;
  const lines = [names.map(n => heading(n, language))];
  for (let page = pages[0]; page && lines.length <= mostCopied;) {
    const response = await get(page, copyPageSize);
    if (!response.ok) throw new Error(response.status);
    const body = await response.json();
    lines.push(...rowsOf(body).map(row => lineOf(names, row)));
    page = nextOf(body) && new URL(nextOf(body), service);
    note.textContent = `${say('copying')} ${number.format(lines.length - 1)} ${say('rows')}`;
    if (page && lines.length > mostCopied) return { text: lines, cut: true };
  }
  return { text: lines };
}

const copies = {
  link: () => address().href,
  curl: () => `curl -H "Authorization: Bearer $TOKEN" '${address().href.replaceAll("'", '%27')}'`,
  // Power Query asks how to sign in: Basic, any user name, a personal access token as the password.
  powerQuery: () => `let\n  Source = OData.Feed("${quoted(address().href)}", null, [Implementation = "2.0"])\nin\n  Source`,
};
document.querySelectorAll('[data-copy]').forEach(button => button.addEventListener('click', async () => {
  try {
    if (button.dataset.copy !== 'excel') {
      await copy(copies[button.dataset.copy]());
      note.textContent = say('copied');
      return;
    }
    const whole = await wholeTable();
    if (whole) await copy(whole.text.map(line => line.join('\t')).join('\n'));
    note.textContent = whole ? `${say('copied')}: ${number.format(whole.text.length - 1)} ${say(whole.cut ? 'first' : 'rows')}` : say('nothing');
  } catch {
    note.textContent = say('unreachable');
  }
}));

// Browsers give the clipboard to secure pages only; a page inside an office network may not be one.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = make('textarea', { value: text });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

// A client's secret is exchanged for a token; a person's access token is one already.
async function signInAs(id, secret) {
  if (secret.startsWith('pat_')) {
    const bearer = `Bearer ${secret}`;
    return (await fetch(new URL('../v1/me', location.href), { headers: { Authorization: bearer } })).ok ? bearer : null;
  }
  const response = await fetch(new URL('../connect/token', location.href), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
  });
  return response.ok ? `Bearer ${(await response.json()).access_token}` : null;
}

signIn.addEventListener('submit', async event => {
  event.preventDefault();
  const credentials = new FormData(signIn);
  try {
    signedIn = await signInAs(credentials.get('id').trim(), credentials.get('secret').trim());
    signIn.querySelector('output').textContent = say(signedIn ? 'in' : 'wrong');
    if (signedIn) ask();
  } catch {
    signIn.querySelector('output').textContent = say('unreachable');
  }
});
byId('language').addEventListener('click', event => { if (event.target.value) speak(event.target.value); });
byId('query').addEventListener('submit', event => { event.preventDefault(); ask(); });
// A question chosen again begins anew, though the address stays.
list.addEventListener('click', event => { if (event.target.hash && event.target.hash === location.hash) choose(); });
addEventListener('hashchange', choose);
speak('vi');
choose();
